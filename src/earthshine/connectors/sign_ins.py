"""Who is signed in to which connector: tokens, each person's own, refreshed by one at a time."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

import orjson
from sqlalchemy import Row, delete, select, update

from earthshine.connectors.oauth.discovery import challenge_fields, find_authorization_server, find_resource
from earthshine.connectors.oauth.exchange import (
    Client,
    SignedOut,
    Tokens,
    begin,
    dump,
    hashed,
    load_flow,
    load_tokens,
    redeem,
    refresh,
    register,
)
from earthshine.connectors.oauth.fetching import SignInFailed
from earthshine.connectors.schemas import CallbackQuery
from earthshine.connectors.tables import sign_ins
from earthshine.database import Database, insert_new
from earthshine.errors import InvalidRequest
from earthshine.sealing import SecretCipher
from earthshine.settings import Settings
from earthshine.tools.mcp.addresses import may_be_private
from earthshine.tools.mcp.client import ABOUT, HANDSHAKE
from earthshine.tools.mcp.transport import Endpoint

_EARLY = 60
"""Seconds before its end after which a token is not used any more."""
_REFRESH_SECONDS = 30
"""That one refresh may take, after which another server does it."""
_AGAIN = 0.2


class SignIns:
    """Of one installation."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings, self._database = settings, database
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def begin(
        self, row: Row[Any], secret: str, user: str, redirect_uri: str, document: str, return_to: str
    ) -> tuple[str, str, str]:
        """Return where to send a person; and for the browser that goes there, a name and a value to keep.

        Raises `SignInFailed`, `InvalidRequest` for an address of this network that the operator has not allowed.
        """
        challenge = await self._challenge(row)
        resource = await find_resource(self._settings, row.url, challenge)
        server = await find_authorization_server(self._settings, resource)
        if row.client_id:
            where = server.issuer, server.token, resource.identifier, redirect_uri
            client = Client(*where, row.client_id, secret, server.posts_secret)
        else:
            client = await register(self._settings, server, resource, redirect_uri, document)
        known = await self._row(row.id, user)
        scopes = dict.fromkeys(f"{resource.scopes} {known.scope if known is not None else ''}".split())
        browser = secrets.token_urlsafe(32)
        url, state, flow = begin(server, client, " ".join(scopes), browser, return_to)
        values = {"state": hashed(state), "flow": self._seal(dump(flow))}
        async with self._database.write() as connection:
            new = {"connector_id": row.id, "user": user, "scope": "", "refreshing_until": 0}
            await connection.execute(insert_new(connection, sign_ins).values(new))
            await connection.execute(update(sign_ins).where(*_whose(row.id, user)).values(values))
        return url, cookie_name(state), browser

    async def finish(
        self, answer: CallbackQuery, cookies: Mapping[str, str], *, owner: tuple[str, str] | None = None
    ) -> tuple[str, str]:
        """Take what a browser brings back, once; returns the connector's id, and the path to go on to.

        The browser must be the one that began, or `owner`, a connector and who signs in to it, proves the same. Raises
        `InvalidRequest` for what answers no question of ours, `SignInFailed`.
        """
        wanted = select(sign_ins).where(sign_ins.c.state == hashed(answer.state))
        async with self._database.read() as connection:
            row = (await connection.execute(wanted)).one_or_none()
        flow = load_flow(self._open(row.flow)) if row is not None and row.flow else None
        if row is None or flow is None or flow.until < time.time():
            raise InvalidRequest("This sign-in was not begun here, is finished, or took too long. Begin again.")
        kept = cookies.get(cookie_name(answer.state), "")
        if owner != (row.connector_id, row.user) and hashed(kept) != flow.browser:
            raise InvalidRequest(
                "This browser did not begin the sign-in. Whoever did can finish it by sending this page's address as "
                f"`callback_url` to `POST /earthshine/v1/connectors/{row.connector_id}/sign_in`."
            )
        used = update(sign_ins).where(*_whose(row.connector_id, row.user), sign_ins.c.state == row.state)
        async with self._database.write() as connection:
            if not (await connection.execute(used.values(state=None, flow=None))).rowcount:
                raise InvalidRequest("This sign-in is finished already.")
        if answer.error == "access_denied" and owner is None:
            return row.connector_id, flow.return_to  # the person said no, and knows it
        if answer.error is not None or not answer.code:
            why = answer.error_description or answer.error or "it sent no code"
            raise SignInFailed(f"{flow.client.issuer[:200]} did not sign you in: {why[:300]}.")
        tokens = await redeem(self._settings, flow, answer.code, answer.iss)
        await self._store(row.connector_id, row.user, tokens, scope="")
        return row.connector_id, flow.return_to

    async def token(self, connector_id: str, user: str, *, not_this: str = "") -> str | None:
        """Return a token that holds, refreshed if need be; None where the person has to sign in (again).

        `not_this`: one that the server has refused. Raises `SignInFailed` when it cannot be refreshed now.
        """
        key = connector_id, user
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            until = time.monotonic() + _REFRESH_SECONDS
            while time.monotonic() < until:
                tokens = await self._tokens(connector_id, user)
                if tokens is None:
                    return None
                fresh = not tokens.until or tokens.until > time.time() + _EARLY
                if fresh and tokens.access != not_this:
                    return tokens.access
                if not tokens.refresh:
                    return None if tokens.access == not_this or tokens.until < time.time() else tokens.access
                if await self._lease(connector_id, user):
                    # Whoever asked may go away: a refresh token that was used must be replaced.
                    work = asyncio.create_task(self._refresh(connector_id, user, tokens))
                    return await asyncio.shield(work)
                await asyncio.sleep(_AGAIN)  # another server does it
        raise SignInFailed("The sign-in is being renewed by another server, which takes too long. Try again.")

    async def wants(self, connector_id: str, user: str, scope: str) -> None:
        """Note what a call needed, so that the next sign-in asks for it."""
        noted = update(sign_ins).where(*_whose(connector_id, user))
        async with self._database.write() as connection:
            await connection.execute(noted.values(scope=scope[:2000]))

    async def end(self, connector_id: str, user: str | None = None) -> None:
        """Forget a person's tokens, or everybody's."""
        async with self._database.write() as connection:
            whose = sign_ins.c.connector_id == connector_id
            whose &= sign_ins.c.user == user if user is not None else whose
            await connection.execute(delete(sign_ins).where(whose))

    async def _challenge(self, row: Row[Any]) -> dict[str, str]:
        """Return how a server asks to be convinced, when it is asked without anything."""
        endpoint = Endpoint(row.name, row.url, private=may_be_private(row.url, self._settings))
        params = {"protocolVersion": HANDSHAKE[0], "capabilities": {}, "clientInfo": ABOUT}
        message = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": params}
        answer = await endpoint.post(message, {}, seconds=15, most=2**20)
        return challenge_fields(answer.challenge) if answer.status == 401 else {}

    async def _refresh(self, connector_id: str, user: str, tokens: Tokens) -> str | None:
        try:
            new = await refresh(self._settings, tokens)
        except SignedOut:
            await self.end(connector_id, user)
            return None
        except BaseException:
            async with self._database.write() as connection:
                over = update(sign_ins).where(*_whose(connector_id, user)).values(refreshing_until=0)
                await connection.execute(over)
            raise
        await self._store(connector_id, user, new)
        return new.access

    async def _lease(self, connector_id: str, user: str) -> bool:
        now = int(time.time())
        mine = update(sign_ins).where(*_whose(connector_id, user), sign_ins.c.refreshing_until <= now)
        async with self._database.write() as connection:
            return bool((await connection.execute(mine.values(refreshing_until=now + _REFRESH_SECONDS))).rowcount)

    async def _store(self, connector_id: str, user: str, tokens: Tokens, **more: Any) -> None:
        stored = update(sign_ins).where(*_whose(connector_id, user))
        values = {"tokens": self._seal(dump(tokens)), "refreshing_until": 0, **more}
        async with self._database.write() as connection:
            await connection.execute(stored.values(values))

    async def _tokens(self, connector_id: str, user: str) -> Tokens | None:
        row = await self._row(connector_id, user)
        return load_tokens(self._open(row.tokens)) if row is not None and row.tokens else None

    async def _row(self, connector_id: str, user: str) -> Row[Any] | None:
        async with self._database.read() as connection:
            return (await connection.execute(select(sign_ins).where(*_whose(connector_id, user)))).one_or_none()

    def _seal(self, value: dict[str, Any]) -> str:
        return SecretCipher.open(self._settings).encrypt(orjson.dumps(value).decode())

    def _open(self, sealed: str) -> dict[str, Any]:
        return orjson.loads(SecretCipher.open(self._settings).decrypt(sealed))


def cookie_name(state: str) -> str:
    """Return the name under which a browser keeps that it began."""
    return f"earthshine_connector_{hashed(state)[:16]}"


def _whose(connector_id: str, user: str) -> tuple[Any, ...]:
    return sign_ins.c.connector_id == connector_id, sign_ins.c.user == user
