"""A picture that no OCR reads is told by a model of this machine."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest

from earthshine.catalog.card import Card
from earthshine.database import Database
from earthshine.engines.llamacpp.factory import LlamaCppFactory
from earthshine.harness import HarnessedEngine
from earthshine.pictures import Pictures
from earthshine.settings import Settings
from tests.documents.reading.test_seeing import Models, server
from tests.documents.server import add_file
from tests.pictures.hostile import png
from tests.pictures.projector_file import write_projector

pytestmark = pytest.mark.model


def plain(colour: bytes) -> bytes:
    """Return a picture of one colour in less than 100 bytes."""
    return png(32, 32, data=zlib.compress((b"\0" + 32 * colour) * 32, 9))


async def test_a_picture_is_told_by_a_local_model(database: Database, tmp_path: Path, default_model_path: Path) -> None:
    eyes = tmp_path / "eyes.mmproj.gguf"
    write_projector(default_model_path, eyes)
    card = Card(
        "sees", path=default_model_path, projector=eyes, abilities=frozenset({"chat", "vision"}),
        sampling={"temperature": 0.0}, options={"default_system": "You are a helpful assistant."},
    )  # fmt: skip
    engine = await LlamaCppFactory()(card, Settings(context=256, slots=1))
    told: set[str] = set()
    try:
        async with server(database, tmp_path, Models(HarnessedEngine(card, engine, Pictures()), card)) as made:
            for colour in (b"\xff\0\0", b"\0\0\xff"):
                file_id = await add_file(made, database, content=plain(colour))
                row = await made.documents.read(file_id, patience=120)
                assert (row.kind, row.doubts) == ("png", {"recognised": 1, "unsure": 1})
                told.add(await made.documents.text(file_id))
    finally:
        await engine.close()
    assert len(told) == 2, "each picture is told in words of its own"
