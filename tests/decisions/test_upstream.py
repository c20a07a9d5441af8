"""Decisions of a model on another server: it is asked for its likeliest tokens, and must show them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest

from earthshine.catalog.card import Card
from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.pool import LoadedModel
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.harness.decide import Decider, Question
from tests.chat_completions.app import Served
from tests.routing.upstreams import Upstream, refuses, upstreams

ASKED = Question("Which colour?", ("red", "green"))
LIKES_RED = 'A flag.\n!script {"picks": {"red": 0.6, "green": 0.2}}'


async def ask(upstream: Upstream) -> None:
    engine = OpenAICompatible(base_url=upstream.url, model="big")
    try:
        await Decider(LoadedModel(Card(name="far"), engine), "x").decide([ASKED])
    finally:
        await engine.close()


@pytest.fixture
async def far(app: Served) -> AsyncGenerator[LoadedModel]:
    engine = OpenAICompatible(base_url=f"{app.url}/v1", model="scripted", api_key="decides")
    yield LoadedModel(Card(name="far", engine="openai_compatible"), engine)
    await engine.close()


async def test_an_upstream_with_likeliest_tokens_decides(app: Served, far: LoadedModel) -> None:
    decider = Decider(far, LIKES_RED)
    assert await decider.decide([ASKED] * 20) == [pytest.approx((0.75, 0.25))] * 20
    prompts = app.engine.requests[-40:]
    assert {request.sampling.max_tokens for request in prompts} == {1}
    assert decider.usage.prompt_tokens == sum([await app.engine.count(request) for request in prompts])
    assert decider.usage.completion_tokens == 40


async def test_an_upstream_without_them_is_refused() -> None:
    async with upstreams("plain") as [plain]:
        with pytest.raises(UnsupportedParameter, match=r"'far' .* reports no log probabilities"):
            await ask(plain)
    [body] = plain.bodies
    assert (body["logprobs"], body["top_logprobs"], body["max_tokens"]) == (True, 20, 1)


async def test_an_upstream_that_knows_no_switch_for_thinking_is_asked_without() -> None:
    async with upstreams("strict") as [strict]:
        strict.answers = [refuses(400, {"message": "Unrecognized request argument supplied: reasoning_effort"})]
        with pytest.raises(UnsupportedParameter):
            await ask(strict)
    assert ["reasoning_effort" in body for body in strict.bodies] == [True, False]


async def test_what_an_upstream_refuses_otherwise_is_told() -> None:
    async with upstreams("strict") as [strict]:
        strict.answer = refuses(400, {"message": "No such voice."})
        with pytest.raises(InvalidRequest, match="No such voice"):
            await ask(strict)
    assert len(strict.bodies) == 2
