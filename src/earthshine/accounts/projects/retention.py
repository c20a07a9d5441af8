"""What projects keep of what models are asked: OpenAI's data retention, as far as it means something here.

Nobody watches requests here, so without a choice it is as OpenAI's `modified_abuse_monitoring`: what is asked to be
stored is stored, and nothing else. Under `zero_data_retention`, responses and chat completions of the API are not
stored, whatever they ask for; what people keep on purpose (chats, sessions, files, conversations) stays until they
remove it.
"""

from __future__ import annotations

from typing import Final, cast

from sqlalchemy import delete, insert, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.projects.objects import Retention
from earthshine.accounts.tables import data_retention
from earthshine.database import Connection
from earthshine.errors import UnsupportedParameter

USUAL: Final = "modified_abuse_monitoring"


async def chosen(connection: Connection, organization: str, project: str = "") -> Retention:
    """Return what was chosen for an organisation, or for one of its projects, or what holds without a choice."""
    one = select(data_retention.c.type).where(
        data_retention.c.organization == organization, data_retention.c.project == project
    )
    kind = (await connection.execute(one)).scalar()
    return cast("Retention", kind or ("organization_default" if project else USUAL))


async def choose(connection: Connection, who: Caller, kind: Retention, project: str = "") -> None:
    """Store a choice, in a transaction of `KeyRegistry.changing`. Raises `UnsupportedParameter` for OpenAI's own."""
    if kind.startswith("enhanced_"):
        raise UnsupportedParameter(
            f"{kind!r} is about checks that OpenAI makes on its own machines, and means nothing here. Choose "
            f"{kind.removeprefix('enhanced_')!r}.",
            param="retention_type",
        )
    this = (data_retention.c.organization == who.organization) & (data_retention.c.project == project)
    await connection.execute(delete(data_retention).where(this))
    await connection.execute(insert(data_retention).values(organization=who.organization, project=project, type=kind))
    details = {"id": project or who.organization, "changes_requested": {"data_retention": kind}}
    await record(connection, who, "project.updated" if project else "organization.updated", details, project=project)
