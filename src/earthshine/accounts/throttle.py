"""Growing pauses after failed sign-ins, per account and per address, shared by all servers of one database."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.people_tables import failures
from earthshine.database import Connection, Database
from earthshine.errors import RateLimited

_FORGOTTEN_MS = 3_600_000
"""After an hour without a failure all is forgotten."""

_PRUNE_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How failures turn into pauses: `free` ones cost nothing, then one second, doubled each time up to `longest`."""

    free: int
    longest: int
    """Seconds."""

    def pause(self, count: int) -> int:
        """Return the milliseconds to wait after the `count`th failure."""
        beyond = count - self.free
        return 0 if beyond < 0 else min(2 ** min(beyond, 20), self.longest) * 1000


ACCOUNT = Pace(free=5, longest=300)
"""Few guesses a day at one person's password, and nobody is locked out of the own account for long."""

ADDRESS = Pace(free=20, longest=900)
"""An address may be a whole office's, so it is given more."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in on its way: counted as a failure until `Throttle.succeeded`."""

    keys: tuple[tuple[str, Pace], ...]


class Throttle:
    """Counts failures before the password is checked, so that a burst of guesses is counted whole.

    What does not exist is counted just as what does: a pause tells nothing about accounts.
    """

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._pruned = 0

    async def attempt(self, address: str, *accounts: str) -> Attempt:
        """Count an attempt at an account from an address. Raises `RateLimited` before the pause is over."""
        keys = [(_key("address", _network(address)), ADDRESS), *((_key("account", each), ACCOUNT) for each in accounts)]
        # Always in the same order, so that two attempts never wait for each other.
        attempt = Attempt(tuple(sorted(keys)[:1] if len(keys) == 1 else sorted(keys, key=lambda key: key[0])))
        now = round(self._clock() * 1000)
        try:
            await self._count(attempt, now)
        except IntegrityError:
            # Another server counted the first failure of the same account at the same moment; now its row is there.
            await self._count(attempt, now)
        return attempt

    async def succeeded(self, attempt: Attempt) -> None:
        """Forgive the account; and this attempt, not earlier ones, to its address."""
        async with self._database.write() as connection:
            for key, pace in attempt.keys:
                if pace is ACCOUNT:
                    await connection.execute(delete(failures).where(failures.c.key == key))
                else:
                    row = failures.c.key == key
                    await connection.execute(update(failures).where(row).values(count=failures.c.count - 1, until=0))

    async def _count(self, attempt: Attempt, now: int) -> None:
        async with self._database.write() as connection:
            if now - self._pruned > _PRUNE_EVERY_MS:
                await connection.execute(delete(failures).where(failures.c.last_at < now - _FORGOTTEN_MS))
                self._pruned = now
            known = await _read(connection, [key for key, _ in attempt.keys])
            until = max((row[2] for row in known.values()), default=0)
            if until > now:
                seconds = (until - now + 999) // 1000
                raise RateLimited(
                    f"Too many sign-ins failed. Try again in {seconds} seconds.",
                    code="too_many_sign_ins",
                    retry_after=seconds,
                )
            for key, pace in attempt.keys:
                count, last, _ = known.get(key, (0, 0, 0))
                count = 1 if now - last > _FORGOTTEN_MS else count + 1
                values = {"count": count, "last_at": now, "until": now + pace.pause(count)}
                if key in known:
                    await connection.execute(update(failures).where(failures.c.key == key).values(values))
                else:
                    await connection.execute(insert(failures).values(key=key, **values))


async def _read(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    rows = select(failures).where(failures.c.key.in_(keys)).order_by(failures.c.key).with_for_update()
    return {row.key: (row.count, row.last_at, row.until) for row in await connection.execute(rows)}


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
