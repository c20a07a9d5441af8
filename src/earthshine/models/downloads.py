"""Models that are being fetched, for whoever watches: runs that go on where they were cut, on the machine they are for.

The weights come to lie on the disk of one server, so the kind of a download names that server's data directory: no
other takes it up, all of them see it, and each can stop it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, delete, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.catalog import Catalog, Step
from earthshine.catalog.card import Card
from earthshine.catalog.downloads.progress import Stage
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, NotFound
from earthshine.ids import new_id
from earthshine.instances import Instances
from earthshine.models.noted_downloads import noted_downloads
from earthshine.models.objects import CatalogDownload, Failure
from earthshine.runs import Cut, Done, NewRun, NotDone, Run, Runs, StepRecord
from earthshine.runs.records import UNFINISHED, Status, now_ms
from earthshine.runs.tables import run_events, run_steps, runs

log = logging.getLogger(__name__)

State = Literal["running", "completed", "failed", "cancelled", "interrupted"]

_KIND = "download@"
_SPEED_SECONDS = 10.0
"""The stretch of time over which speed is measured."""
_TELL_SECONDS = 1.0
"""Between two events of progress."""
_CARD = TypeAdapter(Card)
_SYSTEM = Caller(key_id="system", project="")


@dataclass(slots=True)
class Download:
    """One model that is, or was, being fetched."""

    id: str
    model: str
    """The name under which it is installed."""
    source: str
    created_at: int
    state: State = "running"
    """`interrupted`: it goes on as soon as the server is there again that it is for."""
    ended_at: int | None = None
    error: Failure | None = None
    done: int = 0
    total: int | None = None
    stage: Stage | None = None
    note: str = ""
    speed: int | None = None
    """Bytes per second now; None where nothing is being fetched."""
    sources: Sequence[str] = ()
    """All addresses that it may come from."""
    about: Card | None = None
    _seen: deque[tuple[float, int]] = field(default_factory=deque[tuple[float, int]])

    def watch(self, step: Step) -> None:
        """Take a report of the installer."""
        self.stage, self.note = step.stage, step.note
        if step.stage not in ("downloading", "retrying"):
            self._seen.clear()
        if step.total is not None:
            self.done, self.total = step.done, step.total
        elif step.stage == "downloading":
            self.done = step.done
        now = time.monotonic()
        self._seen.append((now, step.done))
        while self._seen[0][0] < now - _SPEED_SECONDS:
            self._seen.popleft()
        (then, before), done = self._seen[0], step.done
        measured = step.stage == "downloading" and now > then and done >= before
        self.speed = int((done - before) / (now - then)) if measured else None

    def progress(self) -> dict[str, Any]:
        """Return what readers on other servers are told."""
        return {"done": self.done, "total": self.total, "stage": self.stage, "note": self.note, "speed": self.speed}


class Downloads:
    """The downloads of all servers, and the kind of run that performs those of this one."""

    at_once = None

    def __init__(self, database: Database, instances: Instances, runs: Runs, catalog: Catalog, node: str) -> None:
        """`node` names the data directory that models of this server come to lie in."""
        self.name = f"{_KIND}{node}"
        self._database = database
        self._instances = instances
        self._runs = runs
        self._catalog = catalog
        self._here: dict[str, Download] = {}
        """Those that are performed here, by id."""
        self._starting = asyncio.Lock()

    async def open(self) -> None:
        """Take over what earlier versions noted in files beside the weights."""
        for file, values in noted_downloads(self._catalog.partial):
            async with self._database.write() as connection:
                await self._forget(connection, runs.c.id == values["id"])
                await connection.execute(runs.insert().values(kind=self.name, caller=_SYSTEM.dump(), **values))
            file.unlink()

    # --- asked by clients --------------------------------------------------------------------------------------------

    async def list(self) -> Sequence[Download]:
        """Return all downloads, newest first."""
        return await self._find(runs.c.kind.startswith(_KIND, autoescape=True))

    async def own(self) -> Sequence[Download]:
        """Return those of this server, newest first."""
        return await self._find(runs.c.kind == self.name)

    def here(self) -> Sequence[Download]:
        """Return those that are being performed here now."""
        return tuple(self._here.values())

    async def get(self, download_id: str) -> Download:
        """Return a download. Raises `NotFound`."""
        mine = runs.c.kind.startswith(_KIND, autoescape=True) & (runs.c.id == download_id)
        for found in await self._find(mine) if "\0" not in download_id else ():
            return found
        raise NotFound(f"No download with id '{download_id[:100]}' was found.", param="download_id")

    async def start(self, sources: Sequence[str], name: str = "", about: Card | None = None) -> Download:
        """Begin to fetch a model to this server, or go on where an earlier download of it stopped; return at once.

        One that is running already is returned as it is. Raises `InvalidRequest` and `Conflict` for what cannot be.
        """
        address, name = self._catalog.plan(sources, name)
        addresses = [self._catalog.plan([source], name)[0] for source in sources]
        async with self._starting:
            known = next((each for each in await self.own() if each.model == name), None)
            if known is not None and known.source in addresses:
                if known.state == "running":
                    return known
                address = known.source
            if known is not None and known.state == "running":
                await self._runs.stop(known.id)
            again = known is not None and known.source == address and known.state != "completed"
            made = known.id if known is not None and again else new_id("download")
            if known is not None:
                async with self._database.write() as connection:
                    await self._forget(connection, runs.c.id == known.id)
            shown = None if about is None else _CARD.dump_python(about, mode="json")
            asked = {"model": name, "source": address, "sources": list(sources), "about": shown}
            run = await self._runs.start(NewRun(self.name, _SYSTEM, asked, id=made))
            return self._watched(run)

    async def stop(self, download_id: str) -> Download:
        """Stop a download, and keep what came; forget one that is not running, with what came of it here."""
        download = await self.get(download_id)
        if download.state in ("running", "interrupted"):
            if not await self._end_of_absent(download_id):
                await self._runs.stop(download_id)
            return await self.get(download_id)
        async with self._database.write() as connection:
            own = await connection.scalar(select(runs.c.kind).where(runs.c.id == download_id)) == self.name
            await self._forget(connection, runs.c.id == download_id)
        if own and download.state != "completed":
            self._catalog.discard(download.model)
        return download

    async def _end_of_absent(self, download_id: str) -> bool:
        """Stop a download whose server is away, perhaps for ever; whether there was one."""
        absent = runs.c.status.in_(UNFINISHED) & self._instances.dead(runs.c.owner)
        ended = {"status": "cancelled", "ended_ms": now_ms()}
        async with self._database.write() as connection:
            found = await connection.execute(update(runs).where(runs.c.id == download_id, absent).values(**ended))
        return found.rowcount > 0

    async def _find(self, which: ColumnElement[bool]) -> Sequence[Download]:
        found: list[Download] = []
        dead = self._instances.dead(runs.c.owner).label("dead")
        async with self._database.read() as connection:
            rows = (await connection.execute(select(runs, dead).where(which).order_by(runs.c.id.desc()))).all()
            for row in rows:
                here = self._here.get(row.id)
                found.append(here or _stored(row, await _last_progress(connection, row.id)))
        return found

    async def _forget(self, connection: Connection, which: ColumnElement[bool]) -> None:
        ids = select(runs.c.id).where(which)
        await connection.execute(delete(run_events).where(run_events.c.run_id.in_(ids)))
        await connection.execute(delete(run_steps).where(run_steps.c.run_id.in_(ids)))
        await connection.execute(delete(runs).where(which))

    # --- performed ---------------------------------------------------------------------------------------------------

    def _watched(self, run: Run) -> Download:
        if run.id not in self._here:
            self._here[run.id] = _asked(run.id, run.record.created_ms, run.record.input or {})
        return self._here[run.id]

    async def perform(self, run: Run) -> None:
        """Fetch the model, from where what is on the disk ends."""
        await run.step("fetch", partial(self._fetch, run))

    async def _fetch(self, run: Run, step: StepRecord) -> Done:
        download = self._watched(run)
        told = 0.0

        def tell(report: Step) -> None:
            nonlocal told
            download.watch(report)
            if time.monotonic() - told > _TELL_SECONDS:
                told = time.monotonic()
                run.emit(orjson.dumps({"type": "download.progress", **download.progress()}))

        card = await self._catalog.add(download.sources, download.model, about=download.about, progress=tell)
        download.done = download.total = card.size
        return Done()

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """Go on: what is on the disk is there."""
        return NotDone()

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store how far it came."""
        download = self._watched(run)
        await run.end(status, result={"done": download.done, "total": download.total}, error=error)
        # What nobody could store is gone on with; whoever watches this object sees the end.
        download.state = _STATES[status]
        download.ended_at = int(time.time())
        download.error = None if error is None else {"code": error.code or "", "message": error.message}
        download.stage = download.speed = None
        self._here.pop(run.id, None)


_STATES: dict[str, State] = {
    **dict.fromkeys(UNFINISHED, "running"),
    "completed": "completed",
    "failed": "failed",
    "cancelled": "cancelled",
}


def _asked(run_id: str, created_ms: int, asked: dict[str, Any]) -> Download:
    about = asked.get("about")
    return Download(
        run_id,
        asked["model"],
        asked["source"],
        created_ms // 1000,
        sources=asked.get("sources") or [asked["source"]],
        about=None if about is None else _CARD.validate_python(about),
    )


def _stored(row: Any, told: dict[str, Any]) -> Download:
    """Return a download as its row and the last of its events tell."""
    download = _asked(row.id, row.created_ms, row.input or {})
    download.state = _STATES[row.status]
    running = download.state == "running"
    if running and row.dead:
        download.state = "interrupted"
    known: dict[str, Any] = {**told, **(row.result or {})}
    download.done, download.total = known.get("done", 0), known.get("total")
    if running and not row.dead:
        download.stage, download.note, download.speed = known.get("stage"), known.get("note", ""), known.get("speed")
    download.ended_at = None if row.ended_ms is None else row.ended_ms // 1000
    download.error = row.error
    return download


async def _last_progress(connection: Connection, run_id: str) -> dict[str, Any]:
    last = select(run_events.c.event).where(run_events.c.run_id == run_id)
    event = await connection.scalar(last.order_by(run_events.c.sequence_number.desc()).limit(1))
    return {} if event is None else orjson.loads(event)


def download_object(download: Download) -> CatalogDownload:
    """Return a download as the API shows it."""
    return {
        "id": download.id,
        "object": "catalog.download",
        "model": download.model,
        "source": download.source,
        "state": download.state,
        "stage": download.stage,
        "note": download.note or None if download.stage is not None else None,
        "bytes_done": download.done,
        "bytes_total": download.total,
        "bytes_per_second": download.speed,
        "created_at": download.created_at,
        "ended_at": download.ended_at,
        "error": download.error,
    }
