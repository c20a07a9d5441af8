"""The name in a ClientHello, as real clients write it and as hostile ones might."""

from __future__ import annotations

import random
import ssl

import pytest

from earthshine.egress.client_hello import MOST_HELLO, NotTls, handshake, server_name


def hello(name: str | None) -> bytes:
    """Return what OpenSSL begins with."""
    context = ssl.create_default_context()
    context.check_hostname = False
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def split(data: bytes, size: int) -> bytes:
    """Return the same handshake over many records."""
    body = data[5:]
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"\x16\x03\x01" + len(each).to_bytes(2, "big") + each for each in pieces)


def extended(data: bytes, kind: int, body: bytes = b"") -> bytes:
    """Return it with one more extension at its end."""
    message = handshake(data)
    assert message is not None
    at = 34
    at += 1 + message[at]
    at += 2 + int.from_bytes(message[at : at + 2], "big")
    at += 1 + message[at]
    more = message[at + 2 :] + kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + body
    message = message[:at] + len(more).to_bytes(2, "big") + more
    record = b"\x01" + len(message).to_bytes(3, "big") + message
    return b"\x16\x03\x01" + len(record).to_bytes(2, "big") + record


def name_in(data: bytes) -> str | None:
    message = handshake(data)
    assert message is not None
    return server_name(message)


@pytest.mark.parametrize("size", [1, 3, 100, 16_000])
def test_a_name_is_read_over_records(size: int) -> None:
    assert name_in(split(hello("example.org"), size)) == "example.org"


def test_no_name_and_a_hidden_one() -> None:
    assert name_in(hello(None)) is None
    assert name_in(extended(hello("example.org"), 0xABCD)) == "example.org"
    assert name_in(extended(hello("example.org"), 0xFE0D)) is None


def test_two_names_are_none() -> None:
    other = b"evil.test"
    entry = b"\x00" + len(other).to_bytes(2, "big") + other
    assert name_in(extended(hello("example.org"), 0, len(entry).to_bytes(2, "big") + entry)) is None


def test_more_is_waited_for_and_no_longer_than_it_may_be() -> None:
    whole = hello("example.org")
    assert all(handshake(whole[:end]) is None for end in range(len(whole)))
    endless = b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + b"a" * 16_380
    with pytest.raises(NotTls, match="too long"):
        handshake((endless + b"\x16\x03\x01\x40\x00" + b"a" * 16_384 + b"\x16\x03\x01\x40\x00")[: MOST_HELLO + 1])


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"SSH-2.0-x\r\n", b"\x17\x03\x01\x00\x01a", b"\x16\x03\x01\x00\x00"]
)
def test_what_is_no_tls(data: bytes) -> None:
    with pytest.raises(NotTls):
        handshake(data)


def test_broken_ones_end_in_an_error_or_no_name() -> None:
    whole, rand = hello("example.org"), random.Random(7)
    for _ in range(3000):
        data = bytearray(whole)
        for _ in range(rand.randint(1, 4)):
            data[rand.randrange(len(data))] = rand.randrange(256)
        try:
            message = handshake(bytes(data))
            assert message is None or isinstance(server_name(message), str | None)
        except NotTls:
            pass
