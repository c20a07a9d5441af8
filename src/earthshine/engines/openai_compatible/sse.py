"""Reading a server-sent event stream from bytes that arrive in pieces of any size."""

from __future__ import annotations

from earthshine.errors import UpstreamFailed

_LONGEST_EVENT = 16 * 2**20


class SseReader:
    """Cuts a byte stream into the data of its events.

    Takes every line end that the standard allows (LF, CRLF, CR), wherever the pieces are cut; skips comments and all
    fields but `data`. Raises `UpstreamFailed` for an event of more than 16 MiB.
    """

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        """The beginning of a line whose end has not come."""
        self._data: list[bytes] = []
        self._size = 0
        """Bytes of both."""

    def feed(self, piece: bytes) -> list[bytes]:
        """Take the next bytes; return the data of the events that they complete."""
        if not self._size and not self._data and (plain := _plain_events(piece)):
            return plain
        first, *lines = piece.split(b"\n")
        self._size += len(first)
        self._rest.append(first)
        events: list[bytes] = []
        if lines:
            self._lines(b"".join(self._rest), events)
            for line in lines[:-1]:
                if line or self._data:
                    self._size += len(line)
                    self._lines(line, events)
            self._size += len(lines[-1])
            self._rest = [lines[-1]]
        if self._size > _LONGEST_EVENT:
            raise UpstreamFailed("The upstream sent an event of more than 16 MiB; this is not a stream of tokens.")
        return events

    def end(self) -> list[bytes]:
        """Return the events that the end of the stream completes: servers forget the last blank line."""
        events: list[bytes] = []
        self._lines(b"".join(self._rest), events)
        self._line(b"", events)
        self._rest = []
        return events

    def _lines(self, line: bytes, events: list[bytes]) -> None:
        if b"\r" in line:
            for part in line.removesuffix(b"\r").split(b"\r"):
                self._line(part, events)
        else:
            self._line(line, events)

    def _line(self, line: bytes, events: list[bytes]) -> None:
        if not line:
            if self._data:
                events += self._data if _are_several(self._data) else [b"\n".join(self._data)]
                self._data = []
            self._size = 0
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        else:
            self._size -= len(line)


def _plain_events(piece: bytes) -> list[bytes]:
    """Return the data of whole events of one line each, as nearly all servers send them; nothing for other pieces."""
    if not piece.startswith(b"data: ") or not piece.endswith(b"\n\n") or b"\r" in piece:
        return []
    events = piece[6:-2].split(b"\n\ndata: ")
    return events if piece.count(b"\n") == 2 * len(events) else []


def _are_several(lines: list[bytes]) -> bool:
    """Tell whether each line of an event is an event by itself: some servers forget the blank line between them."""
    return all(line == b"[DONE]" or (line.startswith(b"{") and line.endswith(b"}")) for line in lines)
