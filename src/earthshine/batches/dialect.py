"""The seam between batches and the APIs that have them: how a line is read, answered, and told.

The batches themselves (validating, turns, results that are kept, files in the end) are the same for all. An API brings
a `BatchDialect` and gives it to `Batches.add_dialect` where its feature opens.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from earthshine.accounts.authorization.caller import Caller
from earthshine.errors import EarthshineError
from earthshine.metering.usage import Usage


class LineFault(Exception):
    """What is wrong with one line of an input file."""

    def __init__(self, code: str, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.param = code, message, param


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch."""

    number: int
    """In the input file, from 1."""
    custom_id: str
    """The client's own name for it, which no other line of the batch has."""
    body: dict[str, Any]
    size: int
    """Bytes of the line."""


@dataclass(frozen=True, slots=True)
class LineReply:
    """What a request was answered with."""

    body: bytes
    """As JSON."""
    usage: Usage


Missed = Literal["expired", "cancelled"]
"""Why a line was not come to."""


class BatchDialect(Protocol):
    """One API's batches."""

    @property
    def name(self) -> str:
        """What rows call it; also the prefix of the ids of its batches."""
        ...

    @property
    def one_model(self) -> bool:
        """Whether all lines must ask for the same model."""
        ...

    def read(self, number: int, text: bytes, endpoint: str) -> Line:
        """Read and check one line. Raises `LineFault`."""
        ...

    async def ask(self, line: Line, endpoint: str, caller: Caller) -> LineReply:
        """Have a request answered as if its owner had just sent it. Raises as such a request does.

        Called again after errors that pass by themselves, and after a crash in the middle.
        """
        ...

    def succeeded(self, line: Line, reply: LineReply, request_id: str) -> bytes:
        """Return the line of the results that tells an answer, without its line break."""
        ...

    def failed(self, line: Line, error: EarthshineError, request_id: str) -> bytes:
        """Return the one that tells an error."""
        ...

    def missed(self, line: Line, why: Missed) -> bytes:
        """Return the one that tells that a line was not come to."""
        ...
