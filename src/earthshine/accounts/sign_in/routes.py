"""Routes of `/earthshine/v1/sessions`: how people sign in, and which sessions they have."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from sqlalchemy import Row
from starlette.responses import RedirectResponse, Response

from earthshine.accounts.audit.trail import record_reading
from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.objects import OrganizationUser
from earthshine.accounts.people.users import Users
from earthshine.accounts.sign_in import device_cookies
from earthshine.accounts.sign_in.address import public_address
from earthshine.accounts.sign_in.cookies import COOKIE, clear_cookie, csrf_token, is_secure, set_cookie
from earthshine.accounts.sign_in.objects import (
    CurrentSession,
    DeletedSession,
    NewSession,
    PasswordChanged,
    Session,
)
from earthshine.accounts.sign_in.oidc.flow import FLOW_SECONDS, PREFIX, cookie_name
from earthshine.accounts.sign_in.oidc.sign_in import Answer, OidcSignIn
from earthshine.accounts.sign_in.schemas import (
    InviteAccept,
    NameChange,
    OidcCallback,
    OidcStart,
    PasswordChange,
    SessionCreate,
    SessionsQuery,
)
from earthshine.accounts.sign_in.service import SignedIn, SignInService
from earthshine.accounts.sign_in.sessions import Device, Sessions
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.openapi import Routes, asks, takes
from earthshine.services import find_service, service
from earthshine.settings import Settings
from earthshine.wire import Model, Reply, check, json_reply, list_page, load_json, parse, read_body
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/earthshine/v1/sessions", tags=["Sessions"])

_LONGEST = 2**16
"""Bytes in a body of people who have not signed in yet."""
_SECONDS = 5
"""That they have to send it."""

_OIDC_PATH = "/earthshine/v1/sessions/oidc"
_MOST_TABS = 4
"""Sign-ins that one browser has under way beside a new one."""


@router.post("")
@needs("open")
@takes(SessionCreate)
async def create_session(request: Request) -> Reply[NewSession]:
    """Sign in by e-mail and password. The reply holds the token, once, and sets the cookie of browsers."""
    body = await _parse(SessionCreate, request)
    cookie = device_cookies.cookie_name(body.organization, email_key(body.email))
    device = _device(request, request.cookies.get(cookie, ""))
    signed_in = await service(request, SignInService).by_password(body, device)
    reply = await _begun(request, signed_in)
    device_cookies.set_cookie(reply, request, cookie, signed_in.device)
    return reply


@router.post("/invite")
@needs("open")
@takes(InviteAccept)
async def accept_invite(request: Request) -> Reply[NewSession]:
    """Accept an invitation: set name and password, and sign in."""
    body = await _parse(InviteAccept, request)
    return await _begun(request, await service(request, SignInService).by_invite(body, _device(request)))


@router.get("")
@needs("key")
@asks(SessionsQuery)
async def list_sessions(request: Request) -> Reply[Page[Session]]:
    """List one's own sessions, or, for an administrator, those of `user`."""
    who = caller(request)
    query = read_query(SessionsQuery, request)
    own = "" if who.borrowed else who.user
    user = query.user or own
    if user != own:
        if "organization.manage" not in who.permissions:
            raise NotFound(f"No user with id {user!r} was found.", param="user")
        await service(request, Users).get(who, user)
        await record_reading(service(request, Database), who, f"/earthshine/v1/sessions?user={user}")
    rows, more = await service(request, Sessions).page(user, query)
    return json_reply(list_page([_wire(row, who.key_id) for row in rows], has_more=more))


@router.get("/current")
@needs("key")
async def retrieve_current_session(request: Request) -> Reply[CurrentSession]:
    """Return the session of this request: who acts, where, and what it may do."""
    who = caller(request)
    row = await service(request, Sessions).get(who.key_id, who.organization)
    if row is None:
        raise NotFound("This request came with an API key. Only people who signed in have a session.")
    reply: CurrentSession = {
        **_wire(row, who.key_id),
        "organization": who.organization,
        "project": who.project or None,
        "permissions": sorted(who.permissions),
        "user": await service(request, Users).get(who, who.user),
        "csrf_token": csrf_token(_token(request)),
    }
    return json_reply(reply, headers={"cache-control": "no-store"})


@router.delete("/current")
@needs("key")
async def delete_current_session(request: Request) -> Reply[DeletedSession]:
    """Sign out."""
    who = caller(request)
    await service(request, SignInService).end(who, who.key_id)
    return _deleted(request, who.key_id, own=True)


@router.delete("/{session_id}")
@needs("key")
async def delete_session(session_id: str, request: Request) -> Reply[DeletedSession]:
    """End one session: one's own, or, for an administrator, another person's."""
    who = caller(request)
    await service(request, SignInService).end(who, session_id)
    return _deleted(request, session_id, own=session_id == who.key_id)


@router.post("/name")
@needs("key")
@takes(NameChange)
async def change_name(request: Request) -> Reply[OrganizationUser]:
    """Change one's own name, as others see it."""
    who = _person(request)
    body = await parse(NameChange, request)
    return json_reply(await service(request, Users).rename(who, body.name))


@router.post("/password")
@needs("key")
@takes(PasswordChange)
async def change_password(request: Request) -> Reply[PasswordChanged]:
    """Change one's own password; one's other sessions end."""
    who = _person(request)
    body = await parse(PasswordChange, request)
    await service(request, SignInService).change_password(who, body, _device(request))
    return json_reply({"object": "password.changed", "user": who.user})


@router.get("/oidc/start")
@needs("open")
@asks(OidcStart)
async def start_oidc(request: Request) -> Response:
    """Send the browser to the identity provider."""
    query = read_query(OidcStart, request)
    base = public_address(request)
    url, name, sealed = await _oidc(request).start(
        redirect_uri=f"{base}{_OIDC_PATH}/callback", return_to=query.return_to
    )
    reply = RedirectResponse(url, 303, headers={"cache-control": "no-store"})
    for old in [each for each in request.cookies if each.startswith(PREFIX)][:-_MOST_TABS]:
        reply.delete_cookie(old, path=service(request, Settings).base_path + _OIDC_PATH)
    reply.set_cookie(
        name,
        sealed,
        max_age=FLOW_SECONDS,
        path=service(request, Settings).base_path + _OIDC_PATH,
        secure=is_secure(request),
        httponly=True,
        samesite="lax",
    )
    return reply


@router.get("/oidc/callback")
@needs("open")
@asks(OidcCallback)
async def finish_oidc(request: Request) -> Response:
    """Take the browser back from the identity provider, signed in."""
    query = read_query(OidcCallback, request)
    sealed = request.cookies.get(cookie_name(query.state), "")
    answer = Answer(query.code, query.state, query.iss, query.error, sealed)
    signed_in, path = await _oidc(request).finish(answer, _device(request))
    path = service(request, Settings).base_path + path
    reply = RedirectResponse(path, 303, headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})
    set_cookie(reply, request, signed_in.token, max_age=service(request, Settings).session_lifetime)
    reply.delete_cookie(cookie_name(query.state), path=service(request, Settings).base_path + _OIDC_PATH)
    return reply


def _person(request: Request) -> Caller:
    who = caller(request)
    if who.borrowed or not who.user.startswith("user_"):
        raise InvalidRequest("Only people have a name and a password. Sign in, and send the session's token.")
    return who


def _oidc(request: Request) -> OidcSignIn:
    found = find_service(request, OidcSignIn)
    if found is None:
        raise NotFound("No identity provider is configured here. Sign in by password, or set `oidc_issuer`.")
    return found


async def _begun(request: Request, signed_in: SignedIn) -> Reply[NewSession]:
    row = await service(request, Sessions).get(signed_in.session_id, signed_in.organization)
    if row is None:
        raise NotFound("The session was ended at once by somebody else.")
    body: NewSession = {
        **_wire(row, row.id),
        "token": signed_in.token,
        "csrf_token": csrf_token(signed_in.token),
    }
    reply = json_reply(body, headers={"cache-control": "no-store"})
    set_cookie(reply, request, signed_in.token, max_age=service(request, Settings).session_lifetime)
    return reply


def _deleted(request: Request, session_id: str, *, own: bool) -> Reply[DeletedSession]:
    reply: Reply[DeletedSession] = json_reply({"id": session_id, "object": "session.deleted", "deleted": True})
    if own:
        clear_cookie(reply, request)
    return reply


async def _parse(model: type[Model], request: Request) -> Model:
    """Check the body of somebody unknown. Raises `InvalidRequest` also for what another site's form could send."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        # Else a page could sign somebody in as somebody else.
        raise InvalidRequest("Send JSON, with `Content-Type: application/json`.", code="invalid_content_type")
    patience = min(_SECONDS, service(request, Settings).body_timeout)
    body = await read_body(request, limit=_LONGEST, timeout=patience)
    return check(model, load_json(body))


def _device(request: Request, known: str = "") -> Device:
    address = request.client.host if request.client else ""
    return Device(request.headers.get("user-agent", ""), address, known)


def _wire(row: Row[Any], current: str) -> Session:
    return {
        "object": "session",
        "id": row.id,
        "user_id": row.user,
        "method": row.method,
        "created_at": row.created_at,
        "last_seen_at": row.last_seen_at,
        "expires_at": row.expires_at,
        "user_agent": row.user_agent,
        "address": row.address,
        "current": row.id == current,
    }


def _token(request: Request) -> str:
    header = request.headers.get("authorization")
    return header.partition(" ")[2].strip() if header else request.cookies.get(COOKIE, "")
