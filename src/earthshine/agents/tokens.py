"""Tokens of vaults for the MCP servers of agents, renewed where they have expired."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from earthshine.connectors.oauth.exchange import Client, SignedOut, Tokens, refresh
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings
from earthshine.vaults.store import StoredCredential, Vaults

Json = dict[str, Any]

_EARLY = 60
"""Seconds before a token's end in which it is renewed: a call may take as long."""


class VaultTokens:
    """Asked when a turn's response begins; many that ask at a time cause one renewal."""

    def __init__(self, settings: Settings, vaults: Vaults) -> None:
        self._settings, self.vaults = settings, vaults
        self._locks: dict[str, asyncio.Lock] = {}

    async def token(self, vault_ids: Sequence[str], project: str, tool: Json) -> str | None:
        """Return the token for the server that a tool names; None where no vault has one.

        Raises what `Vaults.fitting` does, and `SignInFailed` for one that cannot be renewed.
        """
        if tool["transport"]["type"] != "http":
            return None
        found = await self.vaults.fitting(vault_ids, project, tool)
        if found is None or not _expired(found):
            return found and _token(found)
        async with self._locks.setdefault(found.id, asyncio.Lock()):
            found = await self.vaults.fitting(vault_ids, project, tool)
            if found is None or not _expired(found):
                return found and _token(found)
            # Whoever asked may go away: a refresh token that was used must be replaced.
            return await asyncio.shield(asyncio.create_task(self._renew(found, vault_ids, project, tool)))

    async def _renew(self, found: StoredCredential, vault_ids: Sequence[str], project: str, tool: Json) -> str | None:
        try:
            new = await refresh(self._settings, _tokens(found), scope=found.auth["refresh"]["scope"] or "")
        except SignedOut as error:
            now = await self.vaults.fitting(vault_ids, project, tool)
            if now is not None and now.secrets != found.secrets:
                return _token(now)  # another server was faster
            raise InvalidRequest(
                f"The token for the MCP server {tool['server_label']!r} has expired, and its refresh token is not "
                f"accepted any more. Give the credential {found.id} new ones. ({error.message})"
            ) from None
        until = datetime.fromtimestamp(new.until, UTC).isoformat().replace("+00:00", "Z") if new.until else None
        secrets = {**found.secrets, "access_token": new.access, "refresh_token": new.refresh}
        await self.vaults.renew(found.id, {**found.auth, "expires_at": until}, secrets)
        return new.access


def _token(found: StoredCredential) -> str | None:
    return found.secrets.get("token") or found.secrets.get("access_token")


def _expired(found: StoredCredential) -> bool:
    expires: str | None = found.auth.get("expires_at")
    if expires is None or not found.auth.get("refresh"):
        return False
    return datetime.fromisoformat(expires).timestamp() - _EARLY <= time.time()


def _tokens(found: StoredCredential) -> Tokens:
    told: Json = found.auth["refresh"]
    how, endpoint = told["token_endpoint_auth"]["type"], told["token_endpoint"]
    secret, resource = found.secrets.get("client_secret", ""), told["resource"] or ""
    client = Client(endpoint, endpoint, resource, "", told["client_id"], secret, how == "client_secret_post")
    return Tokens(client, found.secrets["access_token"], found.secrets["refresh_token"], 0, "")
