"""`kill -9` while an answer cites, and while a document is read in sections: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from openai import AsyncOpenAI
from openai.types.responses import ResponseCompletedEvent

from tests.server_process import ServerProcess, start_server

Json = dict[str, Any]
TEXT = "# The tower\n\nThe tower is 330 metres high. It was built in 1889 by an engineer from Dijon.\n"
SAID = "It is 330 m high [2]. «It was built in 1889 by an engineer» [3]. “Nobody ever said these words.” " * 3


def client_of(server: ServerProcess) -> AsyncOpenAI:
    return AsyncOpenAI(base_url=f"{server.url}/v1", api_key=server.key, max_retries=8, _strict_response_validation=True)


async def stored(client: AsyncOpenAI, text: str) -> Any:
    file = await client.files.create(file=("tower.md", text.encode()), purpose="assistants")
    store = await client.vector_stores.create(file_ids=[file.id])
    while (await client.vector_stores.retrieve(store.id)).file_counts.completed < 1:
        await asyncio.sleep(0.1)
    return {"type": "file_search", "vector_store_ids": [store.id]}


async def ended(client: AsyncOpenAI, response_id: str) -> Any:
    while (made := await client.responses.retrieve(response_id)).status in ("queued", "in_progress"):
        await asyncio.sleep(0.1)
    return made


def shape(made: Any) -> list[Json]:
    """Return what was written, without ids that are new each time."""
    message = made.output[-1].to_dict()["content"][0]
    return [message["text"], message["annotations"], message.get("checks"), [each.type for each in made.output]]


async def test_an_answer_that_was_killed_goes_on_with_its_citations(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", "--scripted")
    try:
        client = client_of(server)
        tool = await stored(client, TEXT)
        call = {"tool_call": {"name": "file_search", "arguments": {"queries": ["tower"]}}}
        asked = f"!script {json.dumps([call, {'text': SAID}])}"
        whole = await client.responses.create(model="scripted", input=asked, tools=[tool])
        slow = f"!script {json.dumps([call, {'text': SAID, 'tokens_per_second': 15}])}"
        cut = await client.responses.create(model="scripted", input=slow, tools=[tool], background=True)
        for kills in range(2):
            while True:
                now = await client.responses.retrieve(cut.id)
                last = now.output[-1].to_dict() if now.output else {}
                if last.get("type") == "message" and len(last["content"][0]["annotations"]) > 2 * kills:
                    break
                assert now.status in ("queued", "in_progress")
                await asyncio.sleep(0.05)
            await server.kill()
            server = await start_server(tmp_path / "data", "--scripted")
            client = client_of(server)
        made = await ended(client, cut.id)
        assert made.status == "completed"
        assert shape(made) == shape(whole)
        events = [event async for event in await client.responses.retrieve(cut.id, stream=True)]
        assert [event.sequence_number for event in events] == list(range(len(events)))
        assert isinstance(events[-1], ResponseCompletedEvent)
        assert events[-1].response == made
    finally:
        await server.stop()


async def test_a_document_is_read_in_sections_and_no_section_twice(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", "--scripted")
    try:
        client = client_of(server)
        about = "# Part {}\n\nThe value of part {} is {}. Nothing more is said of it here."
        text = "\n\n".join(about.format(number, number, number * 37) for number in range(700))
        tool = await stored(client, text)
        noted = json.dumps({"note": "values", "sentences": [2]})
        call = {"name": "file_search", "arguments": {"queries": ["value"]}}
        script = [{"text": noted, "tool_call": call, "tokens_per_second": 60}, {"text": "The first is 0 [1]."}]
        asked = f"Summarise the file.\n!script {json.dumps(script)}"
        begun = await client.responses.create(model="scripted", input=asked, tools=[tool], background=True)
        await asyncio.sleep(3)
        await server.kill()
        server = await start_server(tmp_path / "data", "--scripted")
        client = client_of(server)
        made = await ended(client, begun.id)
        assert made.status == "completed"
        search = next(each for each in made.output if each.type == "file_search_call")
        [read] = search.to_dict()["read"]
        assert read["characters"] == len(text)
        assert any("values" in (result.to_dict().get("note") or "") for result in search.results)
        for result in (each.to_dict() for each in search.results):
            assert text[result["start"] : result["end"]] == result["text"]
        assert made.output[-1].to_dict()["content"][0]["annotations"][0]["quote"] in text
    finally:
        await server.stop()
