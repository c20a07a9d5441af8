"""The routes of `/v1/webhook_endpoints`, and ours about deliveries and notifications.

Source: `client.webhooks` of the official SDK.
"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.notifications.endpoints import WebhookEndpoints
from earthshine.notifications.event_types import AVAILABLE
from earthshine.notifications.feed import Notifications
from earthshine.notifications.objects import (
    DeletedWebhookEndpoint,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEventTypes,
    WebhookTestResult,
)
from earthshine.notifications.schemas import (
    NewestFirstQuery,
    NotificationsQuery,
    WebhookCreate,
    WebhookRotate,
    WebhookTest,
    WebhookUpdate,
)
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.wire import EventStream, Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1", tags=["Webhooks"])
ours = Routes(prefix="/earthshine/v1", tags=["Webhooks"])


@router.get("/webhook_event_types")
@needs("project.read")
async def list_webhook_event_types(request: Request) -> Reply[WebhookEventTypes]:
    """List what endpoints can be told of."""
    return json_reply({"object": "list", "data": list(AVAILABLE)})


@router.post("/webhook_endpoints")
@needs("project.manage")
@takes(WebhookCreate)
async def create_webhook_endpoint(request: Request) -> Reply[WebhookEndpoint]:
    """Have an address be told what happens in the project. Its secret is in this reply alone."""
    body = await parse(WebhookCreate, request)
    return json_reply(await service(request, WebhookEndpoints).create(caller(request), body))


@router.get("/webhook_endpoints")
@needs("project.manage")
@asks(NewestFirstQuery)
async def list_webhook_endpoints(request: Request) -> Reply[Page[WebhookEndpoint]]:
    """List the project's endpoints, newest first."""
    query = read_query(NewestFirstQuery, request)
    found, more = await service(request, WebhookEndpoints).list(caller(request).project, query)
    return json_reply(list_page(found, has_more=more))


@router.get("/webhook_endpoints/{webhook_endpoint_id}")
@needs("project.manage")
async def retrieve_webhook_endpoint(webhook_endpoint_id: str, request: Request) -> Reply[WebhookEndpoint]:
    """Return an endpoint, and how it fares."""
    return json_reply(await service(request, WebhookEndpoints).get(webhook_endpoint_id, caller(request).project))


@router.post("/webhook_endpoints/{webhook_endpoint_id}")
@needs("project.manage")
@takes(WebhookUpdate)
async def update_webhook_endpoint(webhook_endpoint_id: str, request: Request) -> Reply[WebhookEndpoint]:
    """Change what is given; an endpoint that was switched off is told again."""
    body = await parse(WebhookUpdate, request)
    return json_reply(await service(request, WebhookEndpoints).update(webhook_endpoint_id, caller(request), body))


@router.delete("/webhook_endpoints/{webhook_endpoint_id}")
@needs("project.manage")
async def delete_webhook_endpoint(webhook_endpoint_id: str, request: Request) -> Reply[DeletedWebhookEndpoint]:
    """Tell an address nothing more."""
    await service(request, WebhookEndpoints).delete(webhook_endpoint_id, caller(request))
    return json_reply({"id": webhook_endpoint_id, "object": "webhook_endpoint.deleted", "deleted": True})


@router.post("/webhook_endpoints/{webhook_endpoint_id}/rotate_secret")
@needs("project.manage")
@takes(WebhookRotate)
async def rotate_webhook_secret(webhook_endpoint_id: str, request: Request) -> Reply[WebhookEndpoint]:
    """Make a new secret. It is in this reply alone."""
    keep = (await parse(WebhookRotate, request)).keep_old_secret_active_for_24_hours
    endpoints = service(request, WebhookEndpoints)
    return json_reply(await endpoints.rotate(webhook_endpoint_id, caller(request), keep=keep))


@router.post("/webhook_endpoints/{webhook_endpoint_id}/test")
@needs("project.manage")
@takes(WebhookTest)
async def test_webhook_endpoint(webhook_endpoint_id: str, request: Request) -> Reply[WebhookTestResult]:
    """Send an example, and return what the receiver answered."""
    name = (await parse(WebhookTest, request)).event_type
    return json_reply(await service(request, WebhookEndpoints).test(webhook_endpoint_id, caller(request).project, name))


@ours.get("/webhook_endpoints/{webhook_endpoint_id}/deliveries")
@needs("project.manage")
@asks(NewestFirstQuery)
async def list_webhook_deliveries(webhook_endpoint_id: str, request: Request) -> Reply[Page[WebhookDelivery]]:
    """List what was, or is to be, delivered to an endpoint, newest first."""
    query, who = read_query(NewestFirstQuery, request), caller(request)
    found, more = await service(request, WebhookEndpoints).deliveries(webhook_endpoint_id, who.project, query)
    return json_reply(list_page(found, has_more=more))


@ours.post("/webhook_endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}")
@needs("project.manage")
async def redeliver_webhook(webhook_endpoint_id: str, delivery_id: str, request: Request) -> Reply[WebhookDelivery]:
    """Deliver an event once more, under its id."""
    who = caller(request)
    return json_reply(await service(request, WebhookEndpoints).redeliver(webhook_endpoint_id, delivery_id, who.project))


@ours.get("/notifications")
@needs("project.read")
@asks(NotificationsQuery)
@gives(bytes, media="text/event-stream")
async def stream_notifications(request: Request) -> Response:
    """Send what happens to the caller's own sessions: those that rest, wait for somebody, or failed."""
    after = read_query(NotificationsQuery, request).after or request.headers.get("last-event-id")
    return EventStream(service(request, Notifications).follow(Owner.of(caller(request)), after))
