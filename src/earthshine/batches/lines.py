"""An input file, line by line: never whole in memory, and at most one line of it longer than a piece."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from earthshine.batches.dialect import BatchDialect, Line, LineFault
from earthshine.batches.objects import BatchError
from earthshine.blobs import Blobs
from earthshine.wire import aside

MOST_LINES = 50_000
MOST_BYTES = 200 * 2**20
"""Of an input file, as in OpenAI's API."""
_MOST_ERRORS = 100
_AT_ONCE = 16
"""Lines between which other requests get a turn."""


@dataclass(slots=True)
class InputFile:
    """The file of one batch."""

    blobs: Blobs
    file_id: str
    dialect: BatchDialect
    endpoint: str
    longest: int
    """Bytes that one line may have."""

    async def lines(self) -> AsyncGenerator[Line]:
        """Yield the requests. Raises `LineFault`, and `ContentDamaged` also for a file that was deleted."""
        async for number, text in self._texts():
            yield await self._read(number, text)

    async def check(self) -> Checked:
        """Read all lines, and say what is wrong with them."""
        checked = Checked()
        try:
            async for number, text in self._texts():
                try:
                    checked.add(await self._read(number, text), one_model=self.dialect.one_model)
                except LineFault as fault:
                    checked.note(fault, number)
                if checked.total > MOST_LINES:
                    message = f"The file has more than {MOST_LINES} requests. Make two batches of it."
                    checked.note(LineFault("too_many_requests", message))
                if len(checked.errors) >= _MOST_ERRORS or checked.total > MOST_LINES:
                    break
        except LineFault as fault:  # of a line that was not read to its end
            checked.note(fault)
        if not checked.total and not checked.errors:
            checked.note(LineFault("empty_file", "The input file has no requests. Send one with at least one line."))
        return checked

    async def _read(self, number: int, text: bytes) -> Line:
        return await aside(len(text), self.dialect.read, number, text, self.endpoint)

    async def _texts(self) -> AsyncGenerator[tuple[int, bytes]]:
        """Yield the lines that are not empty, with their numbers."""
        rest, number = b"", 0
        async for piece in self.blobs.read(await self.blobs.find(self.file_id)):
            *whole, rest = (rest + piece).split(b"\n")
            for text in whole:
                number += 1
                if number % _AT_ONCE == 0:
                    await asyncio.sleep(0)
                if text.strip():
                    yield number, text
            if len(rest) > self.longest:
                raise LineFault(
                    "line_too_long", f"Line {number + 1} is longer than {self.longest} bytes. Ask for less at once."
                )
        if rest.strip():
            yield number + 1, rest


@dataclass(slots=True)
class Checked:
    """What was found in an input file."""

    total: int = 0
    model: str | None = None
    """Of all lines, or of the first."""
    errors: list[BatchError] = field(default_factory=list[BatchError])
    _names: set[bytes] = field(default_factory=set[bytes])

    def add(self, line: Line, *, one_model: bool) -> None:
        """Count a line. Raises `LineFault` where it does not go with those before it."""
        self.total += 1
        model = line.body.get("model")
        name = hashlib.blake2b(line.custom_id.encode(), digest_size=16).digest()
        if name in self._names:
            raise LineFault(
                "duplicate_custom_id",
                f"The custom_id {line.custom_id[:100]!r} is in this file twice. Give each request another one.",
                "custom_id",
            )
        self._names.add(name)
        self.model = self.model or model
        if one_model and model != self.model:
            raise LineFault(
                "mismatched_model",
                f"This line asks for {str(model)[:100]!r}, and the first one for {self.model!r}. One batch has one "
                "model: make another batch for the other.",
                "body.model",
            )

    def note(self, fault: LineFault, number: int | None = None) -> None:
        """Add what is wrong."""
        self.errors.append({"code": fault.code, "line": number, "message": fault.message, "param": fault.param})
