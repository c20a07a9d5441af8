"""Pictures that no OCR reads are shown to a chat model that sees."""

from __future__ import annotations

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from earthshine.catalog import Card, Catalog
from earthshine.database import Database, metadata
from earthshine.documents.documents import Unread
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.seeing import Seeing
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import ChatEnd, Text, Usage
from earthshine.engines.pool import LoadedModel
from earthshine.errors import ModelNotFound
from earthshine.metering.tables import ledger
from tests.documents.server import FakeReaders, Server, add_file
from tests.metering.plain_meter import plain_meter

PNG = b"\x89PNG\r\n\x1a\n and so on"


class Eye(Engine):
    """Says the same of every picture."""

    capabilities = Capabilities(chat=True, images=True)

    def __init__(self, words: str) -> None:
        self.words, self.requests = words, list[Any]()

    async def chat(self, request: Any, progress: Any = None) -> Any:
        self.requests.append(request)
        yield (Text(self.words),)
        yield (ChatEnd("stop", Usage(700, 9)),)

    async def close(self) -> None:
        pass


class Models:
    """A catalog and router with these models."""

    def __init__(self, eye: Engine, *cards: Card) -> None:
        self._eye, self._cards = eye, cards

    seeing = Catalog.seeing

    def _alias(self, name: str) -> Card:
        raise ModelNotFound(name, [])

    def installed(self) -> list[Card]:
        return list(self._cards)

    @asynccontextmanager
    async def use(self, name: str, _caller: Any) -> AsyncGenerator[LoadedModel]:
        yield LoadedModel(next(card for card in self._cards if card.name == name), self._eye)


class NoOcr(FakeReaders):
    @asynccontextmanager
    async def reading(self, path: Path, name: str, first: int = 0) -> AsyncGenerator[Any]:
        raise UnreadableFile("needs_ocr")
        yield


@asynccontextmanager
async def server(database: Database, folder: Path, models: Models) -> AsyncGenerator[Server]:
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with plain_meter(database, folder) as meter:
        seeing = Seeing(cast("Any", models), cast("Any", models), meter)
        async with Server(database, folder, NoOcr(), seeing).open() as made:
            yield made


SEES = Card("sees", abilities=frozenset({"chat", "vision"}))


async def test_a_picture_is_told_by_a_model_that_sees(database: Database, tmp_path: Path) -> None:
    eye = Eye("فاتورة 7\n\nصورة فاتورة. ")
    async with server(database, tmp_path, Models(eye, Card("blind"), SEES)) as made:
        file_id = await add_file(made, database, content=PNG)
        row = await made.documents.read(file_id, patience=20)
        assert (row.kind, row.parts, row.doubts) == ("png", 1, {"recognised": 1, "unsure": 1})
        assert await made.documents.text(file_id) == "فاتورة 7\n\nصورة فاتورة."
    [request] = eye.requests
    url = request.messages[0]["content"][1]["image_url"]["url"]
    assert base64.b64decode(url.removeprefix("data:image/png;base64,")) == PNG
    async with database.read() as connection:
        [charged] = (await connection.execute(select(ledger))).all()
    assert (charged.project, charged.model, charged.input_tokens) == ("p", "sees", 700)


@pytest.mark.parametrize(
    ("words", "cards", "content"),
    [("x", (Card("blind"),), PNG), ("x", (SEES,), b"II*\0 a TIFF"), (" ", (SEES,), PNG)],
)
async def test_what_no_model_sees_still_needs_ocr(
    database: Database, tmp_path: Path, words: str, cards: tuple[Card, ...], content: bytes
) -> None:
    async with server(database, tmp_path, Models(Eye(words), *cards)) as made:
        file_id = await add_file(made, database, content=content)
        with pytest.raises(Unread) as refused:
            await made.documents.read(file_id, patience=20)
        assert refused.value.code == "needs_ocr"
