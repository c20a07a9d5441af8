"""Addresses that this server may connect to when somebody else names them.

A client who may name an address could reach what only this machine can reach: its own network, its cloud's metadata
service, its loopback. So such an address must be public. The address of the peer itself is judged when the connection
is made, whether it was written out or a name led to it. Redirects are not followed by those who use this.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any, NoReturn

from earthshine.errors import InvalidRequest

_CARRIERS = tuple(ipaddress.ip_network(each) for each in ("64:ff9b::/96", "::/96", "::ffff:0:0:0/96"))
"""NAT64, the IPv4-compatible form, and the translated one."""
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_DECIMAL = re.compile(r"[0-9.]+")
_UNWANTED = re.compile(r"[\x00-\x20\x7f\\]")
"""Blanks, control characters and backslashes, which readers of addresses take in different ways."""


class PrivateAddress(OSError):
    """A name that leads to an address that only this machine or its network can reach."""


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet. Anything else, broken text included, does not."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        # Addresses that carry another one inside are what they carry.
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and any(ip in network for network in _CARRIERS):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip in _LOCAL_NAT64:
            return False
    return ip.is_global and not ip.is_multicast


def is_public_name(host: str) -> bool:
    """Tell whether a host is a name, and not one of those that only a machine or its network knows."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." in host and not host.endswith((".local", ".internal", ".lan", ".localhost", ".home.arpa"))
    return False


def is_loopback(host: str) -> bool:
    """Tell whether a host, as it is written in the settings, is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def check_url(url: str, *, private: bool, param: str, query: bool = False) -> None:
    """Raise `InvalidRequest` at `param` for what is no http(s) address, and, unless `private`, for a private one.

    A name passes here unresolved; `public_socket` judges where it leads when a connection is made. With `query`, more
    may follow the path, as the address is asked as it is.
    """
    from yarl import URL  # here: who has no upstream starts without it

    try:
        # As the client that connects reads it: in that form `127\u30020\u30020\u30021` is an address, too.
        parts = URL(url)
        host, port = parts.raw_host or "", parts.port
    except ValueError:
        _refuse(f"{url[:200]!r} is no address.", param)
    if parts.scheme not in ("http", "https") or not _is_host(host) or not port or _UNWANTED.search(url):
        _refuse(f"{url[:200]!r} is no http or https address.", param)
    if "@" in url.partition("//")[2].partition("/")[0]:
        _refuse("An address must not contain a user name or password; give the key as `api_key`.", param)
    if not query and ("?" in url or "#" in url):
        _refuse("An address must end with its path, such as `/v1`.", param)
    if not private and _looks_private(host.rstrip(".")):
        _refuse(
            f"{host[:200]} is an address of this machine or its network. The operator of this server can allow that "
            "in the console under Deployments, or with the setting `allow_private_upstreams`.",
            param,
            "upstream_address",
        )


def _is_host(host: str) -> bool:
    """Tell whether a client could look for it at all: as an IP address, or as a name with labels that fit."""
    if ":" in host:
        return True
    if _DECIMAL.fullmatch(host):
        # Systems read `0` and `127.1` as addresses, the client that connects does not; no name ends in a number.
        try:
            ipaddress.IPv4Address(host.removesuffix("."))
        except ValueError:
            return False
    try:
        # As the resolver is asked.
        return bool(host.encode("idna").strip(b"."))
    except UnicodeError:
        return False


def _looks_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    if ":" in host:
        return not is_public(host)
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        # Systems take 0177.0.0.1, 0x7f.1 and 2130706433 for addresses, and no name ends in a number.
        try:
            return not is_public(socket.inet_ntoa(socket.inet_aton(host)))
        except OSError:
            return True
    return False


def _refuse(message: str, param: str, code: str | None = None) -> NoReturn:
    raise InvalidRequest(message, param=param, code=code)


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
