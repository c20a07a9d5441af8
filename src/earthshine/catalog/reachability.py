"""What can be had from here: each model's sources are asked for it, quickly and all at once.

The answers are kept for a few minutes in a small file beside what is being fetched, for the server and the command
line alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from earthshine.catalog.curated import Entry, entries
from earthshine.catalog.sources import Interrupted, open_pieces
from earthshine.disk import write_atomically
from earthshine.errors import EarthshineError
from earthshine.settings import Settings
from earthshine.tasks import end_tasks

Reach = Literal["yes", "no", "unknown"]

_PATIENCE = 4.0
"""Seconds that a place has to answer."""
_KEPT = 300.0
"""Seconds for which an answer holds."""
_AT_ONCE = 8
_FILE = "reach.json"


@dataclass(slots=True)
class _Answers:
    """What came back, and from where it was asked."""

    asked_at: float = 0
    places: tuple[str, str] = ("", "")
    refusals: dict[str, str] = field(default_factory=dict[str, str])
    """By source: why it cannot be had, in few words; empty when it can."""


_ANSWERS = TypeAdapter(_Answers)


class Reachability:
    """Which sources of our list can be had from this machine."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file = settings.models_dir.absolute() / ".partial" / _FILE
        self._places = (settings.hf_endpoint, settings.package_index)
        self._answers = self._read()
        self._asking: asyncio.Task[None] | None = None
        self._preparing = asyncio.Lock()

    async def ask(self, patience: float | None = None) -> None:
        """Ask the sources of the whole list, unless that was done just now; wait for `patience` seconds at most."""
        if time.time() - self._answers.asked_at < _KEPT:
            return
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_all(), name="ask which models can be had")
            self._asking.add_done_callback(self._asked)
        await asyncio.wait({self._asking}, timeout=patience)

    def of(self, entry: Entry) -> Reach:
        """Return whether a model can be had, as far as it was asked."""
        known = [self._answers.refusals.get(source) for source in entry.sources]
        if "" in known:
            return "yes"
        return "no" if all(known) else "unknown"

    def why_not(self, entry: Entry) -> str:
        """Say in one line why a model cannot be had."""
        reasons = (self._answers.refusals.get(source) for source in entry.sources)
        return "; ".join(dict.fromkeys(reason for reason in reasons if reason))

    def sources(self, entry: Entry) -> tuple[str, ...]:
        """Return a model's sources, those that answered first."""
        return tuple(sorted(entry.sources, key=lambda source: bool(self._answers.refusals.get(source))))

    async def close(self) -> None:
        """Stop asking."""
        await end_tasks(self._asking)

    async def _ask_all(self) -> None:
        places = asyncio.Semaphore(_AT_ONCE)
        sources = sorted(set(_sources(entries())))

        async def one(source: str) -> str:
            async with places:
                return await self._refusal(source)

        refusals = await asyncio.gather(*(one(source) for source in sources))
        self._answers = _Answers(time.time(), self._places, dict(zip(sources, refusals, strict=True)))
        self._write()

    async def _refusal(self, text: str) -> str:
        """Return why the first piece of a source cannot be had; nothing when it can."""
        pieces = open_pieces(text, self._settings)
        try:
            async with self._preparing:
                await pieces.sources[0].prepare()
            async with asyncio.timeout(_PATIENCE):
                await pieces.sources[0].describe()
        except TimeoutError:
            return f"{_place(text)} does not answer"
        except Interrupted as error:
            return f"{_place(text)} cannot be reached ({str(error)[:200]})"
        except EarthshineError as error:
            return error.message.partition(". ")[0][:200]
        finally:
            await pieces.close()
        return ""

    def _asked(self, task: asyncio.Task[None]) -> None:
        self._asking = None
        if not task.cancelled():
            task.exception()

    def _read(self) -> _Answers:
        try:
            answers = _ANSWERS.validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return _Answers()
        fresh = 0 <= time.time() - answers.asked_at < _KEPT and tuple(answers.places) == self._places
        return answers if fresh else _Answers()

    def _write(self) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self._file, _ANSWERS.dump_json(self._answers))
        except (OSError, EarthshineError):
            return  # it is only asked again


def _sources(listed: Iterable[Entry]) -> Iterable[str]:
    return (source for entry in listed if not entry.server for source in entry.sources)


def _place(source: str) -> str:
    names = {"hf": "the model hub", "pypi": "the package index"}
    return names.get(source.partition(":")[0], "its place")
