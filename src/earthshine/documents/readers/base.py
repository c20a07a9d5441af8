"""What a reader is. An entry point of the group `earthshine.readers` names its class; the entry's name is its format.

A reader runs in a child process of its own (see `worker`), with bounded memory and time, no network, and no file that
it could write. What it raises that is not `UnreadableFile` counts as `damaged`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.reading.limits import MIB

GROUP = "earthshine.readers"


@dataclass(frozen=True, slots=True)
class Source:
    """One file to read."""

    path: Path
    name: str
    """As whoever uploaded it calls it. A hint and no more: bytes count."""
    kind: str
    """Its format, told by its bytes."""
    models: Path | None = None
    """The folder of the installation's models, where OCR may find some."""

    def whole(self, most: int) -> bytes:
        """Return all of its bytes, of which there may be `most`. Raises `UnreadableFile`."""
        with self.path.open("rb") as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise UnreadableFile("too_large", f"It has more than {most // MIB} MiB.")
        return data


class Reader(Protocol):
    """Reads one file. It is made without arguments; `open` is called once, then `parts` once."""

    def open(self, source: Source) -> Heads:
        """Return what is known before the parts are read. Raises `UnreadableFile`."""
        ...

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts from number `first` on, counted from 0; the same parts for the same file each time.

        What stands before `first` is not read again where the format allows it. Raises `UnreadableFile`.
        """
        ...
