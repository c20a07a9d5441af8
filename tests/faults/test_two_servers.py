"""Two servers on one PostgreSQL: read, cancelled and continued through either; one dies, and the other goes on."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest
from openai import AsyncOpenAI, NotFoundError, RateLimitError

from tests.faults.api import Api, Json, api_of, assert_whole, parsed, script, text_of, told
from tests.postgres import Cluster
from tests.server_process import ServerProcess, start_server

STORY = "Two servers told one story, قمر 月 🌒, and whoever listened heard it whole. " * 6
SLOW = {"tokens_per_second": 60}
TAKEOVER_AFTER = 2.0


async def start(url: str, data: Path) -> ServerProcess:
    env = {"EARTHSHINE_DATABASE_URL": url, "EARTHSHINE_TAKEOVER_AFTER": str(TAKEOVER_AFTER)}
    return await start_server(data, "--scripted", "--no-embedded-model", "--default-model", "scripted", env=env)


def sdk(server: ServerProcess) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=0, _strict_response_validation=True)


@dataclass
class Pair:
    """Two servers, and clients for both."""

    url: str
    first: ServerProcess
    second: ServerProcess
    one: AsyncOpenAI
    two: AsyncOpenAI
    api_one: Api
    api_two: Api


@pytest.fixture(scope="module")
async def pair(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Pair]:
    """Two that live as long as this module's tests."""
    url, data = postgres.create(), tmp_path_factory.mktemp("pair")
    # At the same moment: one makes the tables, the other waits for it.
    first, second = await asyncio.gather(start(url, data / "first"), start(url, data / "second"))
    async with sdk(first) as one, sdk(second) as two, api_of(first) as api_one, api_of(second) as api_two:
        yield Pair(url, first, second, one, two, api_one, api_two)
    assert await asyncio.gather(first.stop(), second.stop()) == [0, 0]
    postgres.drop(url)


@pytest.fixture
async def third(pair: Pair, tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    """One more on the same database, to be killed or stopped by a test."""
    server = await start(pair.url, tmp_path / "third")
    yield server
    if server.process.returncode is None:
        await server.kill()


# --- both are alive --------------------------------------------------------------------------------------------------


async def test_a_reader_at_one_server_sees_what_the_other_writes_as_it_is_written(pair: Pair) -> None:
    made = await pair.one.responses.create(model="scripted", input=script(text=STORY, **SLOW), background=True)
    seen: list[Json] = []
    arrivals: list[float] = []
    async with await pair.two.responses.retrieve(made.id, stream=True) as events:
        async for event in events:
            seen.append(event.to_dict())
            arrivals.append(time.monotonic())
    now = await pair.two.responses.retrieve(made.id)
    assert now.status == "completed" and now.output_text == STORY
    assert [event["sequence_number"] for event in seen] == list(range(len(seen)))
    assert told(seen) == STORY
    assert seen[-1]["response"] == now.to_dict() == (await pair.one.responses.retrieve(made.id)).to_dict()
    # It came as it was written: no long silence, and not all at the end.
    assert arrivals[-1] - arrivals[0] > 0.6 * len(STORY.split()) / SLOW["tokens_per_second"]
    assert max(later - earlier for earlier, later in pairwise(arrivals)) < 1.5


async def test_a_reader_may_begin_anywhere_and_several_may_read(pair: Pair) -> None:
    made = await pair.api_one.create(script(text=STORY, **SLOW), background=True)
    while len(text_of(await pair.api_two.get(made["id"]))) < 40:
        await asyncio.sleep(0.02)
    middle, late, unborn = await asyncio.gather(
        pair.api_two.events(made["id"], after=10),
        pair.api_two.events(made["id"]),
        pair.api_two.events(made["id"], after=2**31 - 1),
    )
    whole = await pair.api_one.events(made["id"])
    assert middle == whole[11:]
    assert late == whole
    assert unborn == []


async def test_cancelling_at_the_other_server(pair: Pair) -> None:
    talking = await pair.one.responses.create(model="scripted", input=script(text=STORY, **SLOW), background=True)
    silent = await pair.one.responses.create(
        model="scripted", input=script(text="Late.", first_token_after=30), background=True
    )
    await asyncio.sleep(0.3)
    begun = time.monotonic()
    ended = [await pair.two.responses.cancel(response.id) for response in (talking, silent)]
    assert time.monotonic() - begun < 5
    assert [response.status for response in ended] == ["cancelled", "cancelled"]
    assert STORY.startswith(ended[0].output_text) and ended[0].output_text
    assert (await pair.one.responses.retrieve(talking.id)) == ended[0]


async def test_deleting_at_the_other_server(pair: Pair) -> None:
    made = await pair.one.responses.create(model="scripted", input=script(text=STORY, **SLOW), background=True)
    await asyncio.sleep(0.2)
    reader = asyncio.create_task(pair.api_one.events(made.id))
    await asyncio.sleep(0.1)
    await pair.two.responses.delete(made.id)
    assert (await asyncio.wait_for(reader, 5))[-1]["response"]["status"] == "cancelled"
    for client in (pair.one, pair.two):
        with pytest.raises(NotFoundError):
            await client.responses.retrieve(made.id)


async def test_a_limit_made_at_one_server_holds_at_the_other_within_a_second(pair: Pair) -> None:
    limits = f"{pair.first.url}/v1/organization/limits"
    nothing = {"scope": "project", "scope_id": "default", "kind": "requests_per_minute", "model": "scripted"}
    seconds: list[float] = []
    for _ in range(3):
        async with pair.api_one.http.post(limits, json={**nothing, "amount": 0}) as reply:
            assert reply.status == 200, await reply.text()
            made = await reply.json()
        begun = time.monotonic()
        try:
            await until(pair.two, refused=True)
            seconds.append(time.monotonic() - begun)
            assert [await is_refused(client) for client in (pair.one, pair.two, pair.two)] == [True] * 3
        finally:
            async with pair.api_one.http.delete(f"{limits}/{made['id']}") as reply:
                assert reply.status == 200, await reply.text()
        await until(pair.two, refused=False)
    # A busy machine may be late once.
    assert sorted(seconds)[1] < 1, seconds


async def is_refused(client: AsyncOpenAI) -> bool:
    try:
        await client.responses.create(model="scripted", input="Hello.", store=False)
    except RateLimitError:
        return True
    return False


async def until(client: AsyncOpenAI, *, refused: bool) -> None:
    async with asyncio.timeout(10):
        while await is_refused(client) != refused:
            await asyncio.sleep(0.02)


async def test_turns_go_on_at_either_server(pair: Pair) -> None:
    conversation = (await pair.one.conversations.create()).id
    for client in (pair.one, pair.two, pair.one):
        await client.responses.create(model="scripted", input="And?", conversation=conversation)
    items = await pair.two.conversations.items.list(conversation, order="asc")
    assert len(items.data) == 6
    first = await pair.one.responses.create(model="scripted", input="Hello.")
    second = await pair.two.responses.create(model="scripted", input="Again.", previous_response_id=first.id)
    listed = await pair.one.responses.input_items.list(second.id)
    assert second.previous_response_id == first.id
    assert len(listed.data) == 1


async def test_two_clients_append_to_one_conversation_through_two_servers(pair: Pair) -> None:
    conversation = (await pair.one.conversations.create()).id

    def item(number: int) -> Json:
        return {"type": "message", "role": "user", "content": f"{number}"}

    await asyncio.gather(
        *(
            client.conversations.items.create(conversation, items=[item(number), item(number)])
            for number in range(10)
            for client in (pair.one, pair.two)
        )
    )
    items = await pair.one.conversations.items.list(conversation, order="asc", limit=100)
    said = [entry.content[0].text for entry in items.data]
    assert len(said) == 40
    assert said[::2] == said[1::2], "a pair was torn apart"


async def test_connections_that_break_cost_nobody_a_word(pair: Pair, postgres: Cluster) -> None:
    """Also where PostgreSQL stored a commit and could not say so."""
    made = [(await pair.api_one.create(script(text=STORY, **SLOW), background=True))["id"] for _ in range(5)]
    heard: list[list[Json]] = []

    async def read(api: Api, response_id: str, into: list[Json]) -> None:
        async with api.http.get(f"{api.url}/{response_id}", params={"stream": "true"}) as reply:
            async for event in parsed(reply.content):
                into.append(event)

    readers: list[asyncio.Task[None]] = []
    for response_id in made:
        for api in (pair.api_one, pair.api_two):
            heard.append([])
            readers.append(asyncio.create_task(read(api, response_id, heard[-1])))
    while not all(told(events) for events in heard):
        await asyncio.sleep(0.02)
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'earthshine'"
    broken = 0
    for _ in range(6):
        broken += (await asyncio.to_thread(postgres.execute, cut))[0][0]
        await asyncio.sleep(0.15)
    assert broken >= 6
    await asyncio.wait_for(asyncio.gather(*readers), 20)
    for place, events in enumerate(heard):
        final = await pair.api_one.get(made[place // 2])
        assert text_of(final) == STORY
        assert_whole(events, final)


# --- one is frozen, or ends ------------------------------------------------------------------------------------------


async def test_a_frozen_server_that_wakes_up_writes_no_more(
    pair: Pair, record_property: Callable[[str, object], None]
) -> None:
    """Its own readers go on with what the other one wrote: there is one truth."""
    one, two = pair.api_one, pair.api_two
    # Long enough that it is being written when the frozen one wakes up.
    text = STORY * 3
    made = [await one.create(script(text=text, **SLOW), background=True) for _ in range(3)]
    foreground = asyncio.create_task(one.create(script(text=text, **SLOW)))
    readers = [asyncio.create_task(one.events(response["id"])) for response in made]
    await asyncio.sleep(0.7)
    pair.first.process.send_signal(signal.SIGSTOP)
    frozen = time.monotonic()
    await grown(two, [response["id"] for response in made])
    record_property("takeover_seconds", time.monotonic() - frozen)
    pair.first.process.send_signal(signal.SIGCONT)
    finals = [await two.ended(response["id"]) for response in made]
    for final, reader in zip(finals, readers, strict=True):
        assert final["status"] == "completed"
        assert text_of(final) == text
        seen = await asyncio.wait_for(reader, 10)
        assert_whole(seen, final)
        assert await two.events(final["id"]) == seen == await one.events(final["id"])
    with pytest.raises(AssertionError, match="taken_over"):
        await asyncio.wait_for(foreground, 10)
    # It goes on serving.
    assert text_of(await one.create("Hello.")) == "You said: Hello."


async def test_what_a_killed_server_wrote_goes_on_at_the_others(
    pair: Pair, third: ServerProcess, record_property: Callable[[str, object], None]
) -> None:
    """Two remain, and each of its replies goes on at one of them."""
    foreground: list[Json] = []

    async def follow(api: Api, response_id: str, into: list[Json]) -> None:
        """Read, and after a cut go on elsewhere."""
        for source in (api, pair.api_one):
            after = {"starting_after": str(into[-1]["sequence_number"])} if into else {}
            with suppress(aiohttp.ClientError):
                params = {"stream": "true", **after}
                async with source.http.get(f"{source.url}/{response_id}", params=params) as reply:
                    async for event in parsed(reply.content):
                        into.append(event)
                return

    async def ask(api: Api) -> None:
        with suppress(aiohttp.ClientError):
            async with api.stream(script(text=STORY, **SLOW)) as events:
                async for event in events:
                    foreground.append(event)

    async with api_of(third) as dying:
        unborn = await dying.create(script(text="Never.", first_token_after=20), background=True)
        ids = [(await dying.create(script(text=STORY, **SLOW), background=True))["id"] for _ in range(10)]
        seen: list[list[Json]] = [[] for _ in ids]
        # Half of the readers are with the one that will die, the others elsewhere.
        readers = [
            asyncio.create_task(follow(dying if place % 2 else pair.api_two, response_id, seen[place]))
            for place, response_id in enumerate(ids)
        ]
        asking = asyncio.create_task(ask(dying))
        while not all(told(events) for events in (*seen, foreground)):
            await asyncio.sleep(0.02)
        await third.kill()
        killed = time.monotonic()
        # Asked for while nobody writes it: whoever takes it over stops it.
        stopped = asyncio.create_task(pair.two.responses.cancel(unborn["id"]))
        await grown(pair.api_two, ids)
        record_property("takeover_seconds", time.monotonic() - killed)
        await asyncio.gather(asking, *readers)
    for response_id, events in zip(ids, seen, strict=True):
        final = await pair.api_two.ended(response_id)
        assert final["status"] == "completed"
        assert text_of(final) == STORY
        assert_whole(events, final)
    cut = await pair.api_two.ended(foreground[0]["response"]["id"])
    assert cut["status"] == "cancelled"
    assert text_of(cut).startswith(told(foreground))
    assert (await stopped).status == "cancelled"


async def test_a_server_that_is_stopped_hands_over_at_once(pair: Pair, third: ServerProcess) -> None:
    async with api_of(third) as ending:
        made = await ending.create(script(text=STORY, **SLOW), background=True)
        reader = asyncio.create_task(ending.events(made["id"]))
        await asyncio.sleep(0.5)
        third.process.send_signal(signal.SIGTERM)
        asked = time.monotonic()
        await grown(pair.api_two, [made["id"]])
        assert time.monotonic() - asked < TAKEOVER_AFTER
        # The reader is still with the server that ends, and hears the rest from there.
        assert_whole(await reader, await pair.api_two.ended(made["id"]))
        assert await asyncio.wait_for(third.process.wait(), 15) == 0
    assert text_of(await pair.api_one.ended(made["id"])) == STORY


async def grown(api: Api, ids: list[str]) -> None:
    """Wait until somebody writes more of each of these replies."""
    before = {response_id: len(text_of(await api.get(response_id))) for response_id in ids}
    deadline = time.monotonic() + 10
    for response_id, length in before.items():
        while len(text_of(await api.get(response_id))) <= length:
            assert time.monotonic() < deadline, "nobody took it over within 10 s"
            await asyncio.sleep(0.05)
