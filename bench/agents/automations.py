"""A month of 50 automations in 9 time zones, while servers are killed: count the occurrences that fire once.

    python -m bench.agents.automations                  on SQLite, one server
    python -m bench.agents.automations --postgresql     two servers on one database, either is killed

The clock alone is not real: it goes from 3 October to 3 November 2026 in steps of ten minutes. In that month clocks are
put forward in Sydney and on Lord Howe Island, and back in Paris, St John's and New York. Scheduler, deliveries,
sessions, turns, engine (scripted) and database are the server's own. Servers are killed (SIGKILL) at random,
most of the time in the middle of a delivery, and are down for up to 20 hours of that month. What must fire is counted
out minute by minute, with nothing of the server's. Bars: each occurrence fires once, with one session or one turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import func, select
from tests.postgres import running_cluster

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.automations.automations import Automations
from earthshine.agents.automations.scheduler import Scheduler
from earthshine.agents.automations.schemas import AutomationCreate
from earthshine.agents.automations.tables import automations, invocations
from earthshine.agents.sessions.schemas import SessionCreate
from earthshine.agents.sessions.service import AgentSessions
from earthshine.agents.sessions.tables import sessions, turns
from earthshine.database import Database
from earthshine.server import create_app
from earthshine.settings import Settings
from earthshine.wire import check

BEGIN, END = datetime(2026, 10, 3, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
STEP = 600
ZONES = (
    *("Europe/Paris", "America/New_York", "Australia/Sydney", "Australia/Lord_Howe", "America/St_Johns"),
    *("Africa/Casablanca", "Asia/Shanghai", "Asia/Kathmandu", "UTC"),
)
COUNT, WAKING = 50, 5
"""Automations, and how many of these wake one session each; the others begin new ones."""
WHO = Caller("key_bench", "default", permissions=frozenset({"project.read", "project.write"}))
Occurrence = tuple[str, int]


class Plan:
    """One automation: the days and the time at which it fires, or a moment."""

    def __init__(self, number: int) -> None:
        self.name, self.zone = f"a{number:02}", ZONES[number % len(ZONES)]
        # The hours that do not exist, or come twice, among others.
        self.hour, self.minute = ((2, 30), (1, 30), (2, 15), (1, 0), (9, 0), (23, 50), (0, 0), (2, 0))[number % 8]
        self.weekdays = ("*", "*", "*", "1-5", "0,3")[number % 5]
        self.at = int(BEGIN.timestamp()) + 86_400 * number // 2 if number % 10 == 9 else None

    def body(self, target: dict[str, Any]) -> AutomationCreate:
        """Return the request that makes it."""
        when = {"type": "once", "run_at": self.at}
        if self.at is None:
            cron = f"{self.minute} {self.hour} * * {self.weekdays}"
            when = {"type": "periodic", "expression": cron, "timezone": self.zone}
        return check(AutomationCreate, {"name": self.name, "target": target, **when})

    def expected(self) -> set[int]:
        """Return when it must fire: the first minute of each of its days at which clocks show its time, or more."""
        if self.at is not None:
            return {self.at}
        days = {"*": range(7), "1-5": range(5), "0,3": (6, 2)}[self.weekdays]
        place, found, seen = ZoneInfo(self.zone), set[int](), set[date]()
        moment = BEGIN - timedelta(days=1)
        while moment < END:
            wall = moment.astimezone(place)
            if wall.date() not in seen and (wall.hour, wall.minute) >= (self.hour, self.minute):
                seen.add(wall.date())
                if moment > BEGIN and wall.weekday() in days:
                    found.add(int(moment.timestamp()))
            moment += timedelta(minutes=1)
        return found


class Clock:
    """The simulated time, in a file that all processes read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def now(self) -> float:
        """Return it, in Unix seconds."""
        return float(self._file.read_bytes())

    def set(self, seconds: float) -> None:
        """Store it; eleven bytes are written at once, or not at all."""
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT)
        os.pwrite(descriptor, b"%011d" % seconds, 0)
        os.close(descriptor)


async def serve(folder: Path, settings: Settings, *, drives: bool) -> None:
    """Be a server; the one that `drives` lets the time pass, as soon as nothing waits."""
    clock = Clock(folder / "clock")
    Automations.clock = staticmethod(clock.now)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        services = app.state.services
        database, scheduler = services.get(Database), services.get(Scheduler)
        if not (folder / "made").exists():
            await _make(services.get(Automations), services.get(AgentSessions))
            (folder / "made").touch()
        print("ready", flush=True)
        while clock.now() < END.timestamp() or await _waiting(database):
            await scheduler.look()
            if drives and not await _waiting(database):
                clock.set(min(clock.now() + STEP, END.timestamp()))
            await asyncio.sleep(0 if drives else 0.05)


async def _make(made: Automations, made_sessions: AgentSessions) -> None:
    for number in range(COUNT):
        begin = {"environment": {"type": "none"}, "agent": {"model": "scripted"}, "input": "Hello."}
        session = await made_sessions.create(WHO, check(SessionCreate, begin)) if number < WAKING else None
        words = {"role": "user", "content": [{"type": "input_text", "text": "Good morning."}]}
        target: dict[str, Any] = {**begin, "type": "new_session", "input": [words]}
        if session is not None:
            target = {"type": "existing_session", "session_id": session.id, "instructions": "Good morning."}
        await made.create(WHO, Plan(number).body(target))


async def _waiting(database: Database) -> int:
    queued = select(func.count()).where(invocations.c.status == "queued")
    async with database.read() as connection:
        return (await connection.execute(queued)).scalar_one()


class Server:
    """A server process."""

    def __init__(self, folder: Path, url: str, number: int) -> None:
        self.command = [sys.executable, "-m", "bench.agents.automations", "--serve", str(folder), "--url", url]
        self.command += ["--number", str(number)]
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it is ready."""
        self.process = await asyncio.create_subprocess_exec(*self.command, stdout=asyncio.subprocess.PIPE)
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b"ready\n"

    async def kill(self) -> None:
        """End it at once."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()


async def month(options: argparse.Namespace, folder: Path, url: str) -> int:
    """Let the month pass, and count."""
    rng, clock, begun = random.Random(options.seed), Clock(folder / "clock"), time.monotonic()
    clock.set(BEGIN.timestamp())
    servers = [Server(folder, url, number) for number in range(2 if options.postgresql else 1)]
    for server in servers:
        await server.start()
    kills, down = 0, 0.0
    pauses = [
        BEGIN.timestamp() + (END - BEGIN).total_seconds() * (at + rng.random()) / options.kills
        for at in range(options.kills)
    ]
    for moment in pauses:
        while clock.now() < moment:
            await asyncio.sleep(0.02)
        await asyncio.sleep(rng.uniform(0, 0.1))
        victim = rng.choice(servers)
        await victim.kill()
        kills += 1
        asleep = rng.uniform(0, 20 * 3600)
        down += asleep
        clock.set(min(clock.now() + asleep, END.timestamp()))
        await victim.start()
    for server in servers:
        assert server.process is not None
        assert await asyncio.wait_for(server.process.wait(), 600) == 0
    database = await Database.open(url)
    count = await _count(database)
    await database.close()
    print(
        json.dumps(
            {
                "bench": "automations",
                "database": "postgresql" if options.postgresql else "sqlite",
                "servers": len(servers),
                "automations": COUNT,
                "zones": len(ZONES),
                "kills": kills,
                "hours_down": round(down / 3600, 1),
                **count,
                "seconds": round(time.monotonic() - begun, 1),
            }
        )
    )
    return int(
        count["fired once"] != count["expected"] or any(count[each] for each in count if each.startswith("bad:"))
    )


async def _count(database: Database) -> Counter[str]:
    wanted: set[Occurrence] = {(plan.name, at) for plan in map(Plan, range(COUNT)) for at in plan.expected()}
    both = select(automations.c.name, invocations).join(automations)
    async with database.read() as connection:
        rows = (await connection.execute(both)).all()
        begun = Counter(await connection.scalars(select(turns.c.session_id)))
        known = set(await connection.scalars(select(sessions.c.id)))
    fired = Counter((row.name, row.scheduled_at) for row in rows)
    told = Counter(row.session_id for row in rows if row.status == "completed")
    waking = {row.session_id for row in rows if row.name in {Plan(number).name for number in range(WAKING)}}
    return Counter(
        {
            "expected": len(wanted),
            "fired once": sum(fired[each] == 1 for each in wanted),
            "bad: missed": len(wanted - fired.keys()),
            "bad: at another time": len(fired.keys() - wanted),
            "bad: twice": sum(times > 1 for times in fired.values()),
            "bad: not delivered": sum(row.status != "completed" for row in rows),
            "sessions begun": len(known - waking),
            "bad: sessions without an invocation": len(known - told.keys() - waking),
            "bad: sessions with other than one turn": sum(begun[each] != 1 for each in known - waking),
            "turns of woken sessions": sum(begun[each] - 1 for each in waking),
            "bad: turns too many or too few": sum(begun[each] - 1 != told[each] for each in waking),
        }
    )


def settings_of(folder: Path, url: str, number: int) -> Settings:
    """Return the settings of one server."""
    data = folder / f"data{number}"
    secret = (folder / "secret").read_text()
    shared = {} if url.startswith("sqlite") else {"database_url": url, "takeover_after": 1.0}
    return Settings(
        data=data, scripted=True, embedded_model=False, default_model="scripted", secret_key=secret, **shared
    )


def main() -> int:
    """Run the bench, or one of its servers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", action="store_true", help="two servers on a throw-away PostgreSQL")
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    parser.add_argument("--number", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve is not None:
        settings = settings_of(options.serve, options.url, options.number)
        asyncio.run(serve(options.serve, settings, drives=options.number == 0))
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "secret").write_text(Fernet.generate_key().decode())
        if not options.postgresql:
            return asyncio.run(month(options, folder, f"sqlite+aiosqlite:///{folder / 'data0' / 'earthshine.db'}"))
        with running_cluster() as cluster:
            return asyncio.run(month(options, folder, cluster.create()))


if __name__ == "__main__":
    sys.exit(main())
