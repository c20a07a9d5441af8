"""Groups of an organisation, and who is in them."""

from __future__ import annotations

import time
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.changes import Changes
from earthshine.accounts.groups.details import group_objects
from earthshine.accounts.groups.objects import AddedGroupUser, Group, GroupPage, GroupUser
from earthshine.accounts.groups.schemas import GroupsOfQuery, GroupsQuery
from earthshine.accounts.groups.tables import group_users, groups
from earthshine.accounts.people.rows import find
from earthshine.accounts.people.tables import users
from earthshine.database import Connection
from earthshine.errors import Conflict, NotFound
from earthshine.ids import new_id
from earthshine.wire.pagination import page


class Groups:
    """The groups of all organisations; each caller sees those of its own."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def create(self, caller: Caller, name: str) -> Group:
        """Make a group without anybody in it. Raises `Conflict` when the name is taken."""
        values = {
            "id": new_id("group"),
            "organization": caller.organization,
            "name": name,
            "created_at": int(time.time()),
        }
        async with self._changes.write() as connection:
            await _store(connection, insert(groups).values(values), name)
            await trail.record(connection, caller, "group.created", {"id": values["id"], "data": {"group_name": name}})
            return await _described(connection, caller, str(values["id"]))

    async def get(self, caller: Caller, group: str) -> Group:
        """Return one group. Raises `NotFound`."""
        async with self._changes.read() as connection:
            return await _described(connection, caller, group)

    async def page(self, caller: Caller, query: GroupsOfQuery) -> GroupPage[Group]:
        """Return some groups, or some of one person's, in the order in which they were made. Raises `NotFound`."""
        chosen = groups.c.organization == caller.organization
        async with self._changes.read() as connection:
            if query.user_id is not None:
                await find(connection, caller.organization, query.user_id)
                theirs = select(group_users.c.group).where(group_users.c.user == query.user_id)
                chosen &= groups.c.id.in_(theirs)
            rows, more = await page(connection, groups, query, chosen)
            return _page(await group_objects(connection, rows), more=more)

    async def rename(self, caller: Caller, group: str, name: str) -> Group:
        """Give a group another name. Raises `NotFound`, and `Conflict` when it is taken."""
        async with self._changes.write() as connection:
            await find_group(connection, caller, group)
            await _store(connection, update(groups).where(groups.c.id == group).values(name=name), name)
            details = {"id": group, "changes_requested": {"group_name": name}}
            await trail.record(connection, caller, "group.updated", details)
            return await _described(connection, caller, group)

    async def remove(self, caller: Caller, group: str) -> None:
        """Remove a group: who had roles only through it has them no longer. Raises `NotFound`."""
        async with self._changes.write() as connection:
            row = await find_group(connection, caller, group)
            await connection.execute(delete(groups).where(groups.c.id == group))
            await trail.record(connection, caller, "group.deleted", {"id": group, "group_name": row.name})

    async def add_user(self, caller: Caller, group: str, user: str) -> AddedGroupUser:
        """Put a person into a group. Raises `NotFound`, and `Conflict` for who is in it already."""
        async with self._changes.write() as connection:
            await find_group(connection, caller, group)
            await find(connection, caller.organization, user)
            values = {"group": group, "user": user, "added_at": int(time.time())}
            try:
                await connection.execute(insert(group_users).values(values))
            except IntegrityError:
                raise Conflict("This person is in the group already.", param="user_id") from None
            await trail.record(connection, caller, "group.user.added", {"id": group, "user_id": user})
        return {"object": "group.user", "group_id": group, "user_id": user}

    async def get_user(self, caller: Caller, group: str, user: str) -> GroupUser:
        """Return a person of a group. Raises `NotFound`."""
        async with self._changes.read() as connection:
            await find_group(connection, caller, group)
            one = select(users).where(users.c.id == user, _in_group(group))
            row = (await connection.execute(one)).first()
        if row is None:
            raise _not_in_it(user)
        return _user_object(row)

    async def users(self, caller: Caller, group: str, query: GroupsQuery) -> GroupPage[GroupUser]:
        """Return some people of a group."""
        async with self._changes.read() as connection:
            await find_group(connection, caller, group)
            rows, more = await page(connection, users, query, _in_group(group))
        return _page([_user_object(row) for row in rows], more=more)

    async def remove_user(self, caller: Caller, group: str, user: str) -> None:
        """Take a person out of a group, and what the group gave. Raises `NotFound`."""
        async with self._changes.write() as connection:
            await find_group(connection, caller, group)
            one = (group_users.c.group == group) & (group_users.c.user == user)
            if not (await connection.execute(delete(group_users).where(one))).rowcount:
                raise _not_in_it(user)
            await trail.record(connection, caller, "group.user.deleted", {"id": group, "user_id": user})


async def find_group(connection: Connection, caller: Caller, group: str) -> Row[Any]:
    """Return a group of the caller's organisation. Raises `NotFound`."""
    one = select(groups).where(groups.c.id == group, groups.c.organization == caller.organization)
    row = (await connection.execute(one)).first()
    if row is None:
        raise NotFound(f"No group with id {group[:100]!r} was found.", param="group_id")
    return row


async def _described(connection: Connection, caller: Caller, group: str) -> Group:
    return (await group_objects(connection, [await find_group(connection, caller, group)]))[0]


def _in_group(group: str) -> Any:
    return users.c.id.in_(select(group_users.c.user).where(group_users.c.group == group))


def _not_in_it(user: str) -> NotFound:
    return NotFound(f"No user with id {user[:100]!r} was found in this group.", param="user_id")


async def _store(connection: Connection, statement: Any, name: str) -> None:
    try:
        await connection.execute(statement)
    except IntegrityError:
        raise Conflict(f"There is a group {name!r} already. Take another name.", param="name") from None


def _page(data: list[Any], *, more: bool) -> Any:
    return {"object": "list", "data": data, "has_more": more, "next": data[-1]["id"] if more else None}


def _user_object(row: Row[Any]) -> GroupUser:
    return {
        "object": "group.user",
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "picture": None,
        "is_service_account": False,
        "user_type": "user",
    }
