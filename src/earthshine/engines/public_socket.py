"""Sockets to public addresses only, for aiohttp; see `outbound`."""

from __future__ import annotations

import socket
from typing import Any

from earthshine.outbound import PrivateAddress, is_public


def public_socket(peer: tuple[Any, ...]) -> socket.socket:
    """Return a socket for a peer: family, type, protocol, name and address, as `socket.getaddrinfo` gives them.

    The address is the very one that is connected to, however it was named. Raises `PrivateAddress`.
    """
    family, kind, protocol, _, address = peer
    if not is_public(str(address[0])):
        raise PrivateAddress("It is an address of this machine or its network.")
    return socket.socket(family, kind, protocol)


def connector_options(*, private: bool) -> dict[str, Any]:
    """Return the options of an aiohttp connector that may connect to private addresses, or only to public ones."""
    return {} if private else {"socket_factory": public_socket}
