"""Passages in the order of how well they answer, by a re-ranker or by a chat model that is asked to."""

from __future__ import annotations

import math
import re
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
from earthshine.engines.deltas import ChatEnd, Judgements, Text, TokenLogprob, TopLogprob, Usage
from earthshine.engines.pool import LoadedModel
from earthshine.errors import ModelBroken, UnsupportedParameter
from earthshine.harness.rerank import Reranker, prove_reranker
from earthshine.metering.tables import ledger
from tests.metering.plain_meter import plain_meter

PASSAGES = ["the moon and tides", "office budget", "tides of the sea and the moon"]


class Words(Engine):
    """Judges by the words that a passage shares with the query, times `weight`."""

    capabilities = Capabilities(rerank=True)

    def __init__(self, weight: float = 1) -> None:
        self._weight = weight

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        wanted = set(re.findall(r"\w+", query.lower()))
        shared = [len(wanted & set(re.findall(r"\w+", text.lower()))) for text in texts]
        return Judgements([self._weight * each for each in shared], 7, "here")

    async def close(self) -> None:
        pass


class Judge(Engine):
    """A chat model that thinks the likelier a text answers, the more often it says `sea`."""

    def __init__(self, *, logprobs: bool = True) -> None:
        self.capabilities = Capabilities(chat=True, logprobs=logprobs)
        self.asked = 0

    async def check(self, request: Any) -> None:
        pass

    async def chat(self, request: Any, progress: Any = None) -> Any:
        self.asked += 1
        prompt: str = request.messages[0]["content"]
        evidence = prompt.split("Input:\n")[1].split("\n\n")[0]
        yes = 0.1 + 0.2 * evidence.count("sea")
        label = re.search(r"([A-Z])\W+yes", prompt)
        other = re.search(r"([A-Z])\W+no\b", prompt)
        assert label is not None
        assert other is not None
        top = (TopLogprob(label[1], math.log(yes)), TopLogprob(other[1], math.log(1 - yes)))
        yield (Text(label[1], logprobs=(TokenLogprob(label[1], math.log(yes), top),)),)
        yield (ChatEnd("stop", Usage(5, 0, 1)),)

    async def close(self) -> None:
        pass


class Models:
    """Router and catalog of some models."""

    def __init__(self, **engines: Engine) -> None:
        self._models = {
            name: LoadedModel(
                Card(name, abilities=frozenset({"rerank" if engine.capabilities.rerank else "chat"})), engine
            )
            for name, engine in engines.items()
        }

    @asynccontextmanager
    async def use(self, name: str, _caller: Caller) -> AsyncGenerator[LoadedModel]:
        yield self._models[name]

    def installed(self) -> list[Card]:
        return [model.card for model in self._models.values()]


@asynccontextmanager
async def reranker(database: Database, folder: Path, **engines: Engine) -> AsyncGenerator[Reranker]:
    async with database.write() as connection:
        await connection.run_sync(metadata.create_all)
    models = cast("Any", Models(**engines))
    async with plain_meter(database, folder) as meter:
        yield Reranker(models, models, meter)


async def rows(database: Database) -> list[tuple[Any, ...]]:
    async with database.read() as connection:
        found = (await connection.execute(select(ledger))).all()
    return [(row.project, row.endpoint, row.model, row.input_tokens, bool(row.partial)) for row in found]


async def test_an_installed_reranker_judges_and_is_charged(database: Database, tmp_path: Path) -> None:
    async with reranker(database, tmp_path, words=Words(), chat=Judge()) as made:
        found = await made.rerank("tides of the moon", PASSAGES, 2, Caller("key_1", "proj_1"), decide_by="chat")
    assert found == [(2, 4), (0, 3)]
    assert await rows(database) == [("proj_1", "embeddings", "words", 7, False)]


async def test_without_one_nothing_is_judged_unless_a_chat_model_is_named(database: Database, tmp_path: Path) -> None:
    judge = Judge()
    async with reranker(database, tmp_path, chat=judge) as made:
        who = Caller("key_1", "proj_1")
        assert await made.rerank("tides?", PASSAGES, 3, who) is None
        assert judge.asked == 0
        found = await made.rerank("tides?", [*PASSAGES, *["else"] * 30, "sea sea sea"], 100, who, decide_by="chat")
        assert found is not None
        assert [number for number, _ in found] == [2, 0, 1, *range(3, 34)]
        assert math.isclose(found[0][1], 0.3, abs_tol=0.01)
        assert await made.rerank("tides?", [], 3, who, decide_by="chat") == []
    # Two orders of the options for each of the first twenty, and nothing for those behind them.
    assert judge.asked == 40
    assert await rows(database) == [("proj_1", "decisions", "chat", 200, False)]


async def test_a_model_without_probabilities_is_refused(database: Database, tmp_path: Path) -> None:
    async with reranker(database, tmp_path, chat=Judge(logprobs=False)) as made:
        with pytest.raises(UnsupportedParameter, match="log probabilities"):
            await made.rerank("q", PASSAGES, 3, Caller("key_1", "proj_1"), decide_by="chat")
    assert await rows(database) == []


async def test_a_reranker_that_tells_nothing_apart_is_refused() -> None:
    await prove_reranker(Card("words"), Words())
    for weight in (0, 1e-20, -1, math.nan):
        with pytest.raises(ModelBroken, match="converted without"):
            await prove_reranker(Card("words"), Words(weight))
