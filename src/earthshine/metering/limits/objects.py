"""What routes of limits reply with."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, NotRequired

from pydantic import WithJsonSchema
from typing_extensions import TypedDict

from earthshine.metering.limits.kinds import Kind, LimitUnit
from earthshine.metering.limits.store import Scope
from earthshine.wire.objects import Deletion


class ProjectRateLimit(TypedDict):
    """How often a project may use one model, as in OpenAI's API; 9007199254740991 means no limit."""

    id: str
    object: Literal["project.rate_limit"]
    model: str
    max_requests_per_1_minute: int
    max_tokens_per_1_minute: int
    max_requests_per_1_day: NotRequired[int]


class Enforcement(TypedDict):
    """Whether a limit keeps requests out now."""

    status: Literal["enforcing", "inactive"]


class SpendLimit(TypedDict):
    """What may be spent in a month, as in OpenAI's API."""

    object: Literal["organization.spend_limit", "project.spend_limit"]
    currency: Literal["USD"]
    interval: Literal["month"]
    threshold_amount: int
    """In cents."""
    enforcement: Enforcement


class Removed(TypedDict):
    """Something that has no id of its own was removed."""

    object: str
    deleted: bool


class ModelPermissions(TypedDict):
    """Which models a project may use, as in OpenAI's API."""

    object: Literal["project.model_permissions"]
    mode: Literal["allow_list", "deny_list"]
    model_ids: list[str]


class Limit(TypedDict):
    """How much an organisation, project, key or user may use."""

    id: str
    object: Literal["organization.limit"]
    scope: Scope
    scope_id: str
    kind: Kind
    model: str | None
    amount: Annotated[int | Decimal, WithJsonSchema({"type": "number"})]
    unit: LimitUnit
    created_at: int


class DeletedLimit(Deletion):
    """What was removed."""

    object: Literal["organization.limit.deleted"]
