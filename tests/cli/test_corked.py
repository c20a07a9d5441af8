"""What is written in one turn of the event loop leaves in one piece, and nothing is lost or held back."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from earthshine.cli.corked import CorkedTransport


class Wire:
    """A transport that notes what it is given."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closing = False

    def write(self, data: bytes) -> None:
        self.sent.append(data)

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def get_extra_info(self, name: str) -> str:
        return name


def corked() -> tuple[Wire, CorkedTransport]:
    wire = Wire()
    return wire, CorkedTransport(cast("Any", wire), asyncio.get_running_loop())


async def test_pieces_of_one_turn_leave_together_and_soon() -> None:
    wire, transport = corked()
    transport.write(b"head ")
    transport.write(b"body")
    assert wire.sent == []
    await asyncio.sleep(0)
    assert wire.sent == [b"head body"]
    transport.write(b"later")
    transport.flush()
    await asyncio.sleep(0)
    assert wire.sent == [b"head body", b"later"]


async def test_much_is_not_kept_back() -> None:
    wire, transport = corked()
    for _ in range(3):
        transport.write(b"x" * 40_000)
    assert wire.sent == [b"x" * 80_000]
    await asyncio.sleep(0)
    assert b"".join(wire.sent) == b"x" * 120_000


async def test_closing_sends_the_rest_and_a_gone_client_is_sent_nothing() -> None:
    wire, transport = corked()
    transport.write(b"last")
    transport.close()
    assert wire.sent == [b"last"] and wire.closing
    assert transport.get_extra_info("peername") == "peername"
    wire, transport = corked()
    transport.write(b"too late")
    wire.closing = True
    await asyncio.sleep(0)
    assert wire.sent == []
