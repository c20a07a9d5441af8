"""What the audit trail replies with."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from earthshine.wire.objects import Seconds


class AuditUser(TypedDict):
    """A person, as far as the trail knows."""

    id: str
    email: str


class AuditServiceAccount(TypedDict):
    """A service account."""

    id: str


class AuditSession(TypedDict):
    """A session that acted."""

    id: str
    user: AuditUser | None


class AuditKey(TypedDict):
    """A key that acted."""

    id: str
    type: Literal["user", "service_account"]
    user: NotRequired[AuditUser]
    service_account: NotRequired[AuditServiceAccount | None]


class AuditActor(TypedDict):
    """Who acted."""

    type: Literal["session", "api_key"]
    session: NotRequired[AuditSession]
    api_key: NotRequired[AuditKey]


class AuditProject(TypedDict):
    """Where it was done."""

    id: str
    name: str | None


class AuditLog(TypedDict, extra_items=Any):
    """Who did what to what, as in OpenAI's API. The details stand under the name of the event."""

    object: Literal["organization.audit_log"]
    id: str
    type: str
    """The nearest name that OpenAI's clients know."""
    event: str
    """The event's own name, under which the details stand."""
    effective_at: Seconds
    actor: AuditActor
    project: NotRequired[AuditProject]
