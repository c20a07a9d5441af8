"""Signing in by password, accepting invitations, and changing one's own password."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, select, update

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.changes import Changes
from earthshine.accounts.people import invites
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.rows import find
from earthshine.accounts.people.tables import sessions, users
from earthshine.accounts.sign_in import device_cookies
from earthshine.accounts.sign_in.passwords import Passwords, check_strength, outdated
from earthshine.accounts.sign_in.schemas import InviteAccept, PasswordChange, SessionCreate
from earthshine.accounts.sign_in.sessions import Device, Sessions, end_sessions
from earthshine.accounts.throttling.sign_ins import SignInThrottle
from earthshine.database import Connection
from earthshine.errors import InvalidRequest, NotFound, Unauthenticated

_WRONG = "The e-mail address or the password is wrong."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session."""

    session_id: str
    token: str
    """Never seen again."""
    organization: str
    device: str = ""
    """What the browser is to keep, to be known by when somebody else tries to sign in as this person; never told."""


class SignInService:
    """How people sign in by password. Pauses and answers are the same for accounts that exist and that do not."""

    def __init__(self, changes: Changes, sessions: Sessions, passwords: Passwords, throttle: SignInThrottle) -> None:
        self._changes = changes
        self._sessions = sessions
        self._passwords = passwords
        self._throttle = throttle

    async def by_password(self, body: SessionCreate, device: Device) -> SignedIn:
        """Begin a session. Raises `Unauthenticated`, and `RateLimited` after too many failures."""
        async with self._changes.read() as connection:
            user = await _by_email(connection, body.organization, body.email)
        account = _account(body.organization, body.email)
        stored: str | None = None if user is None else user.password
        if user is not None and stored is not None and device_cookies.proves(device.known, user.id, stored):
            attempt = await self._throttle.attempt_of(device.known)
        else:
            attempt = await self._throttle.attempt(device.address, account)
        right = await self._passwords.verify(body.password, stored)
        if user is None or stored is None or not right:
            async with self._changes.note() as connection:
                await _record(connection, "login.failed", body.organization, None, body.email, device)
            raise Unauthenticated(_WRONG, code="wrong_credentials")
        fresh = await self._passwords.hash(body.password) if outdated(stored) else None
        async with self._changes.note() as connection:
            # The person may have been removed, or the password changed, while it was checked.
            person = await _by_email(connection, body.organization, body.email)
            if person is None or person.password != stored:
                raise Unauthenticated(_WRONG, code="wrong_credentials")
            if fresh is not None:
                await connection.execute(update(users).where(users.c.id == person.id).values(password=fresh))
            signed_in = await begin(connection, self._sessions, person, "password", device)
        await self._throttle.succeeded(attempt)
        return replace(signed_in, device=device_cookies.new(user.id, fresh or stored))

    async def by_invite(self, body: InviteAccept, device: Device) -> SignedIn:
        """Make the invited person, and begin a session. Raises `InvalidRequest`, `RateLimited` and `Conflict`."""
        async with self._changes.read() as connection:
            try:
                invite = await invites.find_by_token(connection, body.token)
            except InvalidRequest:
                # Only now: whoever has a right one comes in, whatever else comes from the address.
                await self._throttle.attempt(device.address)
                raise
        check_strength(body.password, email=invite.email)
        hashed = await self._passwords.hash(body.password)
        async with self._changes.write() as connection:
            person = await invites.accept(connection, invite, name=body.name, password=hashed)
            return await begin(connection, self._sessions, person, "invite", device)

    async def change_password(self, caller: Caller, body: PasswordChange, device: Device) -> None:
        """Change one's own password, and end one's other sessions. Raises `Unauthenticated` and `RateLimited`."""
        async with self._changes.read() as connection:
            user = await find(connection, caller.organization, caller.user)
        if user.password is None:
            raise InvalidRequest(
                "You sign in through your identity provider and have no password here. An administrator can set one.",
                param="current_password",
            )
        check_strength(body.new_password, email=user.email, param="new_password")
        attempt = await self._throttle.attempt_of(caller.key_id)
        if not await self._passwords.verify(body.current_password, user.password):
            raise InvalidRequest("That is not the current password.", param="current_password", code="wrong_password")
        hashed = await self._passwords.hash(body.new_password)
        async with self._changes.write() as connection:
            await connection.execute(update(users).where(users.c.id == user.id).values(password=hashed))
            await end_sessions(connection, sessions.c.user == user.id, sessions.c.id != caller.key_id)
            details = {"id": user.id, "changes_requested": {"password": "changed"}}
            await trail.record(connection, caller, "user.updated", details)
        await self._throttle.succeeded(attempt)

    async def end(self, caller: Caller, session_id: str) -> None:
        """End one session: one's own, or, for an administrator, another person's. Raises `NotFound`."""
        row = await self._sessions.get(session_id, caller.organization)
        own = row is not None and row.user == caller.user and not caller.borrowed
        if row is None or not (own or "organization.manage" in caller.permissions):
            raise NotFound(f"No session with id {session_id[:100]!r} was found.", param="session_id")
        async with self._changes.write() as connection:
            await end_sessions(connection, sessions.c.id == row.id)
            event = "logout.succeeded" if own else "session.revoked"
            await trail.record(connection, caller, event, {"id": row.id, "user": row.user})


async def begin(connection: Connection, known: Sessions, person: Row[Any], method: str, device: Device) -> SignedIn:
    """Store a session of a person, and the audit row."""
    session_id, token = await known.begin(connection, person, method, device)
    await _record(connection, "login.succeeded", person.organization, (session_id, person.id), person.email, device)
    return SignedIn(session_id, token, person.organization)


async def _by_email(connection: Connection, organization: str, email: str) -> Row[Any] | None:
    chosen = select(users).where(users.c.organization == organization, users.c.email_key == email_key(email))
    return (await connection.execute(chosen)).first()


async def _record(
    connection: Connection, event: str, organization: str, who: tuple[str, str] | None, email: str, device: Device
) -> None:
    session, user = who or ("", "")
    caller = Caller(session, "", organization, user, email)
    details = {"id": session, "address": device.address[:64], "user_agent": device.user_agent[:512]}
    await trail.record(connection, caller, event, details)


def _account(organization: str, email: str) -> str:
    return f"{organization}:{email_key(email)}"
