"""Claim: a server that is killed while tools run goes on with each response; no effect comes twice, none is made up.

    python -m bench.faults.tool_kills --kills 200                  `kill -9`, at any moment of a tool's step
    python -m bench.faults.tool_kills --kills 100 --signal TERM    asked to end, as an operator does

A whole server, the real sandbox, and on the loopback a shop that speaks MCP, a web site and its search. Each kill hits
two responses whose tools run: one is followed as a stream, and after the restart from where its reader was. Counted are
what has an effect outside (lines that code writes, things that the shop sells), what was told of it, events that are
missing or doubled, and what a dead server leaves: processes, mounts, temporary files, folders of containers. With TERM:
how long the server took to end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sqlite3
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
from tests.faults.api import Api, api_of, assert_whole, parsed, text_of
from tests.server_process import ServerProcess, start_server, tail

from bench.faults._tool_world import KINDS, PAUSE, TEXT, Json, Remains, World, world

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
DRAIN, GRACE = 3.0, 6.0  # seconds that the server gives what runs, and that it may take to end
SAID = "That is done: قمر 月."
CUT = ("Nobody knows", "The server stopped while this ran")


class Reply:
    """One response whose tool is killed, and what is seen of it."""

    def __init__(self, name: str, mark: str, *, followed: bool, background: bool) -> None:
        self.name, self.mark, self.kind = name, mark, KINDS[name]
        self.followed, self.background = followed, background
        self.id, self.seen, self.cut = "", list[Json](), False
        self.calling = asyncio.Event()
        self.call_seconds = 0.0

    async def run(self, api: Api, world: World) -> None:
        """Begin it, and follow it until it ends or the server does."""
        text = {"text": SAID, "tokens_per_second": 60}
        said = f"How high is {world.site.url}/tower?\n!script {json.dumps([self.kind.call(world, self.mark), text])}"
        began = 0.0
        with suppress(aiohttp.ClientError):
            async with api.stream(said, tools=self.kind.tools(world), background=self.background) as events:
                async for event in events:
                    self.seen.append(event)
                    self.id = self.id or event["response"]["id"]
                    kind = event.get("item", {}).get("type", "")
                    if kind.endswith("_call") and not began:
                        began = time.monotonic()
                        self.calling.set()
                    elif event["type"] == "response.output_item.done" and kind != "message":
                        self.call_seconds = time.monotonic() - began

    async def rest(self, api: Api) -> None:
        """Follow the rest."""
        async with asyncio.timeout(60):
            after = self.seen[-1]["sequence_number"] if self.followed and self.seen else None
            self.seen = self.seen if after is not None else []
            params = {"stream": "true", **({} if after is None else {"starting_after": str(after)})}
            async with api.http.get(f"{api.url}/{self.id}", params=params) as reply:
                async for event in parsed(reply.content):
                    self.seen.append(event)

    @property
    def told_cut(self) -> bool:
        """Whether its readers, and the model, were told that the end of its call is not known."""
        told = json.dumps([event["item"] for event in self.seen if event["type"].startswith("response.output_item")])
        return any(words in told for words in CUT)


class Bench:
    """Kills, and what came of them."""

    def __init__(self, options: argparse.Namespace, outside: World, folder: Path) -> None:
        self.options, self.world, self.rng = options, outside, random.Random(options.seed)
        self.data, self.temporary = folder / "data", folder / "tmp"
        self.temporary.mkdir()
        # As `/tmp` is: a sandbox removes its own.
        self.temporary.chmod(0o1777)
        self.remains = Remains(self.data, self.temporary)
        self.count: Counter[str] = Counter()
        self.resumed: list[float] = []
        self.ending: list[float] = []
        self.dying: list[float] = []
        self.spans: dict[str, float] = {}
        self.server: ServerProcess | None = None

    async def start(self) -> ServerProcess:
        """Start a server."""
        site = self.world.site.url
        web = {"EARTHSHINE_WEB_FETCH": "private", "EARTHSHINE_WEB_SEARCH": "searxng", "EARTHSHINE_WEB_SEARCH_URL": site}
        own = ("--drain-seconds", str(DRAIN), "--sandbox", self.options.backend)
        self.server = await start_server(self.data, *FLAGS, *own, env={**web, "TMPDIR": str(self.temporary)})
        return self.server

    async def run(self) -> None:
        """Begin, kill as often as is asked for, and see what is left at the end."""
        await self.prepare()
        names = cycle(self.options.only or KINDS)
        for number in range(self.options.kills):
            await self.one(number, (next(names), self.rng.choice(list(KINDS))))
            if number % 20 == 19:
                print(f"{number + 1}: {dict(self.count)}", file=sys.stderr)
        await self.finish()

    async def prepare(self) -> None:
        """Make the container and the store, and see how long each tool takes when nobody disturbs it."""
        server = await self.start()
        async with api_of(server) as api:
            base = f"{server.url}/v1"
            self.world.container = (await _post(api, f"{base}/containers", {"name": "kept"}))["id"]
            form = aiohttp.FormData({"purpose": "assistants"})
            form.add_field("file", TEXT.encode(), filename="tower.md")
            async with api.http.post(f"{base}/files", data=form) as reply:
                file = (await reply.json())["id"]
            self.world.store = (await _post(api, f"{base}/vector_stores", {"file_ids": [file]}))["id"]
            await asyncio.sleep(2)
            for name in KINDS:
                reply = Reply(name, f"whole_{name.replace(' ', '_')}", followed=True, background=True)
                await reply.run(api, self.world)
                final = await api.ended(reply.id)
                assert final["status"] == "completed" and not _failures(final), final
                assert reply.kind.has_effect == bool(reply.kind.effects(self.world, reply.mark, self.data))
                self.spans[name] = reply.call_seconds + 0.1

    async def one(self, number: int, names: tuple[str, str]) -> None:
        """Begin two responses, end the server while the first one's tool runs, and see both to their ends."""
        first = Reply(names[0], f"m{number}a", followed=True, background=number % 8 != 7)
        replies = [first, Reply(names[1], f"m{number}b", followed=False, background=True)]
        assert self.server is not None
        async with api_of(self.server) as api:
            following = [asyncio.create_task(each.run(api, self.world)) for each in replies]
            async with asyncio.timeout(30):
                await first.calling.wait()
            await asyncio.sleep(self.rng.uniform(0, self.spans[first.name]))
            killed = time.monotonic()
            await self.end(self.server)
            await asyncio.gather(*following)
        left, seconds = await asyncio.to_thread(self.remains.after)
        self.count.update({f"left: {name}": many for name, many in left.items() if many})
        self.dying.append(seconds)
        self.look(replies)
        server = await self.start()
        async with api_of(server) as api:
            await asyncio.gather(*(self.see(api, each) for each in replies if each.id))
        self.resumed.append(time.monotonic() - killed)

    async def end(self, server: ServerProcess) -> None:
        """Kill it, or ask it to end and wait until it has."""
        began = time.monotonic()
        server.process.send_signal(signal.Signals[f"SIG{self.options.signal}"])
        try:
            async with asyncio.timeout(GRACE if self.options.signal == "TERM" else 30):
                await server.process.wait()
        except TimeoutError:
            self.count["hung"] += 1
            if self.options.py_spy:
                shown = await asyncio.create_subprocess_exec(self.options.py_spy, "dump", "--pid", str(server.pid))
                await shown.wait()
            await server.kill()
        self.ending.append(time.monotonic() - began)

    def look(self, replies: list[Reply]) -> None:
        """See in the database how far calls were: what is stored of a step is what the next server knows."""
        database = sqlite3.connect(self.data / "earthshine.db")
        for each in replies:
            query = "SELECT state FROM run_steps WHERE run_id = ? AND name LIKE 'tool %'"
            states = [state for (state,) in database.execute(query, (each.id,))]
            each.cut = "begun" in states
            done = each.kind.effects(self.world, each.mark, self.data)
            where = "after its record" if "ended" in states else "before the step"
            if each.cut:
                where = "before its effect" if each.kind.has_effect else "without effect"
                where = "after its effect" if done else where
            self.count[f"killed {where}"] += 1
        database.close()

    async def see(self, api: Api, reply: Reply) -> None:
        """Follow one to its end, as a person who answers what nobody knows, and judge."""
        following, answered = asyncio.create_task(reply.rest(api)), False
        while not following.done():
            now = await api.get(reply.id)
            unknown = [item for item in now["output"] if item.get("status") == "incomplete" and "call_id" in item]
            if now["status"] == "in_progress" and unknown and reply.kind.waits and not answered:
                answered = True
                # What the shop still works at may come.
                await asyncio.sleep(3 * PAUSE)
                done = reply.kind.effects(self.world, reply.mark, self.data)
                outcome = {"outcome": "done", "output": f"kept {reply.mark}"} if done else {"outcome": "not_done"}
                base = api.url.removesuffix("v1/responses") + "earthshine/v1/responses"
                await _post(api, f"{base}/{reply.id}/calls/{unknown[0]['call_id']}", outcome)
            await asyncio.sleep(0.05)
        final = await api.ended(reply.id)
        try:
            await following
            assert_whole(reply.seen, final)
        except (AssertionError, TimeoutError) as error:
            self.count["events differ"] += 1
            print(f"{reply.name} {reply.id}: {error!r}"[:500], file=sys.stderr)
        self.judge(reply, final)

    def judge(self, reply: Reply, final: Json) -> None:
        """Compare what is told of one with what it did."""
        done = reply.kind.effects(self.world, reply.mark, self.data)
        calls = sum(item["type"].endswith("_call") for item in final["output"])
        wrong = {
            # In the foreground it may have ended before its server did.
            "not ended well": final["status"] not in ("completed", *(() if reply.background else ("cancelled",))),
            "effect twice": done > 1,
            "told as done, was not": f"kept {reply.mark}" in _results(final) and reply.kind.has_effect and not done,
            "cut and not told": reply.background and reply.cut and reply.kind.has_effect and not reply.told_cut,
            "told as cut, was not": reply.told_cut and not reply.cut,
            "text differs": reply.background and reply.name != "function" and text_of(final) != SAID,
            "call not once": calls not in ({1} if reply.background else {0, 1}),
        }
        for what, is_so in wrong.items():
            if is_so:
                self.count[what] += 1
                print(f"{what}: {reply.name} {reply.mark} {json.dumps(final['output'])[:1500]}", file=sys.stderr)
        self.count["responses"] += 1
        self.count["told as cut"] += reply.told_cut

    async def finish(self) -> None:
        """End the last server, politely, and see what is left of all."""
        assert self.server is not None and await self.server.stop() == 0
        left, _ = await asyncio.to_thread(self.remains.after)
        database = sqlite3.connect(self.data / "earthshine.db")
        known = {name for (name,) in database.execute("SELECT id FROM containers")}
        database.close()
        left += self.remains.files(known)
        self.count.update({f"left: {name}": many for name, many in left.items() if many})


def _results(final: Json) -> str:
    """Return what calls returned, without what they were asked."""
    calls = [
        {name: each for name, each in item.items() if name not in ("code", "arguments", "action")}
        for item in final["output"]
    ]
    return json.dumps(calls)


def _failures(final: Json) -> list[Json]:
    return [item for item in final["output"] if item.get("status") not in ("completed", None) or item.get("error")]


async def _post(api: Api, url: str, body: Json) -> Any:
    async with api.http.post(url, json=body) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


async def main(options: argparse.Namespace) -> int:
    """Kill, print what came of it, and judge."""
    with tempfile.TemporaryDirectory() as name, world() as outside:
        folder = Path(name)
        folder.chmod(0o711)
        bench = Bench(options, outside, folder)
        try:
            await bench.run()
        except BaseException:
            print(tail(bench.data / "server.log"), file=sys.stderr)
            raise
        finally:
            if bench.server is not None and bench.server.process.returncode is None:
                await bench.server.kill()
    figures = {"s_to_end_of_both": bench.resumed, "s_server_ended": bench.ending, "s_children_gone": bench.dying}
    told = {name: [round(statistics.median(some), 2), round(max(some), 2)] for name, some in figures.items() if some}
    print(json.dumps({"bench": "tool kills", "signal": options.signal, "kills": options.kills, **bench.count, **told}))
    fine = ("killed", "responses", "told as cut")
    return int(
        any(many for what, many in bench.count.items() if not what.startswith(fine) or what == "told as cut, was not")
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--signal", choices=("KILL", "TERM"), default="KILL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=KINDS, help="the tools that are aimed at; all without this")
    parser.add_argument("--backend", default="auto", help="the sandbox's: see the setting `sandbox`")
    parser.add_argument("--py-spy", default="", help="the program that shows what a server that hangs does")
    sys.exit(asyncio.run(main(parser.parse_args())))
