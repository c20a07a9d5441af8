"""Calls among several real upstreams on loopback that fail in every way there is."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Catalog
from earthshine.engines.deltas import ChatEnd, Text
from earthshine.engines.interleave import flat
from earthshine.engines.pool import Pool
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.errors import (
    EarthshineError,
    InvalidRequest,
    ModelNotFound,
    RateLimited,
    Unavailable,
    UnsupportedParameter,
    UpstreamFailed,
)
from earthshine.routing.health.circuit_breaker import FAILURES
from earthshine.routing.router import Router
from earthshine.settings import Settings
from tests.harness.fake_engine import wrap
from tests.routing import upstreams as up
from tests.routing.upstreams import Upstream, upstreams

CALLER = Caller("key", "default")
ANOTHER = Caller("another", "default")


@asynccontextmanager
async def routed(folder: Path, options: dict[str, dict[str, Any]], **settings: Any) -> AsyncIterator[Router]:
    made = Settings(data=folder, upstreams=cast("Any", options), embedded_model=False, **settings)
    catalog = Catalog(made)
    pool = Pool(made, catalog, wrap)
    router = Router(pool, catalog, made)
    try:
        yield router
    finally:
        await router.close()
        await pool.close()


def options(upstream: Upstream, **more: Any) -> dict[str, Any]:
    return {"base_url": upstream.url, "api_key": f"sk-secret-{upstream.name}", "models": {"big": "m"}, **more}


@asynccontextmanager
async def pair(folder: Path, first: Any = None, second: Any = None) -> AsyncIterator[tuple[Router, Upstream, Upstream]]:
    """Two upstreams of the model `m`; `a` goes first."""
    async with upstreams("a", "b") as (a, b):
        settings = {"a": options(a, **(first or {})), "b": options(b, **({"priority": 1} | (second or {})))}
        async with routed(folder, settings) as router:
            yield router, a, b


def ask(text: str = "hi", **fields: Any) -> ChatRequest:
    return ChatRequest(messages=[{"role": "user", "content": text}], **fields)


async def talk(
    router: Router, request: ChatRequest | None = None, model: str = "m", caller: Caller = CALLER
) -> tuple[str, str]:
    """Return the text, and who said it."""
    text, served_by = "", ""
    async with (
        router.use(model, caller) as loaded,
        aclosing(flat(loaded.engine.chat(request or ask()))) as deltas,
    ):
        async for delta in deltas:
            if isinstance(delta, Text):
                text += delta.text
            elif isinstance(delta, ChatEnd):
                served_by = delta.served_by
    return text, served_by


def idle(router: Router) -> bool:
    return all(member.outstanding == member.queue.in_use == member.queue.waiting == 0 for member in router.states())


@pytest.mark.parametrize(
    "failure",
    [
        up.status(500),
        up.status(429),
        up.status(503),
        up.status(401),
        up.status(404),
        up.drops,
        up.babbles,
        up.status(307),
    ],
    ids=["500", "429", "503", "401", "404", "drops", "babbles", "redirects"],
)
async def test_the_second_serves_what_the_first_cannot(tmp_path: Path, failure: up.Answer) -> None:
    async with pair(tmp_path) as (router, a, b):
        a.answer = failure
        assert await talk(router) == ("I am b", "b:m")
        # A connection that is dropped may be a kept one that was just closed: the engine itself asks once more.
        assert (len(a.bodies), len(b.bodies)) == (2 if failure is up.drops else 1, 1)
        assert router.counters.fallbacks["a:m"] == 1
        assert idle(router)


async def test_an_upstream_that_is_not_there(tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        async with pair(tmp_path, {"base_url": f"http://127.0.0.1:{closed.getsockname()[1]}/v1"}) as (router, _, _b):
            assert await talk(router) == ("I am b", "b:m")


async def test_an_upstream_that_hangs_before_its_headers(tmp_path: Path) -> None:
    async with pair(tmp_path, {"timeout": 0.2}) as (router, a, _):
        a.answer = up.hangs
        assert await talk(router) == ("I am b", "b:m")
        assert idle(router)


async def test_after_the_first_word_there_is_no_second_choice(tmp_path: Path) -> None:
    async with pair(tmp_path) as (router, a, b):
        a.answer = up.breaks_off
        with pytest.raises(UpstreamFailed):
            await talk(router)
        assert not b.bodies
        assert idle(router)


async def test_a_reply_whose_upstream_breaks_is_gone_on_with_at_another(tmp_path: Path) -> None:
    async with pair(tmp_path, {"continues": "prefix"}, {"continues": "prefix"}) as (router, a, b):
        a.answer = up.breaks_off
        request = ask(sampling=Sampling(max_tokens=20))
        async with router.use("m", CALLER) as loaded:
            deltas = [delta async for delta in flat(loaded.engine.chat(request))]
        end = deltas[-1]
        assert isinstance(end, ChatEnd)
        assert "".join(delta.text for delta in deltas if isinstance(delta, Text)) == "HalI am b"
        assert end.served_by == "b:m"
        assert (end.usage.completion_tokens, end.usage.estimated) == (3, True)
        assert b.bodies[0]["messages"][-1] == {"role": "assistant", "content": "Hal", "prefix": True}
        assert b.bodies[0]["max_tokens"] == 19
        assert idle(router)


async def test_a_reply_that_nobody_goes_on_with_tells_that_it_broke(tmp_path: Path) -> None:
    async with pair(tmp_path, {"continues": "prefix"}, {"continues": "prefix"}) as (router, a, b):
        a.answer, b.answer = up.breaks_off, up.status(400, "no partial messages here")
        with pytest.raises(UpstreamFailed, match="broke"):
            await talk(router)
        assert (len(a.bodies), len(b.bodies)) == (1, 1)
        assert idle(router)


async def test_thoughts_that_broke_are_not_gone_on_with(tmp_path: Path) -> None:
    async def breaks_in_thought(_: Upstream, request: Any) -> Any:
        reply = await up.begin(request)
        await reply.write(up.chunk({"reasoning_content": "hm"}))
        await asyncio.sleep(0.02)
        request.transport.abort()
        return reply

    async with pair(tmp_path, {"continues": "prefix"}, {"continues": "prefix"}) as (router, a, b):
        a.answer = breaks_in_thought
        with pytest.raises(UpstreamFailed, match="broke"):
            await talk(router)
        assert not b.bodies


async def test_the_requests_own_fault_is_asked_once(tmp_path: Path) -> None:
    async with pair(tmp_path) as (router, a, b):
        a.answer = up.refuses(400, {"message": "temperature is too high", "param": "temperature"})
        with pytest.raises(InvalidRequest, match="too high") as caught:
            await talk(router)
        assert caught.value.param == "temperature"
        assert (len(a.bodies), len(b.bodies)) == (1, 0)
        a.answer = up.refuses(400, {"message": "too long", "code": "context_length_exceeded"})
        assert await talk(router) == ("I am b", "b:m")


async def test_one_upstream_is_tried_again(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a)}) as router:
        a.answers = [up.status(500), up.drops]
        assert await talk(router) == ("I am a", "a:m")
        assert len(a.bodies) == 3
        assert router.counters.retries["m"] == 1, "the engine itself repeated the one that was dropped"
        a.answer = up.status(500, "it burns")
        with pytest.raises(UpstreamFailed, match="it burns"):
            await talk(router)
        assert idle(router)


async def test_retry_after_is_obeyed(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a)}) as router:
        a.answers = [up.status(429, **{"retry-after-ms": "300"})]
        started = asyncio.get_running_loop().time()
        assert await talk(router) == ("I am a", "a:m")
        assert asyncio.get_running_loop().time() - started >= 0.3
        a.answers = [up.status(429, **{"retry-after": "60"})]
        with pytest.raises(RateLimited) as caught:
            await talk(router)
        assert caught.value.retry_after == 60
        asked = len(a.bodies)
        with pytest.raises(Unavailable) as refused:
            await talk(router)
        assert refused.value.retry_after is not None
        assert 50 < refused.value.retry_after <= 60
        assert len(a.bodies) == asked, "it asked to be left alone"


async def test_a_broken_one_is_left_alone_and_taken_back_when_it_is_well(tmp_path: Path) -> None:
    async with pair(tmp_path) as (router, a, b):
        a.answer = a.models = up.status(500)
        for turn in range(FAILURES + 3):
            assert await talk(router, caller=(CALLER, ANOTHER)[turn % 2]) == ("I am b", "b:m")
        assert len(a.bodies) == FAILURES
        member = router.state("a:m")
        assert member is not None
        assert member.breaker.circuit == "open"
        a.answer, a.models = up.says("I am back"), None
        member.breaker.recover()
        assert await talk(router) == ("I am back", "a:m")
        assert member.breaker.circuit == "closed"
        assert b.listed == 0, "those that are well are not looked after"


@pytest.mark.parametrize("fault", [up.breaks_off, up.babbles, up.drops, up.status(500), up.status(503)])
async def test_the_bad_requests_of_one_caller_keep_out_that_caller_only(tmp_path: Path, fault: up.Answer) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a)}) as router:
        a.answer = fault
        for number in range(2 * FAILURES + 2):
            with pytest.raises((UpstreamFailed, Unavailable)):
                await talk(router, ask(str(number)))
        asked = len(a.bodies)
        with pytest.raises(Unavailable, match="not asked for now"):
            await talk(router)
        assert len(a.bodies) == asked
        member = router.state("a:m")
        assert member is not None
        assert member.breaker.circuit == "closed"
        a.answer = up.says("hi")
        assert await talk(router, caller=ANOTHER) == ("hi", "a:m")


async def test_a_server_that_nobody_can_connect_to_is_left_alone_whoever_noticed(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    gone = {"base_url": f"http://127.0.0.1:{port}/v1", "models": {"big": "m"}}
    async with routed(tmp_path, {"a": gone}) as router:
        for _ in range(FAILURES):
            with pytest.raises((UpstreamFailed, Unavailable)):
                await talk(router)
        member = router.state("a:m")
        assert member is not None
        assert member.breaker.circuit == "open"


async def test_a_limit_without_a_time_is_nobody_elses_pause(tmp_path: Path) -> None:
    async def limited_midway(_: Upstream, request: Any) -> Any:
        reply = await up.begin(request)
        await reply.write(up.chunk({"content": "Hal"}))
        await reply.write(b'data: {"error":{"code":429,"message":"slow down"}}\n\n')
        return reply

    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a)}) as router:
        a.answers = [limited_midway]
        with pytest.raises(RateLimited):
            await talk(router)
        assert await talk(router, caller=ANOTHER) == ("I am a", "a:m")


async def test_no_error_tells_a_key(tmp_path: Path) -> None:
    async with pair(tmp_path) as (router, a, b):
        a.answer = b.answer = up.status(401, "unknown key")
        with pytest.raises(UpstreamFailed) as caught:
            await talk(router)
        assert "a:m" in caught.value.message
        assert "b:m" in caught.value.message
        assert "sk-secret" not in caught.value.message
        assert a.keys == ["Bearer sk-secret-a"]
        assert "sk-secret" not in repr([member.deployment for member in router.states()])
        with pytest.raises(Unavailable) as open_now:
            await talk(router)
        assert "sk-secret" not in open_now.value.message


async def at_once(calls: Sequence[Coroutine[Any, Any, tuple[str, str]]], *members: Upstream) -> Counter[str]:
    """Have no call answered before all have been sent out, however busy the machine; returns who served how many."""
    arrived = asyncio.Barrier(len(calls))

    async def together(upstream: Upstream, request: Any) -> Any:
        await arrived.wait()
        return await up.says("x")(upstream, request)

    for member in members:
        member.answer = together
    return Counter([who for _, who in await asyncio.gather(*calls)])


async def test_work_goes_by_weight(tmp_path: Path) -> None:
    async with pair(tmp_path, {"weight": 3}, {"priority": 0, "weight": 1}) as (router, a, b):
        served = await at_once([talk(router, ask(str(n))) for n in range(40)], a, b)
        assert served == {"a:m": 30, "b:m": 10}


async def test_a_conversation_stays_where_its_beginning_is_cached(tmp_path: Path) -> None:
    async with pair(tmp_path, {}, {"priority": 0}) as (router, _a, _b):
        first = [{"role": "system", "content": "s"}, {"role": "user", "content": "one"}]
        for conversation in range(8):
            messages = [*first, {"role": "user", "content": str(conversation)}]
            _, began_at = await talk(router, ChatRequest(messages=messages))
            await talk(router, ask(f"something else {conversation}"))
            for turn in range(3):
                messages = [*messages, {"role": "assistant", "content": "x"}, {"role": "user", "content": str(turn)}]
                assert (await talk(router, ChatRequest(messages=messages)))[1] == began_at


async def test_a_cached_beginning_is_no_reason_to_stand_in_line(tmp_path: Path) -> None:
    async with pair(tmp_path, {}, {"priority": 0}) as (router, a, b):
        await talk(router)
        served = await at_once([talk(router) for _ in range(20)], a, b)
        assert min(served.values()) >= 8


async def test_abilities_decide_who_is_asked(tmp_path: Path) -> None:
    a_can = {"abilities": ["chat"], "context_length": 1000}
    async with pair(tmp_path, a_can, {"abilities": ["chat", "tools", "json_schema"]}) as (router, _a, _b):
        tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
        assert (await talk(router))[1] == "a:m"
        assert (await talk(router, ask(tools=[tool])))[1] == "b:m"
        assert (await talk(router, ask(output=OutputFormat("json_object"))))[1] == "b:m"
        assert (await talk(router, ask(sampling=Sampling(max_tokens=2000))))[1] == "b:m"
        image = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}
        with pytest.raises(UnsupportedParameter, match="image"):
            await talk(router, ChatRequest(messages=[image]))


async def test_a_limit_per_minute_sends_the_rest_elsewhere(tmp_path: Path) -> None:
    async with pair(tmp_path, {"requests_per_minute": 2}) as (router, _a, _b):
        assert [(await talk(router))[1] for _ in range(3)] == ["a:m", "a:m", "b:m"]
    async with pair(tmp_path, {"tokens_per_minute": 9}) as (router, _a, _b):
        assert [(await talk(router))[1] for _ in range(2)] == ["a:m", "b:m"], "9 tokens are 9 tokens"


async def test_slots_bound_what_an_upstream_gets(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a, max_parallel=2)}) as router:
        now, most = 0, 0

        async def counted(upstream: Upstream, request: Any) -> Any:
            nonlocal now, most
            now += 1
            most = max(most, now)
            try:
                return await up.says("x", before=0.02)(upstream, request)
            finally:
                now -= 1

        a.answer = counted
        await asyncio.gather(*(talk(router) for _ in range(10)))
        assert most == 2
        assert idle(router)
        assert sum(router.counters.waited["a:m"].counts) == 10


async def test_whoever_gives_up_leaves_nothing_behind(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a, max_parallel=1)}) as router:
        a.answer = up.says(*["x"] * 100, pause=0.02)
        calls = [asyncio.create_task(talk(router)) for _ in range(5)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        assert idle(router)
        assert router.counters.calls["a:m", "cancelled"] == 1, "the other four never began"
        a.answer = up.says("fine")
        assert await talk(router) == ("fine", "a:m")


async def test_a_model_here_and_one_elsewhere(tmp_path: Path) -> None:
    async with upstreams("a") as (a,):
        settings = {"a": options(a, models={"big": "scripted"}, priority=1)}
        async with routed(tmp_path, settings, scripted=True) as router:
            assert await talk(router, ask("hello"), model="scripted") == ("You said: hello", "scripted")
            # Vendors' switches are said to a model here in its own way; what else they have goes to an upstream only.
            thinks = '!script {"text": "done", "reasoning": "hm"}'
            assert (await talk(router, ask(thinks, extra={"enable_thinking": False}), "scripted"))[1] == "scripted"
            assert (await talk(router, ask(extra={"repetition_penalty": 1.1}), "scripted"))[1] == "a:scripted"
            assert a.bodies[-1]["repetition_penalty"] == 1.1
            broken = '!script {"text": "x", "error_after": 0, "error": "upstream_failed", "error_always": true}'
            assert await talk(router, ask(broken), "scripted") == ("I am a", "a:scripted")
            async with router.use("scripted", CALLER) as loaded:
                assert await loaded.engine.count(ask("hello there")) > 0


async def test_one_model_here_is_itself(tmp_path: Path) -> None:
    async with routed(tmp_path, {}, scripted=True) as router, router.use("default", CALLER) as loaded:
        assert loaded.card.name == "scripted"
        deltas = [delta async for delta in flat(loaded.engine.chat(ask("hello there")))]
        assert cast("ChatEnd", deltas[-1]).served_by == "scripted"
        assert await loaded.engine.count(ask("hello there")) > 0
        made = await loaded.engine.embed(["x"])
        assert made.served_by == "scripted"
        with pytest.raises(ModelNotFound):
            async with router.use("nothing", CALLER):
                pass
        assert router.served("default").deployments == ("scripted",)


async def test_embeddings_fall_back_too(tmp_path: Path) -> None:
    names = {"models": {"embed-1": "e"}}
    async with pair(tmp_path, names, names) as (router, a, _b):
        a.answer = up.status(500)
        async with router.use("e", CALLER) as loaded:
            made = await loaded.engine.embed(["x"])
        assert (list(made.vectors[0]), made.served_by) == ([1.0, 0.0], "b:e")


async def test_a_retry_budget_ends_a_storm(tmp_path: Path) -> None:
    async with upstreams("a") as (a,), routed(tmp_path, {"a": options(a)}) as router:
        a.answers = [up.status(500) if n % 2 else up.says("x") for n in range(60)]
        asked = 0
        for _ in range(30):
            try:
                await talk(router)
            except EarthshineError:
                asked += 1
        assert router.counters.retries["m"] <= 10 + 0.2 * 31
