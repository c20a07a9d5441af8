"""Reading a server-sent event stream from bytes that arrive in pieces of any size."""

from __future__ import annotations

from earthshine.errors import UpstreamFailed

_LONGEST_LINE = 32 * 2**20


class SseReader:
    """Cuts a byte stream into the data of its events.

    Takes every line end that the standard allows (LF, CRLF, CR), wherever the pieces are cut; skips comments and all
    fields but `data`. Raises `UpstreamFailed` for a line of more than 32 MiB.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """Take the next bytes; return the data of the events that they complete."""
        lines = (self._rest + piece if self._rest else piece).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > _LONGEST_LINE:
            raise UpstreamFailed("The upstream sent an event of more than 32 MiB; this is not a stream of tokens.")
        events: list[bytes] = []
        for line in lines:
            if b"\r" in line:
                for part in line.removesuffix(b"\r").split(b"\r"):
                    self._line(part, events)
            else:
                self._line(line, events)
        return events

    def end(self) -> list[bytes]:
        """Return the events that the end of the stream completes: servers forget the last blank line."""
        events: list[bytes] = []
        for part in self._rest.split(b"\r"):
            self._line(part, events)
        self._line(b"", events)
        self._rest = b""
        return events

    def _line(self, line: bytes, events: list[bytes]) -> None:
        if not line:
            if self._data:
                events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                self._data = []
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
