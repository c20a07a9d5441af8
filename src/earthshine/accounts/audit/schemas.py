"""The query of `GET /v1/organization/audit_logs`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from earthshine.wire.pagination import ListQuery


class Range(BaseModel):
    """Bounds of a time, in Unix seconds."""

    model_config = ConfigDict(extra="forbid")

    gt: int | None = None
    gte: int | None = None
    lt: int | None = None
    lte: int | None = None


class AuditLogQuery(ListQuery):
    """The query of `GET /v1/organization/audit_logs`."""

    before: str | None = Field(default=None, max_length=256)
    effective_at: Range | None = None
    event_types: list[str] | None = Field(default=None, max_length=200)
    actor_ids: list[str] | None = Field(default=None, max_length=200)
    actor_emails: list[str] | None = Field(default=None, max_length=200)
    project_ids: list[str] | None = Field(default=None, max_length=200)
    resource_ids: list[str] | None = Field(default=None, max_length=200)
    tenant_only: bool = False
