"""Weights come to a node whole and as they were deployed, or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from earthshine.catalog.card import Card
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.cluster.coordinator import PIECE, Coordinator
from earthshine.cluster.terms import Offer
from earthshine.cluster.weights import fetch_weights, install, weight_files
from earthshine.errors import ModelBroken, Unavailable
from tests.cluster import offers

BYTES = bytes(range(256)) * (PIECE // 256) + b"the rest"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of more than one piece."""
    path = tmp_path / "there" / "small.gguf"
    path.parent.mkdir()
    path.write_bytes(BYTES)
    return path


class Reading:
    """Reads as nodes do, and counts."""

    def __init__(self, offer: Offer) -> None:
        self.coordinator = Coordinator(offer)
        self.pieces = 0

    async def __call__(self, number: int, offset: int) -> bytes:
        self.pieces += 1
        return await self.coordinator.read(number, offset)


async def test_files_are_fetched_once_and_found_again(source: Path, tmp_path: Path) -> None:
    adapter = source.with_name("adapter.gguf")
    adapter.write_bytes(b"a" * 9)
    offer = offers.offer(source, adapter)
    reading = Reading(offer)
    places = await fetch_weights(offer, tmp_path / "here", reading)
    assert [places[each].read_bytes() for each in (source, adapter)] == [BYTES, b"a" * 9]
    assert places[source].parent == places[adapter].parent
    read = reading.pieces
    assert await fetch_weights(offer, tmp_path / "here", reading) == places
    assert reading.pieces == read, "nothing was fetched again"


async def test_a_file_that_changed_is_refused(source: Path, tmp_path: Path) -> None:
    offer = offers.offer(source)
    source.write_bytes(BYTES[:-1] + b"!")
    with pytest.raises(ModelBroken, match="has changed since it was deployed"):
        await fetch_weights(offer, tmp_path / "here", Reading(offer))
    assert not list((tmp_path / "here").rglob("small.gguf*"))


async def test_a_file_that_became_shorter_is_refused(source: Path, tmp_path: Path) -> None:
    offer = offers.offer(source)
    source.write_bytes(b"short")
    with pytest.raises(Unavailable, match="deploy the model again"):
        await fetch_weights(offer, tmp_path / "here", Reading(offer))
    assert not list((tmp_path / "here").rglob("small.gguf"))


async def test_what_a_cut_fetch_left_is_not_taken_for_the_file(source: Path, tmp_path: Path) -> None:
    offer = offers.offer(source)

    async def dies(number: int, offset: int) -> bytes:
        if offset:
            raise Unavailable("the machine is gone")
        return BYTES[:PIECE]

    with pytest.raises(Unavailable, match="gone"):
        await fetch_weights(offer, tmp_path / "here", dies)
    places = await fetch_weights(offer, tmp_path / "here", Reading(offer))
    assert places[source].read_bytes() == BYTES


async def test_a_node_serves_the_model_from_where_its_files_are(source: Path, tmp_path: Path) -> None:
    offer = offers.offer(source, description="small")
    places = await fetch_weights(offer, tmp_path / "here", Reading(offer))
    install(offer, tmp_path / "models", places)
    card = InstalledModels(tmp_path / "models").cards()["small"]
    assert card.path == places[source] and card.description == "small"


async def test_a_models_files_are_named_with_their_hashes(source: Path) -> None:
    card = offers.offer(source).card
    (found,) = await weight_files(card)
    assert (found.path, found.size) == (source, len(BYTES))
    assert found.sha256 == offers.offer(source).files[0].sha256
    assert (await weight_files(replace(card, sha256="f" * 64)))[0].sha256 == "f" * 64, "the publisher's, known already"


async def test_weights_that_are_not_here(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="earthshine pull"):
        await weight_files(Card("small"))
    with pytest.raises(ModelBroken, match="cannot be read"):
        await weight_files(Card("small", path=tmp_path / "none.gguf"))
