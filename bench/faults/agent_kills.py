"""Claim: turns of agents' sessions survive `kill -9` at any moment; what was done is kept, and is not done twice.

    python -m bench.faults.agent_kills --kills 200
    python -m bench.faults.agent_kills --kills 200 --postgresql     another server process takes over

Each kill hits two sessions: one in a shell command with an effect, a call that a client answers, subagents at work, a
chain of calls about them (a turn of many responses), or while words are sent that steer a turn. The client does what
clients do: it answers what is asked, and sends again, with the same idempotency key, what had no reply. Counted are
turns that finish, effects that are lost or doubled (lines that commands write, subagents, answers, words), and the
seconds from the server's `ready` to the turns' end. With PostgreSQL the sessions have no container, for a container
stands on the machine that made it; the seconds are from the kill then.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import aiohttp
from tests.postgres import running_cluster

from bench.faults._kills import options_of
from bench.shared.server import KEY, Server

Json = dict[str, Any]

PAUSE = 0.15
"""Seconds that a command takes before its effect, and again after it."""
SLOW_SECONDS = 3.0
"""From the start to the end of turns that have less than one second to do."""
SAID, STEERED = "That is done: قمر 月.", "Mind the gap."
CUT = ("The server stopped while this ran", "Nobody knows")
WEATHER: Json = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SLOW: Json = {"text": SAID, "tokens_per_second": 40}
LOCAL, ANYWHERE = ("shell", "call", "subagents", "chain", "steered"), ("call", "subagents", "chain", "steered")


def called(name: str, **arguments: Any) -> Json:
    return {"name": name, "arguments": arguments}


def script(*replies: Json) -> str:
    return f"!script {json.dumps(replies)}"


def command(mark: str) -> Json:
    """A call of the shell that leaves one line, and takes its time before and after it."""
    return {
        "tool_call": called("shell", commands=[f"sleep {PAUSE}; echo {mark} >> log; sleep {PAUSE}; echo kept {mark}"])
    }


class Task:
    """One session, its turn, and what is to be there at its end."""

    def __init__(self, kind: str, mark: str, *, hosted: bool) -> None:
        self.kind, self.mark, self.hosted = kind, mark, hosted
        self.id, self.container = "", ""
        self.marks = {"shell": [mark], "steered": [mark], "subagents": [f"{mark}a", f"{mark}b"]}.get(kind, [])
        self.sent: set[str] = set()

    def _work(self, mark: str) -> list[Json]:
        return [command(mark) if self.hosted else {"text": "One moment. " * 3, "tokens_per_second": 40}]

    @property
    def said(self) -> str:
        """What the model is to do."""
        if self.kind == "call":
            both = [called("weather", city="Rabat"), called("weather", city="Fès")]
            return script({"tool_calls": both}, {"tool_call": called("weather", city="سلا")}, SLOW)
        if self.kind == "subagents":
            tasks = [called("create_subagent", task=script(*self._work(mark), SLOW)) for mark in self.marks]
            return script({"tool_calls": tasks}, {"tool_call": called("wait_for_subagents", agents=[1, 2])}, SLOW)
        if self.kind == "chain":
            wait = {"tool_call": called("wait_for_subagents", agents=[1])}
            more = {"tool_call": called("send_subagent_input", agent=1, input="More.")}
            first = {"tool_call": called("create_subagent", task="Begin.")}
            return script(first, wait, more, wait, {"tool_call": called("close_subagent", agent=1)}, SLOW)
        return script(*self._work(self.mark), SLOW)

    async def begin(self, http: aiohttp.ClientSession, url: str) -> None:
        """Make the session, which begins its turn."""
        agent = {"model": "scripted", "tools": [WEATHER], "multi_agent": {"enabled": True}}
        environment = {"type": "openai_hosted" if self.hosted else "none"}
        made = await post(
            http, f"{url}/v1/agents/sessions", {"agent": agent, "environment": environment, "input": self.said}
        )
        self.id = made["id"]

    async def drive(self, http: aiohttp.ClientSession, url: str, *, steer_after: float = 0.0) -> Json:
        """Do what the session's client has to, until it is idle."""
        base, begun = f"{url}/v1/agents/sessions/{self.id}", time.monotonic()
        async with asyncio.timeout(90):
            while True:
                now = await get(http, base)
                for action in now["required_actions"]:
                    about = {"turn_id": action["turn_id"], "call_id": action["call_id"]}
                    event = {"type": "agent.session.input.tool_result", **about, "success": True, "output": "Sunny."}
                    await self._send(http, base, event, action["call_id"])
                if self.kind == "steered" and time.monotonic() - begun >= steer_after and "words" not in self.sent:
                    content = [{"type": "input_text", "text": STEERED}]
                    words = {"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]}
                    await self._send(http, base, words, "words")
                elif now["status"] == "idle":
                    return now
                await asyncio.sleep(0.02)

    async def _send(self, http: aiohttp.ClientSession, base: str, event: Json, key: str) -> None:
        headers = {"Idempotency-Key": f"{self.mark}-{key}"}
        async with http.post(f"{base}/events", json={"events": [event]}, headers=headers) as reply:
            # An answer that was taken already is no longer waited for: the look before it was older.
            assert reply.status == 202 or (reply.status == 400 and key in self.sent), await reply.text()
        self.sent.add(key)

    async def problems(self, http: aiohttp.ClientSession, url: str, data: Path) -> Counter[str]:
        """Compare what is told of the session with what was done."""
        base = f"{url}/v1/agents/sessions/{self.id}"
        turns = (await get(http, f"{base}/turns"))["data"]
        items = await self._items(http, base)
        helpers = (await get(http, f"{base}/subagents?order=asc"))["data"]
        every, its_turns = list(items), list(turns)
        for each in helpers:
            every += await self._items(http, f"{base}/subagents/{each['id']}")
            its_turns += (await get(http, f"{base}/subagents/{each['id']}/turns"))["data"]
        told = json.dumps(every)
        cut = any(words in told for words in CUT)
        found = Counter[str]()
        found["turns not completed"] = sum(turn["status"] != "completed" for turn in its_turns)
        found["no answer"] = items[-1].get("role") != "assistant"
        wanted = {"subagents": 2, "chain": 1}.get(self.kind, 0)
        found["subagents lost or doubled"] = abs(len(helpers) - wanted)
        found["turns lost or doubled"] = abs(len(its_turns) - len(turns) - (2 if self.kind == "chain" else wanted))
        found["not closed"] = self.kind == "chain" and helpers[0]["status"] != "closed"
        outputs = Counter(item["call_id"] for item in items if item["type"] == "function_call_output")
        found["answers lost or doubled"] = abs(sum(outputs.values()) - (3 if self.kind == "call" else 0))
        words = sum(STEERED in json.dumps(item) for item in items if item.get("role") == "user")
        found["words lost or doubled"] = abs(words - (self.kind == "steered"))
        if self.hosted and self.marks:
            container = (await get(http, base))["environment"]["id"]
            log = next(iter(data.glob(f"containers/{container}/**/log")), None)
            lines = Counter(log.read_text().split() if log is not None else ())
            found["effects doubled"] = sum(lines[mark] > 1 for mark in self.marks)
            printed = "".join(str(item.get("output")) for item in every if item["type"] == "command_execution")
            found["effects lost"] = sum(f"kept {mark}" in printed and not lines[mark] for mark in self.marks)
            found["effects not told"] = 0 if cut else sum(not lines[mark] for mark in self.marks)
        if +found:
            print(self.kind, self.id, dict(+found), told[:3000], file=sys.stderr)
        return +found + Counter({"told as cut": int(cut)} if cut else {})

    async def _items(self, http: aiohttp.ClientSession, base: str) -> list[Json]:
        return (await get(http, f"{base}/items?order=asc&limit=100"))["data"]


async def get(http: aiohttp.ClientSession, url: str) -> Json:
    async with http.get(url) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


async def post(http: aiohttp.ClientSession, url: str, body: Json) -> Json:
    async with http.post(url, json=body) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


class Bench:
    """Kills, and what came of them."""

    def __init__(self, options: argparse.Namespace, servers: list[Server]) -> None:
        self.options, self.servers, self.rng = options, servers, random.Random(options.seed)
        self.count: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.spans: dict[str, float] = {}

    async def run(self) -> None:
        """Kill as often as is asked for."""
        kinds = ANYWHERE if self.options.postgresql else LOCAL
        names = cycle(self.options.only or kinds)
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
            for kind in kinds:
                begun = time.monotonic()
                await self.see(http, [task := self.task(kind, f"whole{kind}")], begin=True)
                self.spans[task.kind] = time.monotonic() - begun
            assert not self.bad, self.count
            for number in range(self.options.kills):
                await self.one(
                    http, [self.task(next(names), f"m{number}x"), self.task(self.rng.choice(kinds), f"m{number}y")]
                )
                if number % 20 == 19:
                    print(f"{number + 1}: {dict(self.count)}", file=sys.stderr)

    def task(self, kind: str, mark: str) -> Task:
        return Task(kind, mark, hosted=not self.options.postgresql and kind in ("shell", "subagents", "steered"))

    @property
    def bad(self) -> bool:
        return any(many for what, many in self.count.items() if what not in ("turns finished", "told as cut"))

    async def one(self, http: aiohttp.ClientSession, tasks: list[Task]) -> None:
        """Begin two sessions, kill their server in the middle, and see both to their ends."""
        first, last = self.servers[0], self.servers[-1]
        for task in tasks:
            await task.begin(http, first.url)
        span = self.spans[tasks[0].kind]
        drives = [asyncio.create_task(each.drive(http, first.url, steer_after=span / 3)) for each in tasks]
        await asyncio.sleep(self.rng.uniform(0, span))
        await asyncio.to_thread(first.kill)
        begun = time.monotonic()
        for ended in await asyncio.gather(*drives, return_exceptions=True):
            assert not isinstance(ended, AssertionError), ended
        if first is last:
            await asyncio.to_thread(first.start)
            begun = time.monotonic()
        await self.see(http, tasks)
        self.seconds.append(took := time.monotonic() - begun)
        if took > SLOW_SECONDS:
            print(f"{took:.1f} s: {[(task.kind, task.id) for task in tasks]}", file=sys.stderr)
        if first is not last:
            await asyncio.to_thread(first.start)

    async def see(self, http: aiohttp.ClientSession, tasks: list[Task], *, begin: bool = False) -> None:
        """Drive sessions to their ends, and judge."""
        server = self.servers[-1]
        if begin:
            for task in tasks:
                await task.begin(http, server.url)
        await asyncio.gather(*(task.drive(http, server.url) for task in tasks))
        for task in tasks:
            self.count["turns finished"] += 1
            self.count += await task.problems(http, server.url, server.data)
            # A project has room for a hundred containers.
            async with http.delete(f"{server.url}/v1/agents/sessions/{task.id}") as reply:
                assert reply.status == 200, await reply.text()


def main() -> int:
    """Kill, print what came of it, and judge."""
    parser = options_of(__doc__)
    parser.add_argument("--only", nargs="*", choices=LOCAL)
    options = parser.parse_args()
    settings: Json = {"scripted": "true", "default_model": "scripted"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o711)
        if options.postgresql:
            settings["database_url"] = stack.enter_context(running_cluster()).create()
        names = ("first", "second") if options.postgresql else ("first",)
        servers = [Server(folder / name, **settings) for name in names]
        for server in servers:
            server.start()
            stack.callback(server.stop)
        bench = Bench(options, servers)
        asyncio.run(bench.run())
    database = "postgresql" if options.postgresql else "sqlite"
    told = {"p50": round(statistics.median(bench.seconds), 2), "max": round(max(bench.seconds), 2)}
    since = "kill" if options.postgresql else "ready"
    print(
        json.dumps(
            {
                "bench": "agent kills",
                "database": database,
                "kills": options.kills,
                **bench.count,
                f"s_from_{since}_to_end": told,
            }
        )
    )
    return int(bench.bad)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
