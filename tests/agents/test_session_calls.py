"""What a session's agent calls: functions, commands and code, servers with a token of a vault."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from openai import BadRequestError, NotFoundError, OpenAI

from tests.agents.talking import WEATHER, begin, call, follow, result, script, until
from tests.patience import PATIENCE
from tests.tools.mcp.servers import TOKEN, Shop, serve


def test_the_sdks_helper_makes_the_calls(sdk: OpenAI) -> None:
    made = begin(sdk, "Hello.", tools=[WEATHER])
    until(sdk, made, "idle")
    asked: list[Any] = []

    def weather(arguments: Any) -> str:
        asked.append(arguments)
        return "Sunny."

    both = {"tool_calls": [call("Rabat")["tool_call"], call("Fès")["tool_call"]]}
    said = script(both, call("سلا"), {"text": "Sunny everywhere."})
    with sdk.beta.agents.sessions.stream(made.id, input=said, tool_handlers={"weather": weather}) as events:
        result = events.get_final_result()
    assert "Sunny everywhere." in str(result)
    assert [each["city"] for each in asked] == ["Rabat", "Fès", "سلا"]
    kinds = [item.type for item in sdk.beta.agents.sessions.items.list(made.id, order="asc")]
    assert kinds.count("function_call") == kinds.count("function_call_output") == 3


def test_what_a_session_waits_for_is_said_and_answered(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script(call("Rabat"), {"text": "So."}), tools=[WEATHER])
    waiting = until(sdk, made, "requires_action")
    (action,) = waiting.required_actions
    assert action.type == "function_call"
    assert (action.name, action.arguments) == ("weather", {"city": "Rabat"})
    with pytest.raises(BadRequestError, match="Unknown pending tool call: call_none"):
        sessions.events.create(made.id, events=[result(action.turn_id, "call_none")])
    with pytest.raises(BadRequestError, match="Unknown pending"):
        sessions.events.create(made.id, events=[result("aturn_none", action.call_id)])
    # A second client learns of all that happened, and of the rest.
    seen: list[str] = []
    asked = threading.Event()

    def told(event: Any) -> None:
        seen.append(event.type)
        if event.type == "agent.session.requires_action":
            asked.set()

    reader = follow(sdk, made.id, told, until="agent.session.idle")
    assert asked.wait(PATIENCE), seen
    for _ in range(2):
        sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)], idempotency_key="once")
    reader.join(PATIENCE)
    assert seen[-1] == "agent.session.idle"
    items = list(sessions.items.list(made.id, order="asc"))
    assert [item.type for item in items] == ["message", "function_call", "function_call_output", "message"]


def test_a_failed_call_is_told_to_the_model(sdk: OpenAI) -> None:
    made = begin(sdk, script(call("Rabat"), {"text": "I see."}), tools=[WEATHER])
    (action,) = until(sdk, made, "requires_action").required_actions
    assert action.type == "function_call"
    failed: Any = {
        "type": "agent.session.input.tool_result",
        "turn_id": action.turn_id,
        "call_id": action.call_id,
        "success": False,
        "error": "No signal.",
    }
    sdk.beta.agents.sessions.events.create(made.id, events=[failed])
    until(sdk, made, "idle")
    items = {item.type: item for item in sdk.beta.agents.sessions.items.list(made.id)}
    assert "No signal." in str(items["function_call_output"])


def test_code_and_commands_run_in_the_sessions_container(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    said = script(
        {"tool_call": {"name": "shell", "arguments": {"commands": ["echo قمر > moon.txt", "cat moon.txt; exit 3"]}}},
        {"tool_call": {"name": "code_interpreter", "arguments": {"code": "print(open('moon.txt').read() * 2)"}}},
        {"text": "Done."},
    )
    agent: Any = {"model": "scripted"}
    environment: Any = {"type": "openai_hosted", "network": {"access": "disabled"}}
    with sessions.create(environment=environment, agent=agent, input=said, stream=True) as events:
        told = list(events)
    session_id = next(event.session.id for event in told if event.type == "agent.session.created")
    printed = "".join(event.delta for event in told if event.type == "agent.output.command_execution_output.delta")
    assert "قمر" in printed
    done = [event.item for event in told if event.type == "agent.session.turn.item.done"]
    shell, python = [item for item in done if item.type == "command_execution"]
    assert (shell.exit_code, shell.status) == (3, "failed")
    assert shell.output is not None and "قمر" in shell.output and "moon.txt" in shell.command
    assert python.output is not None and python.output.count("قمر") == 2
    listed = [item for item in sessions.items.list(session_id, order="asc") if item.type == "command_execution"]
    assert listed == [shell, python]
    now = sessions.retrieve(session_id)
    assert now.environment.type == "openai_hosted"
    container = now.environment.id
    assert sdk.containers.retrieve(container).status == "active"
    sessions.delete(session_id)
    with pytest.raises(NotFoundError):
        sdk.containers.retrieve(container)


def test_a_token_of_a_vault_reaches_its_server_and_nobody_else(sdk: OpenAI) -> None:
    shop = Shop()
    with serve(shop.app(token=TOKEN)) as url:
        vaults = sdk.beta.agents.vaults
        vault = vaults.create()
        auth: Any = {"type": "static_bearer", "mcp_server_url": url, "token": TOKEN}
        credential = vaults.credentials.create(vault.id, name="shop", auth=auth)
        server: Any = {"type": "mcp", "server_label": "shop", "transport": {"type": "http", "server_url": url}}
        said = script({"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}, {"text": "Sold."})
        made = begin(sdk, said, tools=[server], vault_ids=[vault.id])
        until(sdk, made, "idle")
        items = {item.type: item for item in sdk.beta.agents.sessions.items.list(made.id)}
        assert shop.sold == ["lamp"]
        sold = items["mcp_call"]
        assert sold.type == "mcp_call"
        assert (sold.output, sold.error, sold.status, sold.arguments) == (
            "Sold 1 lamp.",
            None,
            "completed",
            {"thing": "lamp"},
        )
        assert TOKEN not in str(made) + str(items)
        named = begin(sdk, said, tools=[server | {"credential_id": "vcred_none"}], vault_ids=[vault.id])
        until(sdk, named, "idle")
        (turn,) = sdk.beta.agents.sessions.turns.list(named.id)
        assert turn.error is not None and "vcred_none" in turn.error.message
        vaults.credentials.delete(credential.id, vault_id=vault.id)
        without = begin(sdk, said, tools=[server], vault_ids=[vault.id])
        until(sdk, without, "idle")
        assert shop.sold == ["lamp"]
