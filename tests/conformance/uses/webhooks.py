"""Webhook endpoints."""

from __future__ import annotations

from typing import Any

from openai import APIStatusError, OpenAI

from tests.conformance.uses import use

ENDPOINT = "/webhook_endpoints/{}"


@use("POST /webhook_endpoints")
def create_endpoint(client: OpenAI) -> Any:
    """Make an endpoint; those of earlier uses are removed, for a project has few."""
    for each in client.webhooks.list():
        client.webhooks.delete(each.id)
    return client.webhooks.create(name="one", url="http://127.0.0.1:9/", event_types=["response.completed"])


@use("GET /webhook_event_types")
def list_types(client: OpenAI) -> None:
    assert "agent.session.idle" in client.webhooks.event_types.list().data


@use("GET /webhook_endpoints")
def list_endpoints(client: OpenAI) -> None:
    assert create_endpoint(client).id in [each.id for each in client.webhooks.list(limit=2)]


@use(f"GET {ENDPOINT}")
def retrieve_endpoint(client: OpenAI) -> None:
    made = create_endpoint(client)
    assert client.webhooks.retrieve(made.id).url == made.url


@use(f"POST {ENDPOINT}")
def update_endpoint(client: OpenAI) -> None:
    assert client.webhooks.update(create_endpoint(client).id, name="two").name == "two"


@use(f"DELETE {ENDPOINT}")
def delete_endpoint(client: OpenAI) -> None:
    assert client.webhooks.delete(create_endpoint(client).id).deleted


@use(f"POST {ENDPOINT}/rotate_secret")
def rotate_secret(client: OpenAI) -> None:
    made = create_endpoint(client)
    assert client.webhooks.rotate_secret(made.id).signing_secret != made.signing_secret


@use(f"POST {ENDPOINT}/test")
def send_example(client: OpenAI) -> None:
    """Nobody listens there; tests/notifications has a receiver that does."""
    try:
        client.with_options(max_retries=0).webhooks.test(create_endpoint(client).id, event_type="response.completed")
    except APIStatusError as unreached:
        assert unreached.status_code == 502
    else:
        raise AssertionError("something answered")
