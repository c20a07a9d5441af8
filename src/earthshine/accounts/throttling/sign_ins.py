"""Growing pauses after failed sign-ins, per account and per address, shared by all servers of one database."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.people.tables import failures
from earthshine.database import Connection, Database
from earthshine.errors import RateLimited

_FORGOTTEN_MS = 3_600_000
"""After an hour without a failure all is forgotten."""

_PRUNE_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class BackoffPolicy:
    """How failures turn into pauses: `free` ones cost nothing, then one second, doubled each time up to `longest`."""

    free: int
    longest: int
    """Seconds."""

    def pause(self, count: int) -> int:
        """Return the milliseconds to wait after the `count`th failure."""
        beyond = count - self.free
        return 0 if beyond < 0 else min(2 ** min(beyond, 20), self.longest) * 1000


ACCOUNT = BackoffPolicy(free=5, longest=300)
"""Few guesses a day at one person's password, and nobody is locked out of the own account for long."""

ADDRESS = BackoffPolicy(free=20, longest=900)
"""An address may be a whole office's, so it is given more."""


@dataclass(frozen=True, slots=True)
class AttemptCount:
    """What one attempt left at its account or its address."""

    key: str
    pace: BackoffPolicy
    until: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way: counted as a failure until `SignInThrottle.succeeded`."""

    marks: tuple[AttemptCount, ...]


class SignInThrottle:
    """Counts failures before the password is checked, so that a burst of guesses is counted whole.

    What does not exist is counted just as what does: a pause tells nothing about accounts.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._pruned = 0

    async def attempt(self, address: str, *accounts: str) -> Attempt:
        """Count an attempt at an account from an address. Raises `RateLimited` before the pause is over.

        The address's pause does not keep a first attempt at an account away: behind one address there may be many
        people, and one guess an hour is nobody's way in.
        """
        marks = [AttemptCount(_key("address", _network(address)), ADDRESS)]
        marks += [AttemptCount(_key("account", each), ACCOUNT) for each in accounts]
        try:
            return await self._count(marks)
        except IntegrityError:
            # Another server counted the first failure of the same account at the same moment; now its row is there.
            return await self._count(marks)

    async def attempt_of(self, known: str) -> Attempt:
        """Count an attempt of a device or session that is known by an earlier success, which has a count of its own.

        Raises `RateLimited` before its pause is over, whatever comes from elsewhere.
        """
        mark = AttemptCount(_key("known", known), ACCOUNT)
        try:
            return await self._count([mark])
        except IntegrityError:
            return await self._count([mark])

    async def succeeded(self, attempt: Attempt) -> None:
        """Forgive the account; and this attempt, not earlier ones, to its address."""
        async with self._database.write() as connection:
            for mark in attempt.marks:
                row = failures.c.key == mark.key
                if mark.pace is ACCOUNT:
                    await connection.execute(delete(failures).where(row))
                    continue
                await connection.execute(update(failures).where(row).values(failures=failures.c.failures - 1))
                await connection.execute(update(failures).where(row, failures.c.until == mark.until).values(until=0))

    async def _count(self, marks: Sequence[AttemptCount]) -> Attempt:
        now = round(self._clock() * 1000)
        async with self._database.write() as connection:
            if now - self._pruned > _PRUNE_EVERY_MS:
                await connection.execute(delete(failures).where(failures.c.last_at < now - _FORGOTTEN_MS))
                self._pruned = now
            known = await _read(connection, [mark.key for mark in marks])
            fresh = [mark for mark in marks if mark.pace is ACCOUNT and not _counts(known.get(mark.key), now)]
            waits = [mark for mark in marks if mark.pace is ACCOUNT or not fresh]
            until = max((known[mark.key].until for mark in waits if mark.key in known), default=0)
            if until > now:
                seconds = (until - now + 999) // 1000
                raise RateLimited(
                    f"Too many sign-ins failed. Try again in {seconds} seconds.",
                    code="too_many_sign_ins",
                    retry_after=seconds,
                )
            left: list[AttemptCount] = []
            # Always in the same order, so that two attempts never wait for each other.
            for mark in sorted(marks, key=lambda mark: mark.key):
                row = known.get(mark.key)
                count = row.failures + 1 if row is not None and _counts(row, now) else 1
                values = {"failures": count, "last_at": now, "until": now + mark.pace.pause(count)}
                if row is None:
                    await connection.execute(insert(failures).values(key=mark.key, **values))
                else:
                    await connection.execute(update(failures).where(failures.c.key == mark.key).values(values))
                left.append(replace(mark, until=values["until"]))
            return Attempt(tuple(left))


def _counts(row: Row[Any] | None, now: int) -> bool:
    """Return whether failures are remembered of what a row counts."""
    return row is not None and row.failures > 0 and now - row.last_at <= _FORGOTTEN_MS


async def _read(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    rows = select(failures).where(failures.c.key.in_(keys)).order_by(failures.c.key).with_for_update()
    return {row.key: row for row in await connection.execute(rows)}


def _key(kind: str, name: str) -> str:
    return hashlib.sha256(f"{kind}:{name}".encode("utf-8", "surrogatepass")).hexdigest()


def _network(address: str) -> str:
    """Return what one attacker surely has of addresses: one of IPv4, a /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
