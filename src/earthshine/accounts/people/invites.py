"""Invitations: a one-time token for a person to come, stored as a hash and shown once, to the inviter."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from earthshine.accounts.audit import trail
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import grants_of
from earthshine.accounts.authorization.owners import OPERATES, appoint_first, appoints, check_role_grant
from earthshine.accounts.changes import Changes
from earthshine.accounts.keys import rows as key_rows
from earthshine.accounts.keys.records import key_permissions
from earthshine.accounts.people.members import add_member, find_project, resolve
from earthshine.accounts.people.names import email_key
from earthshine.accounts.people.objects import Invite
from earthshine.accounts.people.rows import add_person
from earthshine.accounts.people.schemas import InviteCreate
from earthshine.accounts.people.tables import invites, users
from earthshine.database import Connection
from earthshine.errors import Conflict, InvalidRequest, NotFound, PermissionDenied
from earthshine.ids import new_id
from earthshine.wire.pagination import ListQuery, page

LIFETIME = 7 * 86_400
"""Seconds until an invitation expires."""

TOKEN_PREFIX = "invite-es-"  # noqa: S105 - what tokens begin with is no secret


class Invites:
    """The invitations of all organisations. Nothing is mailed: who invites hands the token over."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def create(self, caller: Caller, body: InviteCreate) -> Invite:
        """Invite an address, and return the token with it, the only time it is seen. Raises `Conflict`."""
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        now = int(time.time())
        async with self._changes.write() as connection:
            await check_role_grant(connection, caller, body.role)
            await _check_new(connection, caller.organization, body.email, now)
            places = await resolve(connection, caller.organization, body.projects)
            values = {
                "id": new_id("invite"),
                "organization": caller.organization,
                "email": body.email,
                "email_key": email_key(body.email),
                "role": body.role,
                "projects": [{"id": project, "role": role} for project, role in places],
                "hash": _hash(token),
                "created_by": caller.user or caller.key_id,
                "created_at": now,
                "expires_at": now + LIFETIME,
                "operates": appoints(caller, body.role),
            }
            await connection.execute(insert(invites).values(values))
            details = {"id": values["id"], "data": {"email": body.email, "role": body.role}}
            await trail.record(connection, caller, "invite.sent", details)
            row = await _find(connection, caller.organization, str(values["id"]))
        return {**_wire(row), "token": token}

    async def get(self, caller: Caller, invite: str) -> Invite:
        """Return one invitation. Raises `NotFound`."""
        async with self._changes.read() as connection:
            return _wire(await _find(connection, caller.organization, invite))

    async def page(self, caller: Caller, query: ListQuery) -> tuple[list[Invite], bool]:
        """Return some invitations, and whether there are more."""
        async with self._changes.read() as connection:
            rows, more = await page(connection, invites, query, invites.c.organization == caller.organization)
        return [_wire(row) for row in rows], more

    async def remove(self, caller: Caller, invite: str) -> None:
        """Take an invitation back. Raises `NotFound`, and `Conflict` for one that was accepted."""
        async with self._changes.write() as connection:
            row = await _find(connection, caller.organization, invite)
            unused = (invites.c.id == row.id) & invites.c.accepted_at.is_(None)
            if not (await connection.execute(delete(invites).where(unused))).rowcount:
                raise Conflict("This invitation was accepted already. Remove the person instead.")
            await trail.record(connection, caller, "invite.deleted", {"id": invite})


async def find_by_token(connection: Connection, token: str) -> Row[Any]:
    """Return the invitation of a token. Raises `InvalidRequest` when it is good for nothing (any more)."""
    row = (await connection.execute(select(invites).where(invites.c.hash == _hash(token)))).first()
    over = row is None or row.accepted_at is not None or row.expires_at <= time.time()
    if row is None or over or await _inviter(connection, row) is None:
        raise InvalidRequest(
            "This invitation is unknown, was used, was taken back or has expired. Ask for a new one.",
            param="token",
            code="invalid_invitation",
        )
    return row


async def pending_for(connection: Connection, organization: str, email: str) -> Row[Any] | None:
    """Return the invitation of an address that waits to be accepted, and whose maker may still give what it gives."""
    chosen = select(invites).where(
        invites.c.organization == organization,
        invites.c.email_key == email_key(email),
        invites.c.accepted_at.is_(None),
        invites.c.expires_at > int(time.time()),
    )
    row = (await connection.execute(chosen)).first()
    return None if row is None or await _inviter(connection, row) is None else row


async def withdraw(connection: Connection, user: str) -> None:
    """Take the open invitations back that a person made who is removed."""
    open_ones = (invites.c.created_by == user) & invites.c.accepted_at.is_(None)
    await connection.execute(delete(invites).where(open_ones))


async def _inviter(connection: Connection, invite: Row[Any]) -> Caller | None:
    """Return who made an invitation, as that one is now; None when it may no longer give what the invitation gives."""
    if invite.created_by.startswith("user_"):
        grants = (await grants_of(connection, [invite.created_by])).get(invite.created_by)
        if grants is None or grants.organization != invite.organization:
            return None
        caller = Caller("", "", invite.organization, invite.created_by, permissions=grants.everywhere)
    else:
        key = await key_rows.newest(connection, invite.created_by)
        if key is None:
            return None
        caller = Caller(
            key.id, "", invite.organization, permissions=key_permissions(key.kind or "installation", key.role, ())
        )
    if "organization.manage" not in caller.permissions:
        return None
    try:
        await check_role_grant(connection, caller, invite.role)
    except PermissionDenied:
        return None
    return caller


async def accept(
    connection: Connection, invite: Row[Any], *, name: str, password: str | None = None, subject: str | None = None
) -> Row[Any]:
    """Make the person that an invitation is for, and return the row.

    Raises `InvalidRequest` when it was just used, or its maker just lost the right to it.
    """
    inviter = await _inviter(connection, invite)
    unused = (invites.c.id == invite.id) & invites.c.accepted_at.is_(None)
    used = await connection.execute(update(invites).where(unused).values(accepted_at=int(time.time())))
    if not used.rowcount or inviter is None:
        raise InvalidRequest(
            "This invitation was used or taken back at the same moment.", param="token", code="invalid_invitation"
        )
    user = await add_person(
        connection,
        invite.organization,
        email=invite.email,
        name=name,
        role=invite.role,
        password=password,
        subject=subject,
    )
    operates = invite.operates and appoints(inviter, invite.role) and await appoint_first(connection, user)
    for place in invite.projects:
        try:
            project = await find_project(connection, invite.organization, place["id"])
        except NotFound:
            continue  # nothing is left to take part in
        await add_member(connection, project.id, user, place["role"])
    caller = Caller(invite.id, "", invite.organization, user, invite.email)
    await trail.record(connection, caller, "invite.accepted", {"id": invite.id})
    details = {"id": user, "data": {"role": invite.role, "email": invite.email, **OPERATES[operates]}}
    await trail.record(connection, caller, "user.added", details)
    return (await connection.execute(select(users).where(users.c.id == user))).one()


async def _check_new(connection: Connection, organization: str, email: str, now: int) -> None:
    taken = select(users.c.id).where(users.c.organization == organization, users.c.email_key == email_key(email))
    if (await connection.execute(taken)).first() is not None:
        raise Conflict(f"{email} belongs to this organization already.", param="email", code="email_taken")
    if await pending_for(connection, organization, email) is not None:
        raise Conflict(
            f"{email} is invited already. Take that invitation back before making another one.",
            param="email",
            code="already_invited",
        )


async def _find(connection: Connection, organization: str, invite: str) -> Row[Any]:
    chosen = select(invites).where(invites.c.id == invite, invites.c.organization == organization)
    row = (await connection.execute(chosen)).first()
    if row is None:
        raise NotFound(f"No invitation with id {invite[:100]!r} was found.", param="invite_id")
    return row


def _wire(row: Row[Any]) -> Invite:
    """Return OpenAI's `organization.invite`. It has words for two roles only; ours stand beside them."""
    status = "accepted" if row.accepted_at else "expired" if row.expires_at <= time.time() else "pending"
    return {
        "object": "organization.invite",
        "id": row.id,
        "email": row.email,
        "role": "owner" if row.role == "owner" else "reader",
        "organization_role": row.role,
        "projects": [
            {
                "id": place["id"],
                "role": "owner" if place["role"] == "owner" else "member",
                "project_role": place["role"],
            }
            for place in row.projects
        ],
        "status": status,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "accepted_at": row.accepted_at,
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
