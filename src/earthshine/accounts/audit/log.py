"""Reading the audit trail: filters, pages, and OpenAI's shape of a row.

OpenAI's clients know a fixed list of events. An act that has no name there is shown under the nearest one, and its own
name stands beside it as `event`, so that a strict client reads every row and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, false, or_, select

from earthshine.accounts.audit.objects import AuditActor, AuditLog, AuditServiceAccount, AuditUser
from earthshine.accounts.audit.schemas import AuditLogQuery
from earthshine.accounts.tables import audit_logs, keys, projects
from earthshine.database import Connection
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

OPENAI: Final[frozenset[str]] = frozenset(
    {
        *(f"api_key.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"group.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"invite.{verb}" for verb in ("sent", "accepted", "deleted")),
        *(f"{what}.{how}" for what in ("login", "logout") for how in ("succeeded", "failed")),
        "organization.updated",
        *(f"project.{verb}" for verb in ("created", "updated", "archived", "deleted")),
        *(f"rate_limit.{verb}" for verb in ("updated", "deleted")),
        "resource.deleted",
        *(f"role.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"role.assignment.{verb}" for verb in ("created", "deleted")),
        *(f"service_account.{verb}" for verb in ("created", "updated", "deleted")),
        *(f"user.{verb}" for verb in ("added", "updated", "deleted")),
    }
)
"""Those of OpenAI's names that something here can have."""

NEAREST: Final = "organization.updated"
"""What an act without a name of OpenAI's is shown as."""


async def list_audit_logs(
    connection: Connection, organization: str, query: AuditLogQuery
) -> tuple[list[AuditLog], bool]:
    """Return some rows, newest first, and whether there are more in the direction of the cursor."""
    if query.after is not None and query.before is not None:
        raise InvalidRequest("Give 'after' or 'before', not both.", param="before")
    rows = select(audit_logs).where(audit_logs.c.organization == organization, *_conditions(query))
    if query.before is not None:
        rows = rows.where(audit_logs.c.id > query.before).order_by(audit_logs.c.id)
    else:
        if query.after is not None:
            rows = rows.where(audit_logs.c.id < query.after)
        rows = rows.order_by(audit_logs.c.id.desc())
    found = list(await connection.execute(rows.limit(query.limit + 1)))
    more = len(found) > query.limit
    found = found[: query.limit]
    if query.before is not None:
        found.reverse()
    names = await _project_names(connection, found)
    owners = await _key_owners(connection, found)
    return [_audit_object(row, names, owners) for row in found], more


def _conditions(query: AuditLogQuery) -> list[ColumnElement[bool]]:
    log = audit_logs.c
    where: list[ColumnElement[bool]] = []
    if query.tenant_only:
        where.append(false())  # there is no tenant above an organisation here
    if query.event_types is not None:
        alternatives: list[ColumnElement[bool]] = [log.type.in_(query.event_types)]
        if NEAREST in query.event_types:
            alternatives.append(log.type.not_in(sorted(OPENAI)))
        where.append(or_(*alternatives))
    if query.actor_ids is not None:
        where.append(or_(log.actor.in_(query.actor_ids), log.actor_user.in_(query.actor_ids)))
    if query.actor_emails is not None:
        where.append(log.actor_email.in_(query.actor_emails))
    if query.project_ids is not None:
        where.append(log.project.in_(query.project_ids))
    if query.resource_ids is not None:
        where.append(log.resource.in_(query.resource_ids))
    at = query.effective_at
    if at is not None:
        where += [log.effective_at > at.gt] if at.gt is not None else []
        where += [log.effective_at >= at.gte] if at.gte is not None else []
        where += [log.effective_at < at.lt] if at.lt is not None else []
        where += [log.effective_at <= at.lte] if at.lte is not None else []
    return where


async def _project_names(connection: Connection, rows: list[Row[Any]]) -> dict[str, str]:
    ids = sorted({row.project for row in rows if row.project})
    wanted = select(projects.c.id, projects.c.name).where(projects.c.id.in_(ids))
    return {row.id: row.name for row in await connection.execute(wanted)} if ids else {}


async def _key_owners(connection: Connection, rows: list[Row[Any]]) -> set[str]:
    """Return which of the actors are keys."""
    ids = sorted({row.actor for row in rows})
    return set((await connection.execute(select(keys.c.id).where(keys.c.id.in_(ids)))).scalars()) if ids else set()


def _audit_object(row: Row[Any], names: Mapping[str, str], acting_keys: set[str]) -> AuditLog:
    shown = shown_as(row.type)
    entry: AuditLog = {
        "object": "organization.audit_log",
        "id": row.id,
        "type": shown,
        "event": row.type,
        "effective_at": row.effective_at,
        "actor": _actor(row, is_key=row.actor in acting_keys),
    }
    entry[row.type] = row.details
    if row.project:
        entry["project"] = {"id": row.project, "name": names.get(row.project)}
    return entry


def _actor(row: Row[Any], *, is_key: bool) -> AuditActor:
    user = AuditUser(id=row.actor_user, email=row.actor_email) if row.actor_user.startswith("user_") else None
    if not is_key:
        return {"type": "session", "session": {"id": row.actor, "user": user}}
    if user is not None:
        return {"type": "api_key", "api_key": {"id": row.actor, "type": "user", "user": user}}
    account = AuditServiceAccount(id=row.actor_user) if row.actor_user else None
    return {"type": "api_key", "api_key": {"id": row.actor, "type": "service_account", "service_account": account}}


def shown_as(event: str) -> str:
    """Return the name that OpenAI's clients know."""
    return event if event in OPENAI else NEAREST
