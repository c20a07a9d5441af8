"""`kill -9` while a page is on its way, and while an answer cites it: nothing is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

from tests.responses.tools.test_file_search_kills import client_of, ended, shape
from tests.server_process import ServerProcess, start_server
from tests.webpages.site import TOWER, Site, running_site

Json = dict[str, Any]
FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
SAID = "It is 330 m high [2]. «It was built in 1889 by an engineer» [3]. “Nobody ever said these words.” " * 3


async def started(folder: Path, site: Site) -> ServerProcess:
    env = {"EARTHSHINE_WEB_FETCH": "private", "EARTHSHINE_WEB_SEARCH": "searxng", "EARTHSHINE_WEB_SEARCH_URL": site.url}
    return await start_server(folder, *FLAGS, env=env)


def asked(site: Site, **more: Any) -> str:
    call = {"tool_call": {"name": "web_search", "arguments": {"queries": ["tower"]}}}
    return f"How high?\n!script {json.dumps([call, {'text': SAID, **more}])}"


async def test_a_search_and_an_answer_that_were_killed_go_on(tmp_path: Path) -> None:
    with running_site() as site:
        results = [{"url": f"{site.url}/tower", "title": "The tower", "content": "A tower."}]
        site.put("/search", json.dumps({"results": results}), "application/json")
        server = await started(tmp_path / "data", site)
        try:
            client = client_of(server)
            tools: Any = [{"type": "web_search"}]
            whole = await client.responses.create(model="scripted", input=asked(site), tools=tools)
            # Another address of the same page, which hangs until the server is dead.
            results[0]["url"] = f"{site.url}/slow"
            site.put("/search", json.dumps({"results": results}), "application/json")
            site.put("/slow", TOWER.format(url=site.url))
            site.hold = threading.Event()
            slow = asked(site, tokens_per_second=15)
            cut = await client.responses.create(model="scripted", input=slow, tools=tools, background=True)
            while "/slow" not in site.asked:
                await asyncio.sleep(0.05)
            await server.kill()
            site.hold.set()
            server = await started(tmp_path / "data", site)
            client = client_of(server)
            while True:
                now = await client.responses.retrieve(cut.id)
                last = now.output[-1].to_dict() if now.output else {}
                if last.get("type") == "message" and len(last["content"][0]["annotations"]) > 2:
                    break
                assert now.status in ("queued", "in_progress")
                await asyncio.sleep(0.05)
            await server.kill()
            server = await started(tmp_path / "data", site)
            client = client_of(server)
            made = await ended(client, cut.id)
            assert made.status == "completed"
            assert _comparable(made) == _comparable(whole)
            # Once before the kill, once after; the answer's own kill fetched nothing again.
            assert site.asked.count("/slow") == 2
            events = [event async for event in await client.responses.retrieve(cut.id, stream=True)]
            assert [event.sequence_number for event in events] == list(range(len(events)))
        finally:
            await server.stop()


def _comparable(made: Any) -> list[Any]:
    text, annotations, checks, kinds = shape(made)
    told = [{key: value for key, value in each.items() if key not in ("url", "file_id")} for each in annotations]
    return [text, told, checks, kinds]
