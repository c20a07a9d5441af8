"""Readers that misbehave, each in its own way, as a hostile file may make a good one do."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from earthshine.documents.document import Heading, Heads, Part
from earthshine.documents.readers.base import Source


class Reader:
    """Gives two parts, and does something in between."""

    def open(self, source: Source) -> Heads:
        self.path = source.path
        return Heads(source.kind, 2)

    def parts(self, first: int) -> Iterator[Part]:
        yield Part("page", "1", "first")
        yield self.between()

    def between(self) -> Part:
        return Part("page", "2", "second")


class Sleeps(Reader):
    def between(self) -> Part:
        time.sleep(600)
        raise AssertionError


class Spins(Reader):
    def between(self) -> Part:
        while True:
            pass


class Grows(Reader):
    def between(self) -> Part:
        kept = [bytearray(2**24)]
        while True:
            kept.append(bytearray(2**24))


class Crashes(Reader):
    def between(self) -> Part:
        os.kill(os.getpid(), signal.SIGSEGV)
        raise AssertionError


class Raises(Reader):
    def between(self) -> Part:
        raise KeyError("word/document.xml")


class Lies(Reader):
    def between(self) -> Part:
        return Part("page", "2", "second", headings=(Heading(0, 99, 1),))


class Shouts(Reader):
    def between(self) -> Part:
        os.write(1, b'{"number": 1, "part": {}}\n')
        sys.stderr.write("x" * 10_000_000)
        return super().between()


class Writes(Reader):
    def between(self) -> Part:
        written = Path(self.path.parent, "written")
        try:
            written.write_text("harm")
        except OSError:
            return Part("page", "2", f"refused {os.path.getsize(written)}")
        raise AssertionError


class Calls(Reader):
    def between(self) -> Part:
        with socket.socket() as caller:
            caller.settimeout(5)
            try:
                caller.connect(("127.0.0.1", int(self.path.read_text())))
            except OSError:
                return Part("page", "2", "refused")
        return Part("page", "2", "connected")


class Remembers(Reader):
    def between(self) -> Part:
        return Part("page", "2", " ".join(sorted(os.environ)))


class Fills(Reader):
    """A page longer than is read of one, and characters that no database takes."""

    def between(self) -> Part:
        return Part("page", "2", "a\0b\ud800" + "x" * 1_000_000, headings=(Heading(0, 4, 1), Heading(5, 900_000, 1)))


class Repeats(Reader):
    def parts(self, first: int) -> Iterator[Part]:
        while True:
            yield Part("page", "1", "again " * 1000)
