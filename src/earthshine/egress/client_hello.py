"""Which server a TLS client asks for: the name in its ClientHello, read without taking part.

Source: RFC 8446 sections 4.1.2 and 5.1, RFC 6066 section 3. A client that hides the name (Encrypted Client Hello, the
extension 0xfe0d) could ask for another one, so it counts as having none.
"""

from __future__ import annotations

_HANDSHAKE, _CLIENT_HELLO = 22, 1
_SERVER_NAME, _ENCRYPTED_HELLO = 0, 0xFE0D
MOST_HELLO = 32_768
"""Bytes."""


class NotTls(ValueError):
    """What is no ClientHello."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if len(taken) < size:
            raise NotTls("It ends too early.")
        self._at += size
        return taken

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        """Take what says its own length in so many bytes."""
        return self.take(self.number(size))

    @property
    def left(self) -> int:
        return len(self._data) - self._at


def handshake(data: bytes) -> bytes | None:
    """Return the ClientHello that is split over these TLS records; None while more must come. Raises `NotTls`."""
    message, at = b"", 0
    while len(data) - at >= 5:
        length = int.from_bytes(data[at + 3 : at + 5], "big")
        if data[at] != _HANDSHAKE or data[at + 1] != 3 or not 0 < length <= 16_384:
            raise NotTls("It is no TLS handshake.")
        message += data[at + 5 : at + 5 + length]
        at += 5 + length
        if message and message[0] != _CLIENT_HELLO:
            raise NotTls("It is no ClientHello.")
        size = int.from_bytes(message[1:4], "big")
        if len(message) >= 4 + size:
            return message[4 : 4 + size]
    if data and data[0] != _HANDSHAKE:
        raise NotTls("It is no TLS handshake.")
    if len(data) > MOST_HELLO:
        raise NotTls("Its ClientHello is too long.")
    return None


def server_name(hello: bytes) -> str | None:
    """Return the host that a ClientHello names; None where it names none, several, or hides it. Raises `NotTls`."""
    reader = _Reader(hello)
    reader.take(2 + 32)
    reader.vector(1)
    reader.vector(2)
    reader.vector(1)
    extensions = _Reader(reader.vector(2) if reader.left else b"")
    names: list[bytes] = []
    while extensions.left:
        kind, body = extensions.number(2), extensions.vector(2)
        if kind == _ENCRYPTED_HELLO:
            return None
        if kind == _SERVER_NAME:
            listed = _Reader(_Reader(body).vector(2))
            while listed.left:
                named, name = listed.number(1), listed.vector(2)
                names.append(name if named == 0 else b"")
    if len(names) != 1 or not names[0].isascii():
        return None
    return names[0].decode("ascii") or None
