"""Addresses that this server may connect to when somebody else names them.

A client who may name an address could reach what only this machine can reach: its own network, its cloud's metadata
service, its loopback. So such an address must be public. A name is resolved once, each address that it has is judged,
and the connection goes to a judged address: there is no second resolution that could answer differently. Redirects are
not followed by those who use this.
"""

from __future__ import annotations

import ipaddress
from typing import NoReturn
from urllib.parse import urlsplit

from earthshine.errors import InvalidRequest

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


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
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


def check_url(url: str, *, private: bool, param: str) -> None:
    """Raise `InvalidRequest` at `param` for what is no http(s) address, and, unless `private`, for a private one.

    A name passes here unresolved; `engines.resolver.PublicResolver` judges it when a connection is made.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        _refuse(f"{url[:200]!r} is no address.", param)
    if parts.scheme not in ("http", "https") or not host or port == 0:
        _refuse(f"{url[:200]!r} is no http or https address.", param)
    if parts.username is not None or parts.password is not None:
        _refuse("An address must not contain a user name or password; give the key as `api_key`.", param)
    if parts.query or parts.fragment or "?" in url or "#" in url:
        _refuse("An address must end with its path, such as `/v1`.", param)
    if not private and _looks_private(host):
        _refuse(
            f"{host[:200]} is an address of this machine or its network. The operator of this server can allow that "
            "with the setting `allow_private_upstreams`.",
            param,
        )


def _looks_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    if ":" in host or host.replace(".", "").isdigit() or host.startswith("0x"):
        return not is_public(host)
    return False


def _refuse(message: str, param: str) -> NoReturn:
    raise InvalidRequest(message, param=param)
