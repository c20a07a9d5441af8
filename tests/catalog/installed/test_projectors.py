"""A model sees when its projector lies beside it, however it came there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from earthshine.catalog import Card, Catalog
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.engines.llamacpp.plan import PICTURE_BATCH, PICTURE_BYTES, embedding_plan, plan
from earthshine.errors import InvalidRequest, ModelBroken, NotFound
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import gguf_bytes, write_gguf
from tests.catalog.hub import running_hub

PROJECTOR = {"general.architecture": "clip", "clip.has_vision_encoder": True, "tokenizer.chat_template": None}


def catalog_of(tmp_path: Path, **options: object) -> Catalog:
    return Catalog(Settings(data=tmp_path / "data", **options))


def projector(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return write_gguf(path, metadata=PROJECTOR)


@pytest.mark.parametrize("place", ["data/models/it.mmproj.gguf", "model.mmproj.gguf", "mmproj-model.gguf"])
async def test_a_projector_beside_the_weights_makes_a_model_see(tmp_path: Path, place: str) -> None:
    catalog = catalog_of(tmp_path)
    weights = write_gguf(tmp_path / "model.gguf")
    file = projector(tmp_path / place)
    card = await catalog.add(f"file:{weights}", "it")
    assert (card.projector, card.projector_size) == (file, file.stat().st_size)
    assert "vision" in card.abilities
    assert catalog.seeing() == "it"
    shape = plan(card, Settings(data=tmp_path, context=128))
    blind = plan(replace(card, projector=None), Settings(data=tmp_path, context=128))
    assert (shape.projector, shape.batch) == (file, PICTURE_BATCH)
    assert shape.weights_bytes == blind.weights_bytes + file.stat().st_size + PICTURE_BYTES
    assert embedding_plan(shape).projector is None


async def test_without_it_a_model_is_blind_again(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    file = projector(tmp_path / "data/models/it.mmproj.gguf")
    await catalog.add(f"file:{write_gguf(tmp_path / 'model.gguf')}", "it")
    file.unlink()
    installed = InstalledModels(tmp_path / "data" / "models")
    assert "vision" not in installed.cards()["it"].abilities
    assert catalog_of(tmp_path).seeing() == ""


async def test_a_projector_in_place_is_linked_and_left_alone(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    weights, file = write_gguf(tmp_path / "model.gguf"), projector(tmp_path / "eyes.gguf")
    about = Card(name="it", projector_source=f"file:{file}")
    card = await catalog.add(f"file:{weights}", "it", about=about)
    assert card.projector is not None
    assert card.projector.resolve() == file
    assert card.projector_source == f"file:{file}"
    catalog.remove("it")
    assert file.is_file()
    assert not (tmp_path / "data/models/it.mmproj.gguf").exists()


async def test_a_projector_is_fetched_with_its_model_and_to_one_that_is_there(tmp_path: Path) -> None:
    async with running_hub() as hub:
        hub.behaviour.files |= {"o/r/model.gguf": gguf_bytes(), "o/r/mmproj.gguf": gguf_bytes(metadata=PROJECTOR)}
        catalog = catalog_of(tmp_path, hf_endpoint=hub.url)
        assert "vision" not in (await catalog.add("hf:o/r/model.gguf", "it")).abilities
        about = Card(name="it", projector_source="hf:o/r/mmproj.gguf")
        card = await catalog.add("hf:o/r/model.gguf", "it", about=about)
        assert "vision" in card.abilities
        assert sum("model.gguf" in asked.path for asked in hub.downloads()) == 1
        assert "vision" in (await catalog.add("hf:o/r/model.gguf", "other", about=about)).abilities
        with pytest.raises(NotFound):
            missing = Card(name="third", projector_source="hf:o/r/missing.gguf")
            await catalog.add("hf:o/r/model.gguf", "third", about=missing)


async def test_what_is_no_projector_is_refused_and_a_projector_is_no_model(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    weights = write_gguf(tmp_path / "model.gguf")
    with pytest.raises(ModelBroken, match="no projector"):
        await catalog.add(f"file:{weights}", "it", about=Card(name="it", projector_source=f"file:{weights}"))
    with pytest.raises(InvalidRequest, match="--projector"):
        await catalog.add(f"file:{projector(tmp_path / 'eyes.gguf')}", "eyes")
