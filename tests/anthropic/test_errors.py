"""Errors in Anthropic's shape at all of its addresses, and limits in its headers."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

import anthropic
from anthropic import Anthropic
from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.errors import (
    BodyTooLarge,
    ContextLengthExceeded,
    EarthshineError,
    EngineFailed,
    Internal,
    InvalidRequest,
    MethodNotAllowed,
    QuotaExceeded,
    RateLimited,
    UpstreamFailed,
)
from tests.anthropic.conftest import MODEL, asked
from tests.server_process import ServerProcess

VERSION = {"anthropic-version": "2023-06-01"}


@pytest.mark.parametrize(
    ("error", "kind", "status"),
    [
        (InvalidRequest("x"), "invalid_request_error", 400),
        (QuotaExceeded("x"), "billing_error", 402),
        (MethodNotAllowed("x"), "invalid_request_error", 405),
        (BodyTooLarge("x"), "request_too_large", 413),
        (RateLimited("x"), "rate_limit_error", 429),
        (Internal("x"), "api_error", 500),
        (UpstreamFailed("x"), "api_error", 502),
        (EngineFailed("x"), "overloaded_error", 529),
    ],
)
def test_each_error_has_its_type_and_status(error: EarthshineError, kind: str, status: int) -> None:
    body = {"type": "error", "error": {"type": kind, "message": "x"}, "request_id": "req_1"}
    assert ANTHROPIC.body(error, "req_1") == body
    assert ANTHROPIC.status(error) == status


def test_a_prompt_that_is_too_long_is_said_in_the_words_that_clients_look_for() -> None:
    told = ANTHROPIC.body(ContextLengthExceeded(limit=8192, tokens=9000), "")["error"]["message"]
    assert told.startswith("prompt is too long: 9000 tokens > 8192 maximum")


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "kind"),
    [
        ("POST", "/v1/messages", {}, 401, "authentication_error"),
        ("GET", "/anthropic/v1/nothing", {"x-api-key": "KEY"}, 404, "not_found_error"),
        ("GET", "/anthropic/nothing", {"authorization": "Bearer KEY", "accept": "text/html"}, 404, "not_found_error"),
        ("GET", "/v1/agents/agent_1", {"x-api-key": "KEY", **VERSION}, 404, "not_found_error"),
        ("GET", "/v1/messages", {"x-api-key": "KEY"}, 405, "invalid_request_error"),
        ("PUT", "/anthropic/v1/messages/count_tokens", {"x-api-key": "KEY"}, 405, "invalid_request_error"),
        ("POST", "/v1/messages", {"x-api-key": "KEY"}, 400, "invalid_request_error"),
    ],
)
def test_errors_of_every_layer(
    scripted_server: ServerProcess, method: str, path: str, headers: dict[str, str], status: int, kind: str
) -> None:
    sent = {name: value.replace("KEY", scripted_server.key) for name, value in headers.items()}
    reply = httpx2.request(method, f"{scripted_server.url}{path}", headers=sent, content=b"{}")
    body: Any = reply.json()
    assert (reply.status_code, body["type"], body["error"]["type"]) == (status, "error", kind)
    assert body["request_id"] == reply.headers["request-id"] == reply.headers["x-request-id"]


def test_openai_keeps_its_addresses(scripted_server: ServerProcess) -> None:
    key = {"authorization": f"Bearer {scripted_server.key}"}
    assert httpx2.get(f"{scripted_server.url}/v1/models", headers=key).json()["object"] == "list"
    assert "has_more" in httpx2.get(f"{scripted_server.url}/v1/models", headers={**key, **VERSION}).json()
    assert "code" in httpx2.get(f"{scripted_server.url}/v1/nothing", headers=key).json()["error"]


@pytest.mark.parametrize("base", ["/anthropic", ""])
def test_both_addresses_and_both_kinds_of_key(scripted_server: ServerProcess, base: str) -> None:
    client = Anthropic(base_url=scripted_server.url + base, auth_token=scripted_server.key, max_retries=0)
    with client:
        assert client.messages.create(model=MODEL, max_tokens=99, messages=asked("Hello")).content


def test_limits_are_told_and_kept(scripted_server: ServerProcess) -> None:
    admin = {"authorization": f"Bearer {scripted_server.key}"}
    organization = f"{scripted_server.url}/v1/organization"
    project = httpx2.post(f"{organization}/projects", headers=admin, json={"name": "limited"}).json()["id"]
    made = httpx2.post(f"{organization}/projects/{project}/service_accounts", headers=admin, json={"name": "a"}).json()
    limit = {"scope": "project", "scope_id": project, "kind": "requests_per_minute", "amount": 1}
    url = f"{scripted_server.url}/v1/organization/limits"
    assert httpx2.post(url, headers=admin, json=limit).status_code == 200
    with Anthropic(base_url=scripted_server.url, api_key=made["api_key"]["value"], max_retries=0) as client:
        reply = client.messages.with_raw_response.create(model=MODEL, max_tokens=9, messages=asked("Hello"))
        assert reply.headers["anthropic-ratelimit-requests-limit"] == "1"
        assert reply.headers["anthropic-ratelimit-requests-remaining"] == "0"
        assert reply.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
        with pytest.raises(anthropic.RateLimitError) as caught:
            client.messages.create(model=MODEL, max_tokens=9, messages=asked("Hello"))
    assert caught.value.type == "rate_limit_error"
    assert int(caught.value.response.headers["retry-after"]) > 0
