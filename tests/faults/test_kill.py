"""A server that is killed, or asked to end, in the middle of replies: what was seen stays, and the rest follows."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.faults.api import Api, Json, api_of, assert_whole, parsed, script, text_of, told
from tests.server_process import ServerProcess, start_server

STORY = "Once upon a time a server was killed in the middle of a word, قمر 月 🌒, and nobody noticed. " * 8
ARGUMENTS = {"words": ["قمر", "moon"] * 40}
SLOW = {"tokens_per_second": 150}


async def start(data: Path) -> ServerProcess:
    return await start_server(data, "--scripted", "--no-embedded-model", "--default-model", "scripted")


async def check_finished(api: Api, response_id: str, seen: list[Json]) -> Json:
    """The reply ends by itself; what had been seen is how the stored journal begins."""
    final = await api.ended(response_id)
    stored = await api.events(response_id)
    assert stored[: len(seen)] == seen
    assert_whole(stored, final)
    return final


# --- one kill, many kinds of replies ---------------------------------------------------------------------------------


@dataclass
class Aftermath:
    """What was being written when the server was killed, and the server that was started afterwards."""

    api: Api
    data: Path
    ids: dict[str, str]
    seen: dict[str, list[Json]] = field(default_factory=dict)

    async def final(self, name: str) -> Json:
        return await check_finished(self.api, self.ids[name], self.seen.get(name, []))


@pytest.fixture(scope="module")
async def aftermath(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Aftermath]:
    data = tmp_path_factory.mktemp("killed")
    tools = [{"type": "function", "name": "look_up", "parameters": {"type": "object"}, "strict": False}]
    text_format = {"format": {"type": "json_schema", "name": "answer", "schema": {"type": "object"}}}
    calls = [{"name": "look_up", "arguments": ARGUMENTS}, {"name": "look_up", "arguments": {"last": True}}]
    seen: dict[str, list[Json]] = {"followed": [], "foreground": []}
    first = await start(data)
    async with api_of(first) as api:
        async with api.http.post(f"{first.url}/v1/conversations", json={}) as reply:
            conversation = (await reply.json())["id"]

        async def follow(name: str, background: bool) -> None:
            with suppress(aiohttp.ClientError):
                async with api.stream(script(text=STORY, **SLOW), background=background) as events:
                    async for event in events:
                        seen[name].append(event)

        made = {
            "thinking": await api.create(script(reasoning=STORY, text="Done.", **SLOW), background=True),
            "calling": await api.create(
                script(text="Let me see.", tool_calls=calls, **SLOW), tools=tools, background=True
            ),
            "shaped": await api.create(script(text=json.dumps(ARGUMENTS), **SLOW), text=text_format, background=True),
            "queued": await api.create(script(text="At last.", first_token_after=2), background=True),
            "in a conversation": await api.create(
                script(text=STORY, **SLOW), conversation=conversation, background=True
            ),
        }
        ids = {name: response["id"] for name, response in made.items()}
        followers = [asyncio.create_task(follow("followed", True)), asyncio.create_task(follow("foreground", False))]
        while len(seen["followed"]) < 40 or len(seen["foreground"]) < 40:
            await asyncio.sleep(0.01)
        for response_id in ids.values():
            assert (await api.get(response_id))["status"] == "in_progress"
        await first.kill()
        await asyncio.gather(*followers)
    ids |= {name: events[0]["response"]["id"] for name, events in seen.items()}
    ids["conversation"] = conversation
    second = await start(data)
    async with api_of(second) as api:
        yield Aftermath(api, data, ids, seen)
    assert await second.stop() == 0


async def test_a_background_reply_goes_on_from_its_last_stored_character(aftermath: Aftermath) -> None:
    seen = aftermath.seen["followed"]
    rest = await aftermath.api.events(aftermath.ids["followed"], after=seen[-1]["sequence_number"])
    assert told(seen) + told(rest) == STORY
    assert 0 < len(told(seen)) < len(STORY)
    final = await aftermath.final("followed")
    assert final["status"] == "completed"
    assert text_of(final) == STORY
    assert len(final["output"]) == 1


async def test_a_foreground_reply_ends_as_cancelled_with_its_text(aftermath: Aftermath) -> None:
    final = await aftermath.final("foreground")
    assert final["status"] == "cancelled"
    assert final["output"][0]["status"] == "incomplete"
    assert text_of(final).startswith(told(aftermath.seen["foreground"]))
    assert STORY.startswith(text_of(final))
    assert text_of(final) != STORY


async def test_thinking_goes_on(aftermath: Aftermath) -> None:
    final = await aftermath.final("thinking")
    assert [item["type"] for item in final["output"]] == ["reasoning", "message"]
    assert final["output"][0]["content"][0]["text"] == STORY
    assert text_of(final) == "Done."


async def test_a_call_is_whole_and_made_once(aftermath: Aftermath) -> None:
    final = await aftermath.final("calling")
    assert [item["type"] for item in final["output"]] == ["message", "function_call", "function_call"]
    assert json.loads(final["output"][1]["arguments"]) == ARGUMENTS
    assert json.loads(final["output"][2]["arguments"]) == {"last": True}
    assert len({item["call_id"] for item in final["output"][1:]}) == 2


async def test_structured_output_is_valid(aftermath: Aftermath) -> None:
    assert json.loads(text_of(await aftermath.final("shaped"))) == ARGUMENTS


async def test_what_had_not_begun_begins(aftermath: Aftermath) -> None:
    assert text_of(await aftermath.final("queued")) == "At last."


async def test_a_conversation_gets_the_turn_once(aftermath: Aftermath) -> None:
    final = await aftermath.final("in a conversation")
    base = aftermath.api.url.removesuffix("responses") + f"conversations/{aftermath.ids['conversation']}"
    async with aftermath.api.http.get(f"{base}/items?order=asc") as reply:
        items = (await reply.json())["data"]
    assert [item["role"] for item in items] == ["user", "assistant"]
    assert items[1] == final["output"][0]


async def test_a_second_server_on_the_same_data_refuses_to_start(aftermath: Aftermath) -> None:
    running = await aftermath.api.create(script(text=STORY, **SLOW), background=True)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "earthshine", "serve", "--port", "0", "--data", str(aftermath.data)),
        *("--scripted", "--no-embedded-model"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out) == (2, b"")
    assert b"Another server runs on the data directory" in err
    assert text_of(await check_finished(aftermath.api, running["id"], [])) == STORY


# --- one reply, many kills -------------------------------------------------------------------------------------------


async def test_killed_three_times_in_one_reply(tmp_path: Path) -> None:
    rng = random.Random(7)
    text = STORY * 2
    seen: list[Json] = []
    response_id = ""
    for kill in range(3):
        server = await start(tmp_path)
        async with api_of(server) as api:
            if not response_id:
                response_id = (await api.create(script(text=text, tokens_per_second=200), background=True))["id"]
            after = {} if not seen else {"starting_after": str(seen[-1]["sequence_number"])}
            begun = len(seen)
            with suppress(aiohttp.ClientError):
                async with api.http.get(f"{api.url}/{response_id}", params={"stream": "true", **after}) as reply:
                    async for event in parsed(reply.content):
                        seen.append(event)
                        if len(seen) == begun + 1:
                            asyncio.get_running_loop().call_later(rng.uniform(0.01, 0.3), server.process.kill)
        await server.process.wait()
        assert text.startswith(told(seen))
        assert told(seen) != text, f"it was over before kill {kill + 1}"
    last = await start(tmp_path)
    async with api_of(last) as api:
        final = await check_finished(api, response_id, seen)
    await last.stop()
    assert text_of(final) == text


# --- a polite end ----------------------------------------------------------------------------------------------------


@pytest.mark.sqlite  # which it edits from outside
async def test_sigterm_leaves_background_replies_for_the_next_start(tmp_path: Path) -> None:
    """Also when that start is a newer version's, which refuses one of the requests: that one ends as failed."""
    first = await start(tmp_path)
    async with api_of(first) as api:
        made = await api.create(script(text=STORY, tokens_per_second=100), background=True)
        refused = await api.create(script(text=STORY, tokens_per_second=100), background=True)
        earlier = await api.create(script(text=STORY, tokens_per_second=100), background=True)
        await asyncio.sleep(0.4)
        before = await api.get(made["id"])
    assert await first.stop() == 0
    with sqlite3.connect(tmp_path / "earthshine.db") as database:
        change = "UPDATE responses SET request = json_set(request, '$.no_such_field', 1) WHERE id = ?"
        assert database.execute(change, (refused["id"],)).rowcount == 1
        # Earlier versions kept the input in the request, too.
        change = "UPDATE responses SET request = json_set(request, '$.input', 'Hello.') WHERE id = ?"
        assert database.execute(change, (earlier["id"],)).rowcount == 1
    database.close()
    second = await start(tmp_path)
    async with api_of(second) as api:
        final = await check_finished(api, made["id"], [])
        assert final["status"] == "completed"
        assert text_of(final) == STORY
        assert STORY.startswith(text_of(before))
        assert text_of(await check_finished(api, earlier["id"], [])) == STORY
        failed = await check_finished(api, refused["id"], [])
        assert failed["status"] == "failed"
        assert "no_such_field" in failed["error"]["message"]
        assert STORY.startswith(text_of(failed))
    assert await second.stop() == 0


@pytest.mark.sqlite
@pytest.mark.parametrize("column", ["input", "history"])
async def test_what_can_never_be_read_again_ends_as_failed(tmp_path: Path, column: str) -> None:
    """One whose stored words are damaged does not stay under way for ever, with those who wait for it."""
    server = await start(tmp_path)
    async with api_of(server) as api:
        made = await api.create(script(text=STORY, tokens_per_second=20), background=True)
        while not text_of(await api.get(made["id"])):
            await asyncio.sleep(0.05)
    await server.kill()
    with sqlite3.connect(tmp_path / "earthshine.db") as database:
        database.execute(f"UPDATE responses SET {column} = '7' WHERE id = ?", (made["id"],))
    again = await start(tmp_path)
    try:
        async with api_of(again) as api:
            final = await api.ended(made["id"], patience=20)
            assert (final["status"], final["error"]["code"]) == ("failed", "server_error")
            assert text_of(final) and STORY.startswith(text_of(final))
            assert_whole(await api.events(made["id"]), final)
    finally:
        await again.stop()
