"""Automations."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.conformance.uses import MODEL, use

AUTOMATION = "/agents/automations/{}"
TARGET: Any = {
    "type": "new_session",
    "environment": {"type": "none"},
    "agent": {"model": MODEL},
    "input": [{"role": "user", "content": [{"type": "input_text", "text": "Hello."}]}],
}


@use("POST /agents/automations")
def create_automation(client: OpenAI) -> Any:
    return client.beta.agents.automations.create(
        type="periodic", name="one", expression="0 9 * * *", timezone="UTC", target=TARGET
    )


@use("GET /agents/automations")
def list_automations(client: OpenAI) -> None:
    assert create_automation(client).id in [each.id for each in client.beta.agents.automations.list(limit=2)]


@use(f"GET {AUTOMATION}")
def retrieve_automation(client: OpenAI) -> None:
    made = create_automation(client)
    assert client.beta.agents.automations.retrieve(made.id) == made


@use(f"POST {AUTOMATION}")
def update_automation(client: OpenAI) -> None:
    assert client.beta.agents.automations.update(create_automation(client).id, name="two").name == "two"


@use(f"DELETE {AUTOMATION}")
def delete_automation(client: OpenAI) -> None:
    assert client.beta.agents.automations.delete(create_automation(client).id).deleted


@use(f"POST {AUTOMATION}/pause")
@use(f"POST {AUTOMATION}/resume")
def pause_and_resume(client: OpenAI) -> None:
    made = create_automation(client)
    assert client.beta.agents.automations.pause(made.id).status == "paused"
    assert client.beta.agents.automations.resume(made.id).status == "active"


@use(f"POST {AUTOMATION}/invocations")
def create_invocation(client: OpenAI) -> Any:
    return client.beta.agents.automations.invocations.create(create_automation(client).id)


@use(f"GET {AUTOMATION}/invocations")
def list_invocations(client: OpenAI) -> None:
    made = create_invocation(client)
    assert [each.id for each in client.beta.agents.automations.invocations.list(made.automation_id)] == [made.id]


@use(f"GET {AUTOMATION}/invocations/{{}}")
def retrieve_invocation(client: OpenAI) -> None:
    made = create_invocation(client)
    found = client.beta.agents.automations.invocations.retrieve(made.id, automation_id=made.automation_id)
    assert found.id == made.id
