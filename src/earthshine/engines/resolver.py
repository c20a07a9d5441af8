"""Names resolved to public addresses only, for aiohttp; see `outbound`."""

from __future__ import annotations

import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from earthshine.outbound import PrivateAddress, is_public


class PublicResolver(AbstractResolver):
    """Resolves names for aiohttp, and gives out public addresses only."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        """`resolver` does the resolving; the operating system's by default."""
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the public addresses of a name. Raises `PrivateAddress` if it has others only."""
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if is_public(one["host"])]
        if found and not public:
            raise PrivateAddress(f"{host} leads to an address of this machine or its network.")
        return public

    async def close(self) -> None:
        """Release the resolver."""
        await self._resolver.close()


def connector_options(*, private: bool) -> dict[str, Any]:
    """Return the options of an aiohttp connector that may connect to private addresses, or only to public ones."""
    return {} if private else {"resolver": PublicResolver(), "use_dns_cache": True, "ttl_dns_cache": 10}
