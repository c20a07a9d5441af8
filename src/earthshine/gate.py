"""The gate in front of every route: a key, a limit on how many at once, and a last net for errors."""

from __future__ import annotations

import logging
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earthshine.accounts.audit.trail import record_reading
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.needs import allows
from earthshine.accounts.authorization.route_table import WEBSOCKET, Found, RouteTable, note_found
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.keys.registry import KeyRegistry, no_project
from earthshine.accounts.sign_in.cookies import session_cookie
from earthshine.accounts.sign_in.sessions import TOKEN_PREFIX, Sessions
from earthshine.accounts.throttling.concurrency import ConcurrencyBounds, ConcurrencyLimiter, RequestSlot
from earthshine.database import Database
from earthshine.errors import EarthshineError, Internal, InvalidRequest, PermissionDenied, Unauthenticated
from earthshine.services import Services
from earthshine.web.replies import asks_for_page
from earthshine.wire import dialect_of, error_reply

log = logging.getLogger(__name__)

SESSION_PREFIX = "sess_"

OPEN = frozenset({"/health", "/ready"})
"""Paths that answer without a key."""


def request_id(connection: HTTPConnection) -> str:
    """Return the id that this request has in the reply's `x-request-id` and in the log."""
    return connection.scope.get("state", {}).get("request_id", "")


class Gate:
    """ASGI middleware; closed by default."""

    def __init__(self, app: ASGIApp, bounds: ConcurrencyBounds) -> None:
        self._app = app
        self._limiter = ConcurrencyLimiter(bounds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        if scope["path"] in OPEN:
            await self._serve(scope, receive, send)
            return
        slot: RequestSlot | None = None
        try:
            slot = await self._enter(scope, state)
            if has_body(scope):
                slot.begin_body()
                receive = _placed_after_body(slot, receive)
            else:
                slot.acquire()
        except EarthshineError as error:
            await _refuse(error, scope, receive, send)
            return
        except Exception:
            await _refuse(_broken(scope), scope, receive, send)
            return
        try:
            if scope["type"] == "websocket":
                await self._app(scope, _guarded(scope, receive, send), send)
            else:
                await self._serve(scope, receive, send)
        finally:
            slot.release()

    async def _enter(self, scope: Scope, state: dict[str, Any]) -> RequestSlot:
        """Return the slot of a request that is let in; it is not acquired yet."""
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            # No database that we know takes it, so nothing has such a name.
            raise InvalidRequest("An address cannot contain the character NUL.")
        services: Services = scope["app"].state.services
        table, method = services.get(RouteTable), scope.get("method", WEBSOCKET)
        found = table.find_near(method, scope["path"])
        note_found(scope, found)
        # Whoever needs no key at the new address is told where that is.
        if _is_open(scope, found or table.find_moved(method, scope["path"])):
            return self._limiter.slot("", _address(scope))
        caller = await _identify(scope, services)
        await _authorize(caller, scope, found, services)
        state["caller"] = caller
        # A person may have many sessions.
        key = caller.user if caller.key_id.startswith(SESSION_PREFIX) else caller.key_id
        return self._limiter.slot(key or caller.key_id, _address(scope))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def mark(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                state: dict[str, Any] = scope["state"]
                _put_headers(message, {"x-request-id": state["request_id"], **state.get("headers", {})})
            await send(message)

        try:
            await self._app(scope, receive, mark)
        except Exception:
            error = _broken(scope)
            if started:
                raise
            await _refuse(error, scope, receive, send)


def _put_headers(message: Message, put: dict[str, str]) -> None:
    """Set headers of a reply, whatever it had under their names, which are in lower case."""
    added = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in put.items()]
    names = {name for name, _ in added}
    message["headers"] = [*(pair for pair in message.get("headers", ()) if pair[0].lower() not in names), *added]


def has_body(scope: Scope) -> bool:
    """Return whether the client said that something follows the head."""
    return scope["type"] == "http" and any(
        name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0"))
        for name, value in scope["headers"]
    )


def _placed_after_body(slot: RequestSlot, receive: Receive) -> Receive:
    """Acquire a request's slot when its body is there, before its handler sees the end of it."""

    async def take() -> Message:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            slot.acquire()
        return message

    return take


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


def _broken(scope: Scope) -> Internal:
    """Log the exception that is being handled, and return what its client is told."""
    name: str = scope["state"]["request_id"]
    # The path as a literal: it may have line breaks in it.
    log.exception("request %s: %s %r failed", name, scope.get("method", WEBSOCKET), scope["path"][:200])
    return Internal(f"Something broke on our side. The server's log has the details under {name}.")


def _is_open(scope: Scope, found: Found | None) -> bool:
    """Return whether this is for everybody, who may have neither key nor session yet: by its route, or as no page."""
    if found is None:
        # Somebody mistyped an address: the web app says so.
        return asks_for_page(scope)
    # Those of `OPEN` were answered already, at exactly these addresses.
    return found.rule.need == "open" and found.entry.path not in OPEN


async def _identify(scope: Scope, services: Services) -> Caller:
    """Return who sends this. Raises `Unauthenticated`, or what else keeps a known key or session out."""
    connection = HTTPConnection(scope)
    address = _address(scope)
    header = connection.headers.get("authorization", "")
    scheme, _, key = header.partition(" ")
    key = key.strip() if scheme.lower() == "bearer" else ""
    if not header:
        # Anthropic's clients say it so.
        key = connection.headers.get("x-api-key", "").strip() or session_cookie(connection) or ""
    if not key:
        raise Unauthenticated("No API key was given. Send it as `Authorization: Bearer KEY` or `x-api-key: KEY`.")
    if key.startswith(TOKEN_PREFIX):
        project = connection.headers.get("openai-project")
        return await services.get(Sessions).identify(key, project, address)
    return await services.get(KeyRegistry).identify(key, address)


async def _authorize(caller: Caller, scope: Scope, found: Found | None, services: Services) -> None:
    """Raise `PermissionDenied`, or `NotFound` for another project's objects. Unknown addresses are left to the app."""
    if found is None:
        return
    asked, method = found.rule, scope.get("method", WEBSOCKET)
    reads = method in ("GET", "HEAD")
    if asked.project is not None:
        await services.get(KeyRegistry).check_project(asked.project, caller.organization, reads=reads)
    operates = caller.organization == DEFAULT
    if allows(caller.permissions, caller.project, asked, reads=reads, operates=operates):
        if caller.visiting and _shows_words(found):
            await record_reading(services.get(Database), caller, scope["path"], project=caller.project)
        return
    if asked.project not in (None, caller.project) and "organization.read" not in caller.permissions:
        raise no_project(asked.project or "")
    lacks = "organization.read (of the first organization)" if asked.need == "operator" else asked.need
    raise PermissionDenied(
        f"This key has no permission '{lacks}', which {method} {scope['path'][:200]} needs. "
        "Use another key, or ask an administrator for a role that has it.",
        code="insufficient_permissions",
    )


def _shows_words(found: Found) -> bool:
    """Return whether a request reads what people wrote, and not settings, a log or the models that all share."""
    return found.rule.need == "project.read" and found.rule.project is None and found.entry.declared.shows_words


def _guarded(scope: Scope, receive: Receive, send: Send) -> Receive:
    """Ask again with every message of a WebSocket, which may live longer than its key."""

    async def ask() -> Message:
        message = await receive()
        if message["type"] != "websocket.receive":
            return message
        try:
            services: Services = scope["app"].state.services
            found = services.get(RouteTable).find_near(WEBSOCKET, scope["path"])
            await _authorize(await _identify(scope, services), scope, found, services)
        except EarthshineError as error:
            await _refuse(error, scope, receive, send)
            return {"type": "websocket.disconnect", "code": 1008}
        return message

    return ask


async def _refuse(error: EarthshineError, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": error.message[:120]})
        return
    await error_reply(error, request_id(Request(scope)), dialect_of(scope))(scope, receive, send)
