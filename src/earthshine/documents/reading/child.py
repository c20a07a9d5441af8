"""Reading a file in a child process, and what the server sees of it: `Heads`, and then part after part.

    async with readers.reading(path, name) as it:
        print(it.heads.kind, it.heads.parts)
        async for number, part in it.parts():
            ...

The child is killed when it takes too long, too much memory, or when nobody listens any more. The server holds one
part at a time: a child that reads faster than its parts are taken waits.
"""

from __future__ import annotations

import asyncio
import logging
import os
import stat
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import REASONS, UnreadableFile
from earthshine.documents.readers.registry import registered
from earthshine.documents.reading.limits import MIB, Limits
from earthshine.documents.reading.part_json import heads_of, part_of
from earthshine.errors import Unavailable
from earthshine.processes.child import Child
from earthshine.processes.memory import MemoryBudget

EXPECTED = 192 * MIB
"""Bytes that a reading is expected to take; what it really takes counts as soon as it is more."""
LINE = 16 * MIB
"""Bytes of one part as JSON, at most; the server holds twice as much of each reading, at most."""
_PATIENCE_FOR_MEMORY = 600.0
_KEPT = (
    "PATH",
    "PYTHONPATH",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "HOME",
    "TMPDIR",
    "OMP_NUM_THREADS",
    "TESSDATA_PREFIX",
)
"""Variables that a child is given: no secret that the server's environment may hold."""

log = logging.getLogger(__name__)


class DocumentReaders:
    """Reads files, as many at once as there are cores."""

    def __init__(self, memory: MemoryBudget, limits: Limits | None = None, models: Path | None = None) -> None:
        """`memory` is shared with the models; `models` is the folder of these."""
        self.limits = limits or Limits()
        self._models = models
        self._memory = memory
        self._turns = asyncio.Semaphore(os.cpu_count() or 1)

    @asynccontextmanager
    async def reading(self, path: Path, name: str, first: int = 0) -> AsyncGenerator[Reading]:
        """Open a file, and read it from part number `first` on. `name` is what whoever uploaded it calls it.

        Raises:
            UnreadableFile: the file cannot be read, however often it is tried; also while parts are taken.
            Unavailable: there is no memory for it now, or no process could be started.
        """
        await asyncio.to_thread(_check, path, self.limits)
        async with self._turns:
            reading = Reading(path, name, first, self.limits, self._models)
            reserved = await self._memory.reserve(
                "reading of a file",
                EXPECTED,
                patience=_PATIENCE_FOR_MEMORY,
                advice="Raise `memory_budget` in the settings.",
                measured=lambda: reading.memory,
            )
            try:
                await reading.start()
                yield reading
            finally:
                # Whoever is cancelled meanwhile does not leave it running: the kill comes first, and waits for nothing.
                reading.kill()
                self._memory.release(reserved)
                await reading.end()
                await self._memory.changed()


class Reading:
    """One file that is being read."""

    heads: Heads
    """What is known before the parts are read."""

    def __init__(self, path: Path, name: str, first: int, limits: Limits, models: Path | None) -> None:
        self._path, self._name, self._first, self._limits, self._models = path, name, first, limits, models
        self._child: Child | None = None
        self._began = time.monotonic()

    @property
    def memory(self) -> int:
        """Bytes that the child has resident."""
        return self._child.memory if self._child is not None else 0

    async def start(self) -> None:
        """Start the child, and wait for the heads. Raises `UnreadableFile` or `Unavailable`."""
        limits = self._limits
        options = {
            "parent": os.getpid(),
            "path": str(self._path),
            "name": self._name[-1000:],
            "first": self._first,
            "readers": registered(),
            "models": str(self._models or ""),
            "memory": limits.memory,
            "parts": limits.parts,
            "characters": limits.characters,
            "part_characters": limits.part_characters,
            "patience": limits.patience,
        }
        command = (sys.executable, "-P", "-m", "earthshine.documents.reading.worker")
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ}
        try:
            self._child = await Child.start(command, environment, inherit=False, line=LINE)
            self._child.tell(options)
        except OSError as error:
            raise Unavailable(f"No process could be started to read a file: {error}.", retry_after=10) from None
        message = await self._message()
        try:
            self.heads = heads_of(message["heads"])
        except (KeyError, ValueError, TypeError):
            raise _confused() from None

    async def parts(self) -> AsyncGenerator[tuple[int, Part]]:
        """Yield the parts with their numbers, from `first` on. Raises `UnreadableFile`."""
        number = self._first
        while not (message := await self._message()).get("end"):
            try:
                part = part_of(message["part"])
            except (KeyError, ValueError, TypeError):
                raise _confused() from None
            if message.get("number") != number:
                raise _confused()
            yield number, part
            number += 1

    def kill(self) -> None:
        """Kill the child."""
        if self._child is not None:
            self._child.kill()

    async def end(self) -> None:
        """Wait until the child is gone."""
        if self._child is not None:
            await self._child.end()

    async def _message(self) -> dict[str, Any]:
        """Return the child's next line; its errors are raised."""
        assert self._child is not None
        parts = self.heads.parts if hasattr(self, "heads") else 0
        whole = self._began + self._limits.seconds + self._limits.seconds_each * parts - time.monotonic()
        try:
            async with asyncio.timeout(min(self._limits.patience, whole)):
                line = await self._child.line()
        except TimeoutError:
            raise UnreadableFile("took_too_long") from None
        except ValueError:
            raise UnreadableFile("too_large", f"One part of it takes more than {LINE // MIB} MiB.") from None
        if not line.endswith(b"\n"):
            await self._child.wait()
            raise await self._lost(self._child)
        try:
            message = orjson.loads(line)
        except ValueError:
            raise _confused() from None
        if reason := message.get("error"):
            if reason not in REASONS:
                raise _confused()
            if "unexpected" in str(message.get("detail", "")):
                log.warning("reading %r failed: %s", self._name, self._child.last_words())
            raise UnreadableFile(reason, str(message.get("detail", ""))[:1000])
        return message

    async def _lost(self, child: Child) -> UnreadableFile | Unavailable:
        """Return the error for a child that ended without a word."""
        await child.logged()
        words = child.last_words()
        log.warning("the reader of %r ended (%s); its last words: %s", self._name, child.ending, words)
        if child.ending == "signal 24":  # SIGXCPU
            return UnreadableFile("took_too_long", "One part of it took too much of a processor.")
        if "memory" in words.lower() or child.ending == "signal 9":  # the kernel's, when there is no memory left
            return UnreadableFile("too_much_memory")
        if "ImportError" in words or "ModuleNotFoundError" in words:
            return Unavailable(f"A package that readers need is missing: {words[-300:]}")
        return UnreadableFile("damaged", f"Its reader broke down on it ({child.ending}).")


def _confused() -> UnreadableFile:
    return UnreadableFile("damaged", "Its reader gave something that makes no sense.")


def _check(path: Path, limits: Limits) -> None:
    """Refuse what is not to be opened at all."""
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise UnreadableFile("unsupported_format", "It is no regular file.")
    if facts.st_size > limits.size:
        raise UnreadableFile(
            "too_large", f"It has {facts.st_size // MIB} MiB, and {limits.size // MIB} are read at most."
        )
