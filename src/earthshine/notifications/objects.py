"""The objects of webhooks and notifications."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, cast

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class WebhookEndpoint(TypedDict):
    """An address that is told what happens; beside OpenAI's fields, how it fares."""

    id: str
    object: Literal["webhook_endpoint"]
    created_at: Seconds
    updated_at: Seconds
    name: str
    url: str
    event_types: list[str]
    signing_secret_hint: str
    signing_secret: NotRequired[str]
    """Told when it is made, and never again."""
    failing_since: Seconds | None
    disabled_at: Seconds | None


class DeletedWebhookEndpoint(Deletion):
    """What was removed, with its deliveries."""

    object: Literal["webhook_endpoint.deleted"]


class WebhookTestResult(TypedDict):
    """What a receiver answered to an example."""

    object: Literal["webhook_endpoint.test"]
    event_type: str
    status_code: int
    success: Literal[True]
    webhook_endpoint_id: str


class WebhookEventTypes(TypedDict):
    """The types that can be told."""

    object: Literal["list"]
    data: list[str]


class WebhookDelivery(TypedDict):
    """One event on its way to one endpoint."""

    id: str
    object: Literal["webhook_endpoint.delivery"]
    created_at: Seconds
    event_id: str
    """The `webhook-id` that the receiver sees, however often it is tried."""
    type: str
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    last_attempt_at: Seconds | None
    last_status_code: int | None
    last_error: str | None


def endpoint_object(row: Row[Any], secret: str | None = None) -> WebhookEndpoint:
    """Return an endpoint as replies show it; with its secret where that was made just now."""
    shown: WebhookEndpoint = {
        "id": row.id,
        "object": "webhook_endpoint",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "name": row.name,
        "url": row.url,
        "event_types": row.event_types,
        "signing_secret_hint": f"whsec_...{row.secret_hint}",
        "failing_since": row.failing_since,
        "disabled_at": row.disabled_at,
    }
    return shown if secret is None else {**shown, "signing_secret": secret}


def delivery_object(row: Row[Any]) -> WebhookDelivery:
    """Return a delivery as replies show it."""
    names = ("id", "created_at", "type", "status", "attempts", "last_attempt_at", "last_status_code", "last_error")
    told = {name: getattr(row, name) for name in names}
    return cast("WebhookDelivery", {**told, "object": "webhook_endpoint.delivery", "event_id": row.notice_id})
