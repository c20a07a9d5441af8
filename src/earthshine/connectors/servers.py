"""A connector's server over HTTP, to which somebody may be signed in."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earthshine.connectors.oauth.discovery import challenge_fields
from earthshine.connectors.oauth.fetching import SignInFailed
from earthshine.connectors.sign_ins import SignIns
from earthshine.tools.mcp.failure import McpFailed
from earthshine.tools.mcp.transport import Answer, Asked, Endpoint

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SignedInServer:
    """Sends a person's token, and a new one when that is refused, once: a server that refuses has done nothing."""

    endpoint: Endpoint
    connector_id: str
    version: int
    user: str
    """Whose sign-in it is."""
    sign_ins: SignIns

    @property
    def label(self) -> str:
        """What people call it."""
        return self.endpoint.label

    @property
    def key(self) -> Hashable:
        """The connector, how often it was changed, and who is signed in."""
        return self.connector_id, self.version, self.user

    async def post(
        self, message: Json, headers: Mapping[str, str], *, seconds: float, most: int, asked: Asked | None = None
    ) -> Answer:
        """Send a message. Raises `McpFailed`, which says what to do where the person has to sign in."""
        token = await self._token()
        answer = await self._with(token).post(message, headers, seconds=seconds, most=most, asked=asked)
        if answer.status == 401 and token is not None:
            token = await self._token(not_this=token)
            if token is not None:
                answer = await self._with(token).post(message, headers, seconds=seconds, most=most, asked=asked)
        told = challenge_fields(answer.challenge)
        if answer.status == 403 and told.get("error") == "insufficient_scope":
            await self.sign_ins.wants(self.connector_id, self.user, told.get("scope", ""))
            raise McpFailed(self._words("needs more rights than its sign-in has"), 403)
        if answer.status == 401:
            static = any(name.lower() == "authorization" for name, _ in self.endpoint.headers)
            raise McpFailed(self._words("does not take its headers" if static else "is not signed in"), 401)
        return answer

    async def _token(self, not_this: str = "") -> str | None:
        try:
            return await self.sign_ins.token(self.connector_id, self.user, not_this=not_this)
        except SignInFailed as error:
            raise McpFailed(error.message, 502, sent=False) from None

    def _with(self, token: str | None) -> Endpoint:
        if token is None:
            return self.endpoint
        kept = tuple(each for each in self.endpoint.headers if each[0].lower() != "authorization")
        return replace(self.endpoint, headers=(*kept, ("authorization", f"Bearer {token}")))

    def _words(self, what: str) -> str:
        return (
            f"The connector {self.label!r} {what}. Ask its person to sign in to it among the connectors, or by "
            f"`POST /earthshine/v1/connectors/{self.connector_id}/sign_in`. Nothing was done."
        )
