"""Webhooks through the official SDK, strict: it makes endpoints, and it is it that checks what they are sent."""

from __future__ import annotations

import json
import time
from collections.abc import Generator
from typing import Any

import httpx2
import pytest
from openai import APIStatusError, BadRequestError, InvalidWebhookSignatureError, NotFoundError, OpenAI

from tests.agents.environments.making import hosted
from tests.agents.talking import WEATHER, bearer, begin, call, message, script, until
from tests.notifications.conftest import Receiver
from tests.patience import PATIENCE
from tests.server_process import ServerProcess

IDLE, ACTION, FAILED = "agent.session.idle", "agent.session.action_required", "agent.session.failed"


@pytest.fixture
def endpoint(sdk: OpenAI, receiver: Receiver) -> Generator[Any]:
    made = sdk.webhooks.create(name="hook", url=receiver.url, event_types=["response.completed", IDLE, ACTION, FAILED])
    yield made
    sdk.webhooks.delete(made.id)


def deliveries(server: ServerProcess, endpoint_id: str) -> Any:
    address = f"{server.url}/earthshine/v1/webhook_endpoints/{endpoint_id}/deliveries"
    return httpx2.get(address, headers=bearer(server)).raise_for_status().json()["data"]


def until_ended(server: ServerProcess, endpoint_id: str, status: str) -> Any:
    ends = time.monotonic() + PATIENCE
    while (found := deliveries(server, endpoint_id)) == [] or found[0]["status"] != status:
        assert time.monotonic() < ends, found
        time.sleep(0.05)
    return found[0]


def test_what_is_sent_is_signed(sdk: OpenAI, receiver: Receiver, endpoint: Any) -> None:
    assert endpoint.signing_secret.startswith("whsec_") and "response.completed" in endpoint.event_types
    assert sdk.webhooks.retrieve(endpoint.id).signing_secret_hint == f"whsec_...{endpoint.signing_secret[-4:]}"
    response = sdk.responses.create(model="scripted", input="Hello.", background=True)
    ((headers, body),) = receiver.wait(1)
    event = sdk.webhooks.unwrap(body, headers, secret=endpoint.signing_secret)
    assert event.type == "response.completed" and event.data.id == response.id and event.object == "event"
    assert headers["webhook-id"] == event.id
    with pytest.raises(InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(body + b" ", headers, secret=endpoint.signing_secret)
    # One in the foreground is nobody's news.
    sdk.responses.create(model="scripted", input="Hello.")
    time.sleep(0.5)
    assert len(receiver.got) == 1


def test_a_session_that_waits_and_rests(sdk: OpenAI, receiver: Receiver, endpoint: Any) -> None:
    session = begin(sdk, script(call("Rabat")), tools=[WEATHER])
    until(sdk, session, "requires_action")
    events = [
        sdk.webhooks.unwrap(body, headers, secret=endpoint.signing_secret)
        for headers, body in receiver.wait(2)
        if json.loads(body)["type"] != "response.completed"
    ]
    (waits,) = events
    assert waits.type == ACTION and waits.data.id == session.id
    assert waits.data.required_action.type == "function_call"
    sdk.beta.agents.sessions.events.create(session.id, events=[{"type": "agent.session.input.cancel"}])
    until(sdk, session, "idle")
    receiver.got.clear()
    sdk.beta.agents.sessions.events.create(session.id, events=[message("Hello.")])
    bodies = [json.loads(body) for _, body in receiver.wait(2)]
    (rests,) = [each for each in bodies if each["type"] == IDLE]
    assert rests["data"] == {"id": session.id, "environment_type": "none", "environment_id": None}


def test_a_turn_that_cannot_begin(sdk: OpenAI, receiver: Receiver, endpoint: Any) -> None:
    session = begin(sdk, agent={"model": "no-such-model"})
    types = {json.loads(body)["type"] for _, body in receiver.wait(2)}
    assert types == {FAILED, IDLE}
    assert sdk.beta.agents.sessions.retrieve(session.id).status == "idle"


def test_environments_and_new_sessions(sdk: OpenAI, receiver: Receiver, endpoint: Any) -> None:
    kinds = ["agent.session.created", "agent.environment.ready", "agent.environment.failed"]
    sdk.webhooks.update(endpoint.id, event_types=[*kinds, "agent.environment.expired"])
    session = begin(sdk, "Hello.")
    create = sdk.beta.agents.environments.create
    made = [create(environment=hosted(setup_commands=[{"command": each}])) for each in ("true", "exit 7")]
    told = [sdk.webhooks.unwrap(body, headers, secret=endpoint.signing_secret) for headers, body in receiver.wait(3)]
    assert {(event.type, event.data.id) for event in told} == {
        ("agent.session.created", session.id),
        ("agent.environment.ready", made[0].id),
        ("agent.environment.failed", made[1].id),
    }


def test_it_is_tried_again_under_one_id(
    sdk: OpenAI, receiver: Receiver, endpoint: Any, scripted_server: ServerProcess
) -> None:
    receiver.statuses = [500]
    sdk.responses.create(model="scripted", input="Hello.", background=True)
    (first, _), (second, _) = receiver.wait(2)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) >= 4
    ended = until_ended(scripted_server, endpoint.id, "delivered")
    assert (ended["attempts"], ended["last_status_code"], ended["event_id"]) == (2, 200, first["webhook-id"])
    assert endpoint.id and sdk.webhooks.retrieve(endpoint.id).to_dict()["failing_since"] is None
    address = f"{scripted_server.url}/earthshine/v1/webhook_endpoints/{endpoint.id}/deliveries/{ended['id']}"
    again = httpx2.post(address, headers=bearer(scripted_server)).raise_for_status().json()
    assert again["event_id"] == ended["event_id"] and again["id"] != ended["id"]
    *_, (third, _) = receiver.wait(3)
    assert third["webhook-id"] == first["webhook-id"]


def test_one_that_says_it_is_gone_is_switched_off(
    sdk: OpenAI, receiver: Receiver, endpoint: Any, scripted_server: ServerProcess
) -> None:
    receiver.statuses = [410]
    sdk.responses.create(model="scripted", input="Hello.", background=True)
    assert until_ended(scripted_server, endpoint.id, "failed")["last_status_code"] == 410
    assert sdk.webhooks.retrieve(endpoint.id).to_dict()["disabled_at"] is not None
    sdk.responses.create(model="scripted", input="Hello.", background=True)
    time.sleep(0.5)
    assert len(receiver.got) == 1
    assert sdk.webhooks.update(endpoint.id, name="again").to_dict()["disabled_at"] is None
    sdk.responses.create(model="scripted", input="Hello.", background=True)
    receiver.wait(2)


def test_a_new_secret_beside_the_old_one(sdk: OpenAI, receiver: Receiver, endpoint: Any) -> None:
    rotated = sdk.webhooks.rotate_secret(endpoint.id, keep_old_secret_active_for_24_hours=True)
    told = sdk.webhooks.test(endpoint.id, event_type=ACTION)
    assert (told.status_code, told.webhook_endpoint_id) == (200, endpoint.id)
    ((headers, body),) = receiver.wait(1)
    for secret in (endpoint.signing_secret, rotated.signing_secret):
        assert sdk.webhooks.unwrap(body, headers, secret=secret).type == ACTION
    newest = sdk.webhooks.rotate_secret(endpoint.id)
    sdk.webhooks.test(endpoint.id, event_type=IDLE)
    *_, (headers, body) = receiver.wait(2)
    assert sdk.webhooks.unwrap(body, headers, secret=newest.signing_secret).type == IDLE
    with pytest.raises(InvalidWebhookSignatureError):
        sdk.webhooks.unwrap(body, headers, secret=rotated.signing_secret)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"url": "http://example.com/hook"}, "url"),
        ({"url": "https://10.0.0.1/hook"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "ftp://example.com"}, "url"),
        ({"url": "https://user:word@example.com/"}, "url"),
        ({"event_types": []}, "event_types"),
        ({"event_types": ["eval.run.succeeded"]}, "event_types[0]"),
        ({"event_types": ["no.such"]}, "event_types[0]"),
    ],
)
def test_refused(sdk: OpenAI, fields: Any, param: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        sdk.webhooks.create(**{"name": "no", "url": "https://example.com/", "event_types": [IDLE], **fields})
    assert refused.value.param == param


def test_one_that_is_not_there_or_not_reached(sdk: OpenAI) -> None:
    with pytest.raises(NotFoundError):
        sdk.webhooks.retrieve("whe_none")
    made = sdk.webhooks.create(name="dead", url="http://127.0.0.1:9/", event_types=[IDLE])
    with pytest.raises(APIStatusError) as unreached:
        sdk.with_options(max_retries=0).webhooks.test(made.id, event_type=IDLE)
    assert unreached.value.status_code == 502
    assert sdk.webhooks.delete(made.id).deleted


def test_notifications_of_ones_own_sessions(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    address, headers = f"{scripted_server.url}/earthshine/v1/notifications", bearer(scripted_server)
    first = begin(sdk)
    until(sdk, first, "idle")
    with httpx2.stream("GET", address, headers=headers, timeout=30) as stream:
        lines = stream.iter_lines()
        assert next(lines) == ": listening"
        begun = time.monotonic()
        session = begin(sdk)
        last, told = "", []
        for line in lines:
            if line.startswith("id: "):
                last = line.removeprefix("id: ")
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
                if told[-1]["data"]["id"] == session.id:
                    break
        assert time.monotonic() - begun < 10
    assert told[-1]["type"] == IDLE and told[-1]["id"] == last
    second = begin(sdk)
    until(sdk, second, "idle")
    with httpx2.stream("GET", address, params={"after": last}, headers=headers, timeout=30) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: ") and json.loads(line.removeprefix("data: "))["data"]["id"] == second.id:
                break


def test_a_session_at_its_limit_is_told_and_takes_no_automation(sdk: OpenAI, receiver: Receiver) -> None:
    types: Any = ["agent.session.budget_reached"]
    made = sdk.webhooks.create(name="hook", url=receiver.url, event_types=types)
    said = script({"pieces": 1000, "text": "word "})
    session = begin(sdk, said, extra_body={"earthshine": {"limits": {"tokens": 200}}})
    until(sdk, session, "budget_reached")
    ((_, body),) = receiver.wait(1)
    assert json.loads(body)["data"]["id"] == session.id
    sdk.webhooks.delete(made.id)
    target: Any = {"type": "existing_session", "session_id": session.id, "instructions": "Go on."}
    automations = sdk.beta.agents.automations
    daily = automations.create(type="periodic", name="d", expression="0 9 * * *", timezone="UTC", target=target)
    asked = automations.invocations.create(daily.id)
    ends = time.monotonic() + PATIENCE
    while (now := automations.invocations.retrieve(asked.id, automation_id=daily.id)).status == "queued":
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert now.status == "failed" and now.error is not None and "200 tokens" in now.error.message
    assert automations.retrieve(daily.id).status == "active"
