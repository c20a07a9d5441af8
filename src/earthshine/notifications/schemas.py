"""What requests about webhooks and notifications say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from earthshine.notifications.event_types import check_type
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import OrderedQuery
from earthshine.wire.strict import Strict, as_validator

EventType = Annotated[str, StringConstraints(max_length=128), AfterValidator(as_validator(check_type))]
_Types = Annotated[list[EventType], Field(min_length=1, max_length=64)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]
_Url = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class WebhookCreate(Strict):
    """The body of `POST /v1/webhook_endpoints`."""

    name: _Name
    url: _Url
    event_types: _Types


class WebhookUpdate(Strict):
    """The body of `POST /v1/webhook_endpoints/{id}`: what is not given stays."""

    name: _Name | None = None
    url: _Url | None = None
    event_types: _Types | None = None


class WebhookRotate(Strict):
    """The body of `POST /v1/webhook_endpoints/{id}/rotate_secret`."""

    keep_old_secret_active_for_24_hours: bool = False


class WebhookTest(Strict):
    """The body of `POST /v1/webhook_endpoints/{id}/test`."""

    event_type: EventType


class NewestFirstQuery(OrderedQuery):
    """One page of endpoints or deliveries, newest first."""

    order: Literal["asc", "desc"] = "desc"


class NotificationsQuery(BoundedModel):
    """From where on notifications are told."""

    model_config = ConfigDict(extra="forbid")

    after: str | None = Field(default=None, max_length=64)
