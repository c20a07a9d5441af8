"""The ways out of containers: a proxy for each whose owner allows it hosts, and the secrets that it puts in."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import Row

from earthshine.containers.schemas import AllowList, NetworkPolicy
from earthshine.egress import EgressProxy, Policy, Record, Secret, Secrets
from earthshine.egress.addresses import Resolver, system_resolver
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.sandboxes.base import TRUST
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings

if TYPE_CHECKING:
    from earthshine.egress.authority import Authority

_TRUSTING = (
    *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "GIT_SSL_CAINFO"),
    *("NODE_EXTRA_CA_CERTS", "AWS_CA_BUNDLE", "CARGO_HTTP_CAINFO"),
)
"""Where programs look for a file of certificates."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a sandbox gets of it: nothing where it has no network."""

    socket: Path | None = None
    trust: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict[str, str])


class WaysOut:
    """Opens them, and keeps secrets encrypted in rows."""

    def __init__(self, settings: Settings, tell: Callable[[Row[Any], Record], None]) -> None:
        """`tell`: hears of each connection of a container."""
        self._settings, self._tell = settings, tell
        self.private = False
        """Whether names may lead to this machine and its network, which no setting allows."""
        self.resolver: Resolver = system_resolver
        self.trusted: ssl.SSLContext | None = None
        """What servers are checked by, in place of what this machine trusts."""

    @asynccontextmanager
    async def open(self, row: Row[Any]) -> AsyncGenerator[WayOut]:
        """Serve a container's way out until the context ends. Raises `ModelBroken` for secrets of another key."""
        domains: list[str] | None = row.network_policy.get("allowed_domains")
        if not domains:
            yield WayOut()
            return
        secrets = Secrets([Secret(**each) for each in self.opened(row)], salt=row.id)
        # A socket's path may have a hundred bytes.
        folder = await asyncio.to_thread(RuntimeFolder, "egress")
        try:
            authority = await asyncio.to_thread(_authority) if secrets.placeholders else None
            way = WayOut(folder.path / "proxy")
            if authority is not None:
                trust = folder.path / "trust.pem"
                await asyncio.to_thread(trust.write_text, authority.bundle())
                trust.chmod(0o644)
                way = WayOut(way.socket, trust, {**dict.fromkeys(_TRUSTING, TRUST), **secrets.placeholders})
            proxy = EgressProxy(
                Policy.allow(domains, private=self.private),
                lambda record: self._tell(row, record),
                secrets=secrets,
                authority=authority,
                trust=self.trusted,
                resolver=self.resolver,
            )
            async with proxy.serve(folder.path / "proxy"):
                yield way
        finally:
            await asyncio.to_thread(folder.remove)

    def sealed(self, policy: NetworkPolicy | None) -> str | None:
        """Return the secrets of a policy as a row has them; None for none."""
        given = secrets_of(policy)
        return SecretCipher.open(self._settings).encrypt(orjson.dumps(given).decode()) if given else None

    def sealed_env(self, env: Mapping[str, str]) -> str | None:
        """Return variables as a row has them; None for none."""
        return SecretCipher.open(self._settings).encrypt(orjson.dumps(dict(env)).decode()) if env else None

    def env(self, row: Row[Any]) -> dict[str, str]:
        """Return the variables of a container. Raises `ModelBroken` when no key here fits."""
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.env)) if row.env else {}

    def opened(self, row: Row[Any]) -> list[dict[str, str]]:
        """Return the secrets of a container. Raises `ModelBroken` when no key here fits."""
        return orjson.loads(SecretCipher.open(self._settings).decrypt(row.secrets)) if row.secrets else []


def secrets_of(policy: NetworkPolicy | None) -> list[dict[str, str]]:
    """Return the secrets that a request gives."""
    if not isinstance(policy, AllowList):
        return []
    return [each.model_dump() for each in policy.domain_secrets or ()]


def _authority() -> Authority:
    # Few sandboxes have secrets, and what makes certificates takes megabytes.
    from earthshine.egress.authority import Authority

    return Authority()
