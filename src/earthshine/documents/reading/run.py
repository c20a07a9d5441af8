"""The run that reads a file: each step commits some parts, so that no part is read twice after it was committed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from earthshine.database import Connection
from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.formats import tell
from earthshine.documents.reading.seeing import FORMATS, MOST_BYTES, Seeing
from earthshine.documents.store import Progress, add_parts, fail, pack_layout, storable
from earthshine.errors import Conflict, EarthshineError
from earthshine.files.store import Files
from earthshine.runs import Cut, Done, Run, StepRecord
from earthshine.runs.records import RunRecord, Status
from earthshine.tasks import end_tasks

KIND = "reading"
_PARTS = 16
_CHARACTERS = 500_000
_SECONDS = 2.0
"""What one step commits at most: so many parts or characters, or what was read in so many seconds."""

OnEnd = Callable[[Connection, str], Awaitable[None]]
"""Told in the transaction in which the last part of a file is stored, by its id."""


class ReadingRuns:
    """The kind of run that reads one file."""

    name = KIND
    at_once = 2

    def __init__(self, files: Files, readers: DocumentReaders, seeing: Seeing | None = None) -> None:
        """`seeing` is asked about pictures that nobody else reads."""
        self._files, self._readers, self._seeing = files, readers, seeing
        self.on_read: list[OnEnd] = []

    async def perform(self, run: Run) -> None:
        """Read on from the last part that was committed."""
        progress = Progress()
        async with AsyncExitStack() as stack:
            reader = _Reader(self._files, self._readers, self._seeing, stack, run.record)
            while not progress.ended:
                done = await run.step("parts", partial(self._some, run, reader, progress))
                progress = Progress(**done)
                # What is read is not to run ahead of what is stored.
                await run.stream.record(urgent=True)
                if reader.read and reader.stored != progress:
                    raise Conflict("The file is being read by another run now.", code="superseded")

    async def _some(self, run: Run, reader: _Reader, before: Progress, _: StepRecord) -> Done:
        parts, ended = await reader.some(before.parts)
        packed = await asyncio.to_thread(_pack, parts)
        now = before.after([part for part, _ in packed], ended=ended)
        run.emit(orjson.dumps({"type": "reading.progress", "parts_read": now.parts, "parts": reader.heads.parts}))

        async def write(connection: Connection) -> None:
            if not await add_parts(connection, reader.file_id, run.id, before, now, packed, reader.heads):
                return
            reader.stored = now
            if ended:
                await self._files.set_status(connection, reader.file_id, "processed")
                for tell in self.on_read:
                    await tell(connection, reader.file_id)

        return Done(asdict(now), write=write)

    async def settle(self, run: Run, step: StepRecord) -> Cut:
        """No step has an effect outside."""
        raise NotImplementedError

    async def finish(self, run: Run, status: Status, result: Any = None, error: EarthshineError | None = None) -> None:
        """Store the end, and why the file cannot be read."""
        file_id = (run.record.input or {})["file_id"]
        code, message = (error.code, error.message) if error else ("cancelled", "The reading was stopped.")

        async def write(connection: Connection) -> None:
            if status != "completed" and await fail(connection, file_id, run.id, code, message):
                await self._files.set_status(connection, file_id, "error", message)

        run.emit(orjson.dumps({"type": "reading.ended", "status": status}))
        await run.end(status, write, error=error)


class _Reader:
    """The child that reads a file; it is started when the first part is wanted."""

    def __init__(
        self,
        files: Files,
        readers: DocumentReaders,
        seeing: Seeing | None,
        stack: AsyncExitStack,
        record: RunRecord,
    ) -> None:
        self.file_id: str = (record.input or {})["file_id"]
        self.heads = Heads("", 0)
        self.stored: Progress | None = None
        """How far what was read is stored."""
        self._files, self._readers, self._seeing, self._stack = files, readers, seeing, stack
        self._who, self._project = record.caller, record.project
        self._parts: AsyncGenerator[tuple[int, Part]] | None = None
        self._next: asyncio.Task[Part | None] | None = None

    @property
    def read(self) -> bool:
        """Whether anything was read here, and not by an earlier process."""
        return self._parts is not None

    async def _open(self, first: int) -> AsyncGenerator[tuple[int, Part]]:
        file = await self._files.get(self.file_id, self._project)
        blobs = self._files.blobs
        path = await self._stack.enter_async_context(blobs.as_file(await blobs.find(self.file_id)))
        try:
            reading = await self._stack.enter_async_context(self._readers.reading(path, file["filename"], first))
            self.heads, self._parts = reading.heads, reading.parts()
        except UnreadableFile as error:
            seen = await self._seen(path, file["filename"]) if error.reason == "needs_ocr" else None
            if seen is None:
                raise
            self.heads, self._parts = seen
        self._stack.push_async_callback(self._close)
        return self._parts

    async def _seen(self, path: Path, name: str) -> tuple[Heads, AsyncGenerator[tuple[int, Part]]] | None:
        """Have a model look at a picture; None where none sees it, or it sees nothing."""
        kind = (await asyncio.to_thread(tell, path, name)).kind
        model = self._seeing.model() if self._seeing is not None else ""
        picture = await asyncio.to_thread(_bytes, path, MOST_BYTES) if model and kind in FORMATS else b""
        if self._seeing is None or not picture:
            return None
        text = await self._seeing.describe(picture, kind, model, self._who)

        async def page() -> AsyncGenerator[tuple[int, Part]]:
            yield 0, Part("page", "1", text, doubts=("recognised", "unsure"))

        return (Heads(kind, 1), page()) if text else None

    async def some(self, first: int) -> tuple[list[Part], bool]:
        """Return the next parts, and whether they are the last; `first` is the number of the first one."""
        source = self._parts or await self._open(first)
        parts: list[Part] = []
        size, deadline = 0, time.monotonic() + _SECONDS
        while len(parts) < _PARTS and size < _CHARACTERS:
            # What is being read when the time is over is for the next step.
            self._next = self._next or asyncio.create_task(_one(source))
            done, _ = await asyncio.wait({self._next}, timeout=max(0.0, deadline - time.monotonic()) if parts else None)
            if not done:
                break
            part, self._next = self._next.result(), None
            if part is None:
                return parts, True
            parts.append(part)
            size += len(part.text)
        return parts, False

    async def _close(self) -> None:
        await end_tasks(self._next)
        if self._parts is not None:
            await self._parts.aclose()


def _bytes(path: Path, most: int) -> bytes:
    """Return what is in a file; nothing of one that has more."""
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else b""


async def _one(source: AsyncGenerator[tuple[int, Part]]) -> Part | None:
    try:
        return (await anext(source))[1]
    except StopAsyncIteration:
        return None


def _pack(parts: Sequence[Part]) -> list[tuple[Part, bytes]]:
    return [(part, pack_layout(part)) for part in map(storable, parts)]
