"""Where a name leads: looked up once, judged, and the very address that was judged is connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from earthshine.egress.record import Refused
from earthshine.outbound import is_public

Resolver = Callable[[str, int], Awaitable[list[str]]]
"""Returns the IP addresses of a host, the preferred first. Raises `OSError`."""
_SECONDS = 10.0
"""For a look-up, and for one attempt to connect."""
_MOST = 4
"""Addresses that are tried."""


async def system_resolver(host: str, port: int) -> list[str]:
    """Ask this machine's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


async def look_up(host: str, port: int, resolver: Resolver, *, private: bool) -> list[str]:
    """Return the addresses of a host. Raises `Refused` where there is none, or where one of them is private.

    One private address among public ones is a trick, or a network that is none of the sandbox's business.
    """
    try:
        async with asyncio.timeout(_SECONDS):
            found = await resolver(host, port)
    except (OSError, UnicodeError):
        found = []
    if not found:
        raise Refused("not_found", "502 Bad Gateway", f"No address of {host} was found.")
    if not private and not all(map(is_public, found)):
        raise Refused("private_address", "403 Forbidden", f"{host} leads to an address of this machine or its network.")
    return found[:_MOST]


async def connect(addresses: list[str], host: str, port: int) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the first of these addresses that answers; returns which. Raises `Refused`."""
    for address in addresses:
        try:
            async with asyncio.timeout(_SECONDS):
                reader, writer = await asyncio.open_connection(address, port, flags=socket.AI_NUMERICHOST)
        except OSError:
            continue
        return address, reader, writer
    raise Refused("unreachable", "502 Bad Gateway", f"{host}:{port} does not answer.")
