"""The people of an organisation: adding, changing and removing them, and the owners among them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select, update

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.owners import (
    OPERATES,
    appoint_first,
    appoints,
    check_rank,
    check_role_grant,
    keep_an_owner,
    set_role,
)
from earthshine.accounts.changes import Changes
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.people import objects
from earthshine.accounts.people.invites import withdraw
from earthshine.accounts.people.members import add_member, resolve
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.removal import Removal
from earthshine.accounts.people.rows import add_person, describe, find, organization_users
from earthshine.accounts.people.schemas import UserCreate, UsersQuery, UserUpdate
from earthshine.accounts.people.tables import sessions, users
from earthshine.accounts.roles.assignments import assign
from earthshine.accounts.sign_in.passwords import Passwords, check_strength
from earthshine.accounts.sign_in.sessions import end_sessions
from earthshine.accounts.tables import keys, service_accounts
from earthshine.database import Connection
from earthshine.errors import NotFound
from earthshine.wire.pagination import page


class Users:
    """The people of all organisations; each caller sees those of its own."""

    def __init__(self, changes: Changes, passwords: Passwords, removal: Removal) -> None:
        self._changes = changes
        self._removal = removal
        self._passwords = passwords

    async def add(self, caller: Caller, body: UserCreate) -> objects.OrganizationUser:
        """Add a person at once, without an invitation. Raises `Conflict` when the address is taken."""
        hashed = None
        if body.password is not None:
            check_strength(body.password, email=body.email)
            hashed = await self._passwords.hash(body.password)
        async with self._changes.write() as connection:
            await check_role_grant(connection, caller, body.role)
            places = await resolve(connection, caller.organization, body.projects)
            user = await add_person(
                connection, caller.organization, email=body.email, name=body.name, role=body.role, password=hashed
            )
            operates = appoints(caller, body.role) and await appoint_first(connection, user)
            for project, role in places:
                await add_member(connection, project, user, role)
            details = {"id": user, "data": {"role": body.role, "email": body.email, **OPERATES[operates]}}
            await trail.record(connection, caller, "user.added", details)
            return await describe(connection, await find(connection, caller.organization, user))

    async def get(self, caller: Caller, user: str) -> objects.OrganizationUser:
        """Return one person. Raises `NotFound`."""
        async with self._changes.read() as connection:
            return await describe(connection, await find(connection, caller.organization, user))

    async def page(self, caller: Caller, query: UsersQuery) -> tuple[list[objects.OrganizationUser], bool]:
        """Return some people, and whether there are more."""
        where = [users.c.organization == caller.organization]
        if query.emails is not None:
            where.append(users.c.email_key.in_([email_key(email) for email in query.emails]))
        async with self._changes.read() as connection:
            rows, more = await page(connection, users, query, *where)
            return await organization_users(connection, rows), more

    async def update(self, caller: Caller, user: str, body: UserUpdate) -> objects.OrganizationUser:
        """Change a person. A new password ends the person's sessions. Raises `NotFound`, `Conflict` and 403s."""
        values: dict[str, Any] = {}
        asked = body.model_dump(include={"role", "role_id", "name"}, exclude_none=True)
        if body.password is not None:
            async with self._changes.read() as connection:
                row = await find(connection, caller.organization, user)
            check_strength(body.password, email=row.email)
            values["password"] = await self._passwords.hash(body.password)
            asked["password"] = "changed"  # noqa: S105 - the audit row says only that it was
        async with self._changes.write() as connection:
            row = await find(connection, caller.organization, user)
            await check_rank(connection, caller, row)
            if body.role is not None:
                await set_role(connection, caller, row, body.role)
            if body.role_id is not None:
                await assign(connection, caller, await find(connection, caller.organization, user), body.role_id, "")
            if body.name is not None:
                values["name"] = body.name
            if values:
                await connection.execute(update(users).where(users.c.id == user).values(values))
            if body.password is not None:
                await end_sessions(connection, sessions.c.user == user)
            if asked:
                details = {"id": user, "changes_requested": asked}
                await trail.record(connection, caller, "user.updated", details)
            return await describe(connection, await find(connection, caller.organization, user))

    async def rename(self, caller: Caller, name: str) -> objects.OrganizationUser:
        """Change one's own name, which needs no rank. Raises `NotFound`."""
        async with self._changes.write() as connection:
            await find(connection, caller.organization, caller.user)
            await connection.execute(update(users).where(users.c.id == caller.user).values(name=name))
            details = {"id": caller.user, "changes_requested": {"name": name}}
            await trail.record(connection, caller, "user.updated", details)
            return await describe(connection, await find(connection, caller.organization, caller.user))

    async def remove(self, caller: Caller, user: str) -> objects.Removal:
        """Remove a person with sessions, keys, open invitations and words; return what goes on, and what was done.

        Of somebody who is gone already, erase what is left. Raises `NotFound`, and `Conflict` for the last owner.
        """
        async with self._changes.write() as connection:
            try:
                row = await find(connection, caller.organization, user)
            except NotFound:
                if not await self._removal.left(connection, caller.organization, user):
                    raise
                row = None
            goes_on = await _made_by(connection, user)
            if row is not None:
                await check_rank(connection, caller, row)
                await keep_an_owner(connection, row)
                await end_sessions(connection, sessions.c.user == user)
                await key_rows.revoke(connection, keys.c.owner == user)
                await withdraw(connection, user)
                await connection.execute(delete(users).where(users.c.id == user))
            await self._removal.ask(connection, user)
            email = {} if row is None else {"email": row.email}
            await trail.record(connection, caller, "user.deleted", {"id": user, **email, **goes_on})
        return {"erased": await self._removal.run(user), **goes_on}


async def _made_by(connection: Connection, user: str) -> objects.LeftBehind:
    """Return what a person made that goes on when the person is removed: service accounts, and keys of others."""
    accounts = select(service_accounts.c.id).where(service_accounts.c.created_by == user)
    theirs = (keys.c.made_by == user) & (func.coalesce(keys.c.owner, "") != user)
    made = select(keys.c.id).where(theirs, *key_rows.live())
    return {
        "service_accounts": list(await connection.scalars(accounts.order_by(service_accounts.c.id))),
        "api_keys": list(await connection.scalars(made.order_by(keys.c.id))),
    }
