"""Sessions of people: a random token, stored as a hash, that ends when it is unused, too old or revoked."""

from __future__ import annotations

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import acting_project, grants_of
from earthshine.accounts.people.tables import sessions, users
from earthshine.accounts.tables import organizations
from earthshine.accounts.throttling.failed_attempts import FailedAttempts
from earthshine.database import Connection, Database
from earthshine.errors import EarthshineError, Unauthenticated
from earthshine.ids import new_id
from earthshine.wire.pagination import ListQuery, page

log = logging.getLogger(__name__)

TOKEN_PREFIX = "sess-es-"  # noqa: S105 - what tokens begin with is no secret

_TRUSTED_SECONDS = 10.0
"""For so long a session is not looked up again, unless `forget` says so: which it does also when another server process
changed something and the database tells us."""

_SEEN_SECONDS = 60
"""How exactly `last_seen_at` is kept."""

_MOST_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Device:
    """Where a session is used from."""

    user_agent: str
    address: str
    known: str = ""
    """What it keeps of an earlier sign-in to the account in question; see `device_cookies`."""


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    until: float


class Sessions:
    """The sessions of one installation. Recently used ones are cached in this process, for ten seconds."""

    def __init__(
        self,
        database: Database,
        *,
        idle: float,
        lifetime: float,
        wrong_tokens: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._idle = idle
        self._lifetime = lifetime
        self._wrong = FailedAttempts(wrong_tokens)
        self._clock = clock
        self._known: dict[tuple[str, str | None], _Known] = {}
        self._forgotten = 0

    async def identify(self, token: str, project: str | None = None, address: str = "") -> Caller:
        """Return who holds `token`, acting in `project` or else in the person's first.

        Raises `Unauthenticated`, `RateLimited` after too many wrong tokens from this address, and `NotFound` for a
        project in which the person may not act.
        """
        hashed = _hash(token)
        known = self._known.get((hashed, project))
        now = self._clock()
        if known is not None and now < known.until:
            return known.caller
        forgotten = self._forgotten
        try:
            caller, seen, ends = await self._load(hashed, project, now)
        except Unauthenticated:
            # Only now: a right session passes whatever else comes from its address.
            self._wrong.check(address)
            self._wrong.add(address)
            raise
        if seen <= now - _SEEN_SECONDS:
            await self._touch(hashed, round(now))
        # Whatever changed while the rows were read counts from the next request on.
        if forgotten == self._forgotten:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[hashed, project] = _Known(caller, min(now + _TRUSTED_SECONDS, ends))
        return caller

    def forget(self) -> None:
        """Look every session up again; to be called after each change of people, roles, projects or sessions."""
        self._forgotten += 1
        self._known.clear()

    async def begin(self, connection: Connection, user: Row[Any], method: str, device: Device) -> tuple[str, str]:
        """Store a new session of a row of `users`, and return its id and its token, which is never seen again."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        now = round(self._clock())
        # Nobody needs a session that has ended.
        await connection.execute(delete(sessions).where(sessions.c.user == user.id, ~self._alive(now)))
        session_id = new_id("sess")
        values = {
            "id": session_id,
            "hash": _hash(token),
            "user": user.id,
            "organization": user.organization,
            "method": method,
            "user_agent": _plain(device.user_agent, 512),
            "address": _plain(device.address, 64),
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + round(self._lifetime),
        }
        await connection.execute(insert(sessions).values(values))
        return session_id, token

    async def page(self, user_id: str, query: ListQuery) -> tuple[Sequence[Row[Any]], bool]:
        """Return some of a person's living sessions, and whether there are more."""
        async with self._database.read() as connection:
            return await page(
                connection, sessions, query, sessions.c.user == user_id, self._alive(round(self._clock()))
            )

    async def get(self, session_id: str, organization: str) -> Row[Any] | None:
        """Return a living session of the organisation."""
        chosen = select(sessions).where(
            sessions.c.id == session_id,
            sessions.c.organization == organization,
            self._alive(round(self._clock())),
        )
        async with self._database.read() as connection:
            return (await connection.execute(chosen)).first()

    def _alive(self, now: int) -> Any:
        return (sessions.c.expires_at > now) & (sessions.c.last_seen_at > now - round(self._idle))

    async def _load(self, hashed: str, asked: str | None, now: float) -> tuple[Caller, int, int]:
        """Read who holds a token, when the session was last seen, and when it ends at the latest."""
        chosen = (
            select(users, sessions.c.id.label("session"), sessions.c.last_seen_at, sessions.c.expires_at)
            .join(sessions, sessions.c.user == users.c.id)
            .outerjoin(organizations, organizations.c.id == users.c.organization)
            .where(sessions.c.hash == hashed, self._alive(round(now)), organizations.c.archived_at.is_(None))
        )
        async with self._database.read() as connection:
            row = (await connection.execute(chosen)).first()
            if row is None:
                raise Unauthenticated("This session has ended. Sign in again.", code="invalid_session")
            grants = (await grants_of(connection, [row.id]))[row.id]
            project = await acting_project(connection, row.id, grants, asked)
        caller = Caller(
            key_id=row.session,
            project=project,
            organization=row.organization,
            user=row.id,
            email=row.email,
            permissions=grants.within(project),
            visiting=grants.visits(project),
        )
        return caller, row.last_seen_at, row.expires_at

    async def _touch(self, hashed: str, now: int) -> None:
        try:
            async with self._database.write() as connection:
                await connection.execute(update(sessions).where(sessions.c.hash == hashed).values(last_seen_at=now))
        except EarthshineError as error:
            # Reading must go on when the disk is full.
            log.warning("a session's last use could not be noted: %s", error.message)


async def end_sessions(connection: Connection, *which: Any) -> int:
    """Remove sessions by conditions on their table, and return how many. Call `Sessions.forget` when committed."""
    return (await connection.execute(delete(sessions).where(*which))).rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(text: str, length: int) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:length]
