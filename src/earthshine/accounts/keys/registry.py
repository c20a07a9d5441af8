"""The keys of an installation, in memory: a request costs one hash and one look into a dictionary."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Never

from sqlalchemy import Row, bindparam, func, or_, select, update

from earthshine.accounts.authorization.allow_lists import contains
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import grants_of
from earthshine.accounts.first_start import ensure_first_rows
from earthshine.accounts.keys.records import Directory, KeyRecord
from earthshine.accounts.keys.rows import hashed
from earthshine.accounts.tables import data_retention, directory, keys, organizations, projects, service_accounts
from earthshine.accounts.throttling.failed_attempts import FailedAttempts
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, NotFound, PermissionDenied, Unauthenticated
from earthshine.periodic import Periodic

log = logging.getLogger(__name__)

LAST_USED_EVERY = 10.0
"""Seconds between two writings of when keys were last used."""

_LOOK_EVERY = 0.1
"""Seconds between two looks at the database for the sake of keys that are not known, however many come."""

_UNKNOWN = (
    "No valid API key was given. Send it as `Authorization: Bearer KEY`; `earthshine serve` printed it at "
    "its first start."
)


class KeyRegistry:
    """All keys of the installation.

    Changes are made inside `changing()`, which counts them; a server that shares its database looks at that count
    every `refresh_every` seconds and loads what changed.
    """

    def __init__(
        self,
        database: Database,
        *,
        refresh_every: float | None = None,
        wrong_keys: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._refresh_every = refresh_every
        self._wrong = FailedAttempts(wrong_keys)
        self._clock = clock
        self._version = -1
        self._records: dict[str, KeyRecord] = {}
        self._directory = Directory()
        self._callers: dict[str, Caller] = {}
        self._used: dict[str, int] = {}
        self._loading = asyncio.Lock()
        self._looked = 0.0
        self._periodic = [Periodic("when keys were used", self.store_last_used, LAST_USED_EVERY)]
        if refresh_every is not None:
            self._periodic.append(Periodic("keys", self.refresh, refresh_every))
        self.first_key: str | None = None
        """The administrator's key, if `open` made it."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when something changed, here or in another server process: sessions are forgotten then, too."""

    async def open(self, bootstrap: str = "") -> str | None:
        """Load the keys; at the first start make the administrator's and return it, the only time it is seen.

        `bootstrap`, when given, becomes that key instead of a generated one, and is not returned.
        """
        self.first_key = await ensure_first_rows(self._database, bootstrap)
        await self.refresh()
        for each in self._periodic:
            each.start()
        return self.first_key

    async def close(self) -> None:
        """Write what is still to be written, and stop."""
        for each in self._periodic:
            await each.close()
        try:
            await self.store_last_used()
        except Exception as error:  # nobody waits for this, and the database may be gone already
            log.warning("keys: when they were last used could not be written: %s", error)

    # --- requests ----------------------------------------------------------------------------------------------------

    async def identify(self, key: str, address: str = "") -> Caller:
        """Return who sends a request with `key` from `address`.

        Raises `Unauthenticated`, `RateLimited` after too many wrong keys from there, and `PermissionDenied` when the
        key is right but may not be used from there, or its project is archived.
        """
        digest = hashed(key)
        caller = self._callers.get(digest)
        record = self._records.get(digest)
        if record is None:
            await self._look_again()
            record = self._records.get(digest)
        if record is None or record.revoked:
            self._refuse(address, _UNKNOWN if record is None else "This API key was revoked. Use another one.")
        now = int(self._clock())
        if record.expires_at is not None and now >= record.expires_at:
            self._refuse(address, "This API key has expired. Ask for a new one.")
        if record.addresses and not contains(record.addresses, address):
            raise PermissionDenied(
                f"This API key may not be used from {address[:64] or 'an unknown address'}. Use it from an address on "
                "its list, or ask an administrator to add this one.",
                code="address_not_allowed",
            )
        if caller is None:
            caller = self._callers[digest] = self._admit(record)
        self._used[record.id] = now
        return caller

    async def check_project(self, project_id: str, organization: str, *, reads: bool) -> None:
        """Raise `NotFound` unless the organisation has this project, `Conflict` for changes of an archived one."""
        if project_id not in self._directory.projects:
            await self._look_again()
        owner, archived = self._directory.projects.get(project_id, ("", False))
        if owner != organization:
            raise no_project(project_id)
        if archived and not reads:
            raise Conflict(f"The project '{project_id}' is archived and cannot be changed.", code="project_archived")

    def check_open(self, caller: Caller) -> None:
        """Raise `PermissionDenied` when the organisation or the project of work that waited is archived by now."""
        if caller.organization not in self._directory.organizations:
            raise PermissionDenied("The organization is archived.", code="organization_archived")
        if self._directory.projects.get(caller.project, ("", True))[1]:
            raise PermissionDenied("The project is archived.", code="project_archived")

    def check_usable(self, caller: Caller) -> None:
        """Raise `PermissionDenied` for work that waited, when it may not be begun in its caller's name any more.

        Of keys that follow each other, the last one counts.
        """
        self.check_open(caller)
        mine = [each for each in self._records.values() if each.family == (caller.family or caller.key_id)]
        now = self._clock()
        valid = [each for each in mine if not each.revoked and (each.expires_at is None or now < each.expires_at)]
        if mine and not any("project.write" in self._directory.caller(each).permissions for each in valid):
            raise PermissionDenied("The API key that this was asked for with is revoked, expired, or may not do it.")

    def may_store(self, caller: Caller) -> bool:
        """Return whether what a caller asks models may be stored, by the data retention of its project."""
        return self._directory.stores(caller.organization, caller.project)

    def last_used(self, key_id: str, stored: int | None) -> int | None:
        """Return when a key was last used, as far as this server knows."""
        return max(self._used.get(key_id, 0), stored or 0) or None

    def has_access(self, row: Row[Any]) -> bool:
        """Return whether a row of `keys` may still do anything: its owner is there, and has a role in its project."""
        return bool(self._directory.caller(KeyRecord.of(row)).permissions)

    def _admit(self, record: KeyRecord) -> Caller:
        if record.organization not in self._directory.organizations:
            raise PermissionDenied("The organization of this API key is archived.", code="organization_archived")
        if record.kind == "project" and self._directory.projects.get(record.project, ("", True))[1]:
            raise PermissionDenied(
                "The project of this API key is archived. Use a key of another project.", code="project_archived"
            )
        return self._directory.caller(record)

    def _refuse(self, address: str, message: str) -> Never:
        # Only now: a right key passes whatever else comes from its address.
        self._wrong.check(address)
        self._wrong.add(address)
        raise Unauthenticated(message)

    async def _look_again(self) -> None:
        """Load what other servers changed; at most a few times a second, however many ask."""
        if self._refresh_every is None:
            return
        if time.monotonic() - self._looked > _LOOK_EVERY:
            self._looked = time.monotonic()
            await self.refresh()
        elif self._loading.locked():
            async with self._loading:
                pass

    # --- changes -----------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def changing(self) -> AsyncGenerator[Connection]:
        """A transaction that changes what this remembers: keys, projects, service accounts, people, their roles."""
        async with self._database.write() as connection:
            await connection.execute(update(directory).values(version=directory.c.version + 1))
            yield connection
        await self.refresh()

    async def refresh(self) -> None:
        """Load what has changed since the last time."""
        async with self._loading, self._database.read() as connection:
            version = (await connection.execute(select(directory.c.version))).scalar_one()
            if version == self._version:
                return
            changed = (
                select(keys).where(func.coalesce(keys.c.version, 0) > self._version)
                if self._version >= 0
                else select(keys)
            )
            records = {row.hash: KeyRecord.of(row) for row in await connection.execute(changed)}
            known = await _read_directory(connection, (*self._records.values(), *records.values()))
            self._records |= records
            self._directory = known
            self._callers.clear()
            self._version = version
        self.on_change()

    async def store_last_used(self) -> None:
        """Write when keys were last used, all in one transaction."""
        used, self._used = self._used, {}
        if not used:
            return
        statement = (
            update(keys)
            .where(
                keys.c.id == bindparam("key"), or_(keys.c.last_used_at.is_(None), keys.c.last_used_at < bindparam("at"))
            )
            .values(last_used_at=bindparam("at"))
        )
        try:
            async with self._database.write() as connection:
                await connection.execute(statement, [{"key": key, "at": at} for key, at in sorted(used.items())])
        except BaseException:
            self._used = {**used, **self._used}
            raise


def no_project(project_id: str) -> NotFound:
    """Return the error for a project that does not exist, or that the caller may not know of."""
    return NotFound(f"No project with id '{project_id[:100]}' was found.", param="project_id")


async def _read_directory(connection: Connection, records: Iterable[KeyRecord]) -> Directory:
    active = select(organizations.c.id).where(organizations.c.archived_at.is_(None))
    everything = select(projects.c.id, projects.c.organization, projects.c.archived_at)
    accounts = select(service_accounts.c.id, service_accounts.c.project, service_accounts.c.role)
    retention = (await connection.execute(select(data_retention))).all()
    known = Directory(
        retention={(row.organization, row.project): row.type for row in retention},
        organizations=set((await connection.execute(active)).scalars()),
        projects={row[0]: (row[1], row[2] is not None) for row in await connection.execute(everything)},
        service_accounts={row[0]: (row[1], row[2]) for row in await connection.execute(accounts)},
    )
    owners = {record.owner for record in records if record.owner and not record.revoked}
    known.people = await grants_of(connection, owners - set(known.service_accounts))
    return known
