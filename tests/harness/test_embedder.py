"""Vectors for the installation's own search."""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Card
from earthshine.database import Database, metadata
from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import Embeddings
from earthshine.engines.pool import LoadedModel
from earthshine.errors import ContextLengthExceeded, InvalidRequest
from earthshine.harness.embedder import Embedder, embed_whole
from earthshine.metering.tables import ledger
from earthshine.metering.usage_estimate import Served
from tests.metering.plain_meter import plain_meter

WHO = Caller("key_1", "proj_1", models=("gpt-4o",))


class Letters(Engine):
    """A letter is a token, and the vector says how many of `a`, `b` and others there are; reads ten at once."""

    capabilities = Capabilities(embed=True, context_length=10)

    def __init__(self) -> None:
        self.read: list[list[str]] = []

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        texts = [text for text in inputs if isinstance(text, str)]
        for number, text in enumerate(texts):
            if len(text) > 10:
                raise ContextLengthExceeded(limit=10, tokens=len(text), param=f"input[{number}]")
        self.read.append(texts)
        counts = [[text.count("a"), text.count("b"), len(text) - text.count("a") - text.count("b")] for text in texts]
        vectors = [[number / math.hypot(*each) for number in each] for each in counts]
        return Embeddings(vectors, sum(map(len, texts)), "here")

    async def close(self) -> None:
        pass


class OneModel:
    """A router that has one model."""

    def __init__(self, engine: Engine, **card: Any) -> None:
        self._model = LoadedModel(Card(name="letters", **card), engine)

    @asynccontextmanager
    async def use(self, name: str, caller: Caller) -> AsyncGenerator[LoadedModel]:
        assert (name, caller.project, caller.models) == ("default-embedding", "proj_1", ())
        yield self._model

    def served(self, name: str) -> Served:
        assert name == "default-embedding"
        return Served("letters")


@asynccontextmanager
async def embedder(database: Database, folder: Path, engine: Engine, **card: Any) -> AsyncGenerator[Embedder]:
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with plain_meter(database, folder) as meter:
        yield Embedder(cast("Any", OneModel(engine, **card)), meter)


async def test_queries_and_passages_have_what_the_maker_puts_before_them(database: Database, tmp_path: Path) -> None:
    engine = Letters()
    async with embedder(database, tmp_path, engine, prefixes={"query": "q:", "document": "p:"}) as made:
        assert len(await made.passages(["aaa", "bbb"], WHO)) == 2
        await made.queries(["aba"], WHO)
        assert await made.passages([], WHO) == []
    assert engine.read == [["p:aaa", "p:bbb"], ["q:aba"]]


async def test_it_is_charged_to_whoever_asked(database: Database, tmp_path: Path) -> None:
    async with embedder(database, tmp_path, Letters()) as made:
        await made.passages(["a" * 25, "b"], WHO)

    async with database.read() as connection:
        rows = (await connection.execute(select(ledger))).all()
    assert [(row.project, row.endpoint, row.model, row.input_tokens) for row in rows] == [
        ("proj_1", "embeddings", "default-embedding", 26)
    ]


async def test_many_passages_go_in_turns_so_that_a_query_need_not_wait(database: Database, tmp_path: Path) -> None:
    engine = Letters()
    async with embedder(database, tmp_path, engine) as made:
        vectors = await made.passages(["a", "b"] * 40, WHO)
    assert vectors == [[1, 0, 0], [0, 1, 0]] * 40
    assert max(map(len, engine.read)) <= 16


async def test_the_identity_is_model_and_length_and_is_asked_once(database: Database, tmp_path: Path) -> None:
    engine = Letters()
    async with embedder(database, tmp_path, engine) as made:
        assert await made.identity(WHO) == ("letters", 3)
        asked = len(engine.read)
        assert await made.identity(WHO) == ("letters", 3)
    assert len(engine.read) == asked


@pytest.mark.parametrize("text", ["a" * 30 + "b" * 10, "aaa " * 7 + "bbb " * 2, "كتاب" * 20, "x"])
async def test_nothing_of_a_long_text_is_left_out(text: str) -> None:
    engine = Letters()
    made = await embed_whole(engine, ["a", text, "b"], "p")
    read = [piece[1:] for call in engine.read for piece in call]
    assert "".join(read[1:-1]) == text
    assert made.prompt_tokens == len("".join(read)) + len(read)
    assert [round(number, 9) for number in made.vectors[0]] == [round(0.5**0.5, 9), 0, round(0.5**0.5, 9)]
    assert all(math.isclose(math.hypot(*vector), 1) for vector in made.vectors)
    assert len(made.vectors) == 3


async def test_what_no_cutting_mends_is_refused() -> None:
    with pytest.raises(ContextLengthExceeded):
        await embed_whole(Letters(), ["text"], "a prefix longer than the model reads ")

    class Refusing(Letters):
        async def embed(self, inputs: Any, dimensions: int | None = None) -> Embeddings:
            raise InvalidRequest("no")

    with pytest.raises(InvalidRequest, match="no"):
        await embed_whole(Refusing(), ["some text"])
