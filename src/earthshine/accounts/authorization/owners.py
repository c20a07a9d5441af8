"""Owners of an organisation: only an owner changes owners, one always stays, and one may run the installation.

That is the first owner of the first organisation, made with the first key. Such a person has `installation.manage` in
sessions, never in API keys. Owners alone cannot get it: it touches what all organisations share.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row, func, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import check_grant
from earthshine.accounts.authorization.permissions import ORGANIZATION_ROLES, Role
from earthshine.accounts.first_start import DEFAULT
from earthshine.accounts.people.tables import users
from earthshine.accounts.tables import keys
from earthshine.database import Connection
from earthshine.errors import Conflict, PermissionDenied


async def is_owner(connection: Connection, caller: Caller) -> bool:
    """Return whether a caller may change who owns its organisation."""
    if "installation.manage" in caller.permissions:
        return True
    if "organization.manage" not in caller.permissions:
        return False
    key = select(func.coalesce(keys.c.role, "owner")).where(keys.c.id == caller.key_id)
    most = (await connection.execute(key)).scalar()
    if caller.user and most in (None, "owner"):
        person = select(users.c.role).where(users.c.id == caller.user, users.c.organization == caller.organization)
        most = (await connection.execute(person)).scalar()
    return most == "owner"


async def check_rank(connection: Connection, caller: Caller, target: Row[Any]) -> None:
    """Raise `PermissionDenied` when somebody else than an owner acts on an owner, or on who runs the installation."""
    if target.role == "owner" and not await is_owner(connection, caller):
        raise PermissionDenied("Only an owner of the organization may change or remove an owner.")
    if target.operates and target.role == "owner" and "installation.manage" not in caller.permissions:
        # Else another owner could set that person's password, and so get what owners have not.
        raise PermissionDenied("Only who runs the installation may change or remove a person who does.")


async def check_role_grant(connection: Connection, caller: Caller, role: str) -> None:
    """Raise `PermissionDenied` when the caller may not give this role in the organisation."""
    if role == "owner" and not await is_owner(connection, caller):
        raise PermissionDenied("Only an owner of the organization may make owners.", param="role")
    check_grant(caller, ORGANIZATION_ROLES[role])


async def set_role(connection: Connection, caller: Caller, target: Row[Any], role: Role) -> None:
    """Change what a person is in the organisation. Raises `PermissionDenied`, and `Conflict` for the last owner."""
    if role == target.role:
        return
    await check_rank(connection, caller, target)
    await check_role_grant(connection, caller, role)
    await keep_an_owner(connection, target)
    await connection.execute(update(users).where(users.c.id == target.id).values(role=role, operates=False))


async def keep_an_owner(connection: Connection, leaving: Row[Any]) -> None:
    """Raise `Conflict` when this person is the last owner."""
    if leaving.role != "owner":
        return
    # Locked, so that two owners cannot demote each other at the same moment.
    owners = select(users.c.id).where(users.c.organization == leaving.organization, users.c.role == "owner")
    if (await connection.execute(owners.order_by(users.c.id).with_for_update())).scalars().all() == [leaving.id]:
        raise Conflict(
            f"{leaving.email} is the last owner of this organization. Make somebody else an owner first.",
            code="last_owner",
        )


OPERATES: Final[Mapping[bool, Mapping[str, str]]] = {False: {}, True: {"permission": "installation.manage"}}
"""What the audit trail says of it."""


def appoints(caller: Caller, role: str) -> bool:
    """Return whether a person whom this caller makes, with this role, may become the one who runs the installation."""
    return role == "owner" and caller.organization == DEFAULT and "installation.manage" in caller.permissions


async def appoint_first(connection: Connection, user: str) -> bool:
    """Let an owner run the installation, if no person does yet; returns whether it does now.

    To be called in a transaction of `Changes.write`, which come one after the other.
    """
    running = select(users.c.id).where(users.c.operates, users.c.role == "owner").limit(1)
    if (await connection.execute(running)).first() is not None:
        return False
    await connection.execute(update(users).where(users.c.id == user).values(operates=True))
    return True
