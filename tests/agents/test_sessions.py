"""Sessions through the official SDK, strict: words, functions, approvals, a cancel, and what a second client sees."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from openai import BadRequestError, ConflictError, NotFoundError, OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.responses.clients import sync_client
from tests.server_process import ServerProcess, start_server
from tests.tools.mcp.servers import TOKEN, Shop, serve

WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
NONE: Any = {"type": "none"}


def script(*replies: Any) -> str:
    return f"!script {json.dumps(replies)}"


def call(city: str) -> Any:
    return {"tool_call": {"name": "weather", "arguments": {"city": city}}}


@pytest.fixture(scope="module")
def sdk(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def begin(sdk: OpenAI, said: str = "Hello.", tools: Any = (), **more: Any) -> AgentSession:
    agent: Any = {"model": "scripted", "tools": list(tools), **more.pop("agent", {})}
    create: Any = sdk.beta.agents.sessions.create
    return create(environment=NONE, agent=agent, input=said, **more)


def until(sdk: OpenAI, session: AgentSession, *statuses: str) -> AgentSession:
    ends = time.monotonic() + 30
    while (now := sdk.beta.agents.sessions.retrieve(session.id)).status not in statuses:
        assert time.monotonic() < ends, now
        time.sleep(0.05)
    return now


def test_a_session_from_begin_to_end(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script({"text": "مرحبا"}), metadata={"a": "b"})
    assert (made.metadata, made.vault_ids, made.environment.type) == ({"a": "b"}, [], "none")
    assert made.agent.model == "scripted"
    now = until(sdk, made, "idle")
    assert now.usage is not None and now.usage.total_tokens > 0
    (turn,) = sessions.turns.list(made.id)
    assert (turn.status, turn.error, turn.session_id) == ("completed", None, made.id)
    assert turn.completed_at is not None and turn.usage is not None
    assert sessions.turns.retrieve(turn.id, session_id=made.id) == turn
    asked, answered = sessions.items.list(made.id, order="asc")
    assert (asked.type, answered.type) == ("message", "message")
    assert asked.type == "message" and asked.role == "user" and asked.content[0].type == "input_text"
    assert answered.type == "message" and answered.output_text == "مرحبا"
    assert [each.id for each in sessions.turns.items.list(turn.id, session_id=made.id, limit=1)] == [
        answered.id,
        asked.id,
    ]
    assert made.id in [each.id for each in sessions.list(limit=3)]
    assert sessions.update(made.id, metadata={}).metadata == {}
    assert sessions.delete(made.id).deleted
    with pytest.raises(NotFoundError):
        sessions.retrieve(made.id)


def test_a_second_turn_knows_the_first(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, "My name is Layla.")
    until(sdk, made, "idle")
    with sessions.stream(made.id, input="Who am I?") as events:
        events.until_done()
    second, first = sessions.turns.list(made.id)
    assert first.usage is not None and second.usage is not None
    assert second.usage.input_tokens > first.usage.input_tokens + 4
    together = sessions.retrieve(made.id).usage
    assert together is not None
    assert together.total_tokens == first.usage.total_tokens + second.usage.total_tokens


def test_events_come_in_the_order_of_the_api(sdk: OpenAI) -> None:
    agent: Any = {"model": "scripted"}
    with sdk.beta.agents.sessions.create(environment=NONE, agent=agent, input="Hello.", stream=True) as events:
        told = list(events)
    kinds = [event.type for event in told]
    assert kinds[:5] == [
        "agent.session.created",
        "agent.session.turn.created",
        "agent.session.in_progress",
        "agent.session.turn.in_progress",
        "agent.session.turn.item.added",
    ]
    assert kinds[-2:] == ["agent.session.turn.completed", "agent.session.idle"]
    text = "".join(event.delta for event in told if event.type == "agent.session.turn.output_text.delta")
    (done,) = [event for event in told if event.type == "agent.session.turn.output_text.done"]
    assert text == done.text and text
    ids = [event.event_id for event in told]
    assert len(set(ids)) == len(ids)


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
    with pytest.raises(ConflictError):
        sessions.events.create(made.id, events=[message("And?")])
    with pytest.raises(BadRequestError, match="Unknown pending tool call: call_none"):
        sessions.events.create(made.id, events=[result(action.turn_id, "call_none")])
    with pytest.raises(BadRequestError, match="Unknown pending"):
        sessions.events.create(made.id, events=[result("aturn_none", action.call_id)])
    # A second client learns of all that happened, and of the rest.
    seen: list[str] = []
    reader = follow(sdk, made.id, lambda event: seen.append(event.type), until="agent.session.idle")
    for _ in range(2):
        sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)], idempotency_key="once")
    reader.join(30)
    assert "agent.session.requires_action" in seen and seen[-1] == "agent.session.idle"
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


def test_a_turn_is_cancelled_and_another_goes_on(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, script(call("Rabat")), tools=[WEATHER])
    until(sdk, made, "requires_action")
    sessions.events.create(made.id, events=[{"type": "agent.session.input.cancel"}])
    assert until(sdk, made, "idle").required_actions == []
    assert [turn.status for turn in sessions.turns.list(made.id)] == ["cancelled"]
    with sessions.stream(made.id, input="Never mind.") as events:
        assert events.get_final_result().turn.status == "completed"
    long = begin(sdk, script({"pieces": 500, "tokens_per_second": 20}))
    until(sdk, long, "in_progress")
    sessions.events.create(long.id, events=[{"type": "agent.session.input.cancel"}])
    until(sdk, long, "idle")
    assert [turn.status for turn in sessions.turns.list(long.id)] == ["cancelled"]


def test_a_saved_agent_with_what_differs(sdk: OpenAI) -> None:
    saved = sdk.beta.agents.create(
        model="nobody-has-this", name="one", instructions="Speak Darija.", tools=[WEATHER], metadata={"x": "y"}
    )
    agent: Any = {"model": "scripted", "tools": None}
    made = sdk.beta.agents.sessions.create(environment=NONE, agent_id=saved.id, agent=agent, input="Hello.")
    assert (made.agent.id, made.agent.name, made.agent.model, made.agent.tools) == (saved.id, "one", "scripted", [])
    until(sdk, made, "idle")
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert turn.usage is not None and turn.usage.input_tokens > 25, "its instructions are read"
    broken = sdk.beta.agents.sessions.create(environment=NONE, agent_id=saved.id, input="Hello.")
    until(sdk, broken, "idle")
    (turn,) = sdk.beta.agents.sessions.turns.list(broken.id)
    assert turn.status == "failed" and turn.error is not None and "nobody-has-this" in turn.error.message


def test_what_changes_holds_from_the_next_turn_on(sdk: OpenAI) -> None:
    made = begin(sdk, "Hello.")
    until(sdk, made, "idle")
    changed = sdk.beta.agents.sessions.update(
        made.id, agent={"tools": [WEATHER], "reasoning": {"effort": "low"}, "service_tier": None}
    )
    assert [tool.type for tool in changed.agent.tools] == ["function"]
    assert changed.agent.reasoning.effort == "low"
    with pytest.raises(BadRequestError):
        sdk.beta.agents.sessions.update(made.id, review="auto_review")


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"environment": {"type": "moon"}}, "environment.type"),
        ({"environment": {"type": "self_hosted", "workspace_directory": "/w"}}, "environment"),
        ({"environment": {"type": "openai_hosted", "plugins": [1]}}, "environment.plugins"),
        ({"environment": {"type": "openai_hosted", "network": {"access": "enabled"}}}, "environment.network"),
        ({"agent": None}, "agent"),
        ({"agent": {"tools": []}}, "model"),
        ({"input": None}, "input"),
        ({"input": ""}, "input"),
        ({"input": [{"role": "system", "content": [{"type": "input_text", "text": "x"}]}]}, "input[0].role"),
        ({"agent": {"model": "scripted", "tools": [{"type": "automations"}]}}, "agent.tools[0]"),
        ({"agent": {"model": "scripted", "multi_agent": {"enabled": True}}}, "agent.multi_agent"),
        ({"vault_ids": ["vault_none"]}, "vault_id"),
        ({"agent_id": "agent_none"}, "agent_id"),
        ({"spend_control": {"limit": 5}}, "spend_control.limit"),
        ({"stream_options": {"include_obfuscation": False}}, "stream_options"),
    ],
)
def test_what_cannot_be_is_refused_by_name(sdk: OpenAI, fields: Any, param: str) -> None:
    body = {"environment": NONE, "agent": {"model": "scripted"}, "input": "Hello.", **fields}
    with pytest.raises((BadRequestError, NotFoundError)) as refused:
        sdk.post("/agents/sessions", body=body, cast_to=AgentSession)
    assert refused.value.param == param


def bearer(server: ServerProcess) -> dict[str, str]:
    return {"authorization": f"Bearer {server.key}"}


def message(text: str) -> Any:
    content = [{"type": "input_text", "text": text}]
    return {"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]}


def result(turn_id: str, call_id: str) -> Any:
    about = {"type": "agent.session.input.tool_result", "turn_id": turn_id, "call_id": call_id}
    return {**about, "success": True, "output": "Sunny."}


def follow(sdk: OpenAI, session_id: str, told: Callable[[Any], None], *, until: str) -> threading.Thread:
    """Follow a session in a thread; returns when it listens."""
    stream = sdk.beta.agents.sessions.events.stream(session_id)

    def read() -> None:
        with stream:
            for event in stream:
                told(event)
                if event.type == until:
                    return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


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


def test_a_hosted_session_waits_for_words(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    made = sessions.create(environment={"type": "openai_hosted"}, agent={"model": "scripted"})
    assert made.status == "idle"
    with sessions.stream(made.id, input="Hello.") as events:
        assert events.get_final_result().turn.status == "completed"
    sessions.delete(made.id)


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


async def test_a_killed_server_goes_on_with_the_turn(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(
                begin, sdk, script({"pieces": 60, "tokens_per_second": 20}, {"text": "x"}), tools=[WEATHER]
            )
            waiting = await asyncio.to_thread(begin, sdk, script(call("Rabat"), {"text": "So."}), tools=[WEATHER])
            (action,) = (await asyncio.to_thread(until, sdk, waiting, "requires_action")).required_actions
        await server.kill()
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            seen: list[Any] = []
            reader = follow(sdk, made.id, seen.append, until="agent.session.idle")
            await asyncio.to_thread(until, sdk, made, "idle")
            await asyncio.to_thread(reader.join, 30)
            (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
            assert turn.status == "completed"
            text = "".join(event.delta for event in seen if event.type == "agent.session.turn.output_text.delta")
            item = next(iter(sdk.beta.agents.sessions.items.list(made.id)))
            assert item.type == "message" and item.output_text
            assert text in ("", item.output_text), "whoever comes after the end hears of no turn, others of all of it"
            again = sdk.beta.agents.sessions.retrieve(waiting.id)
            assert again.required_actions == [action]
            assert action.type == "function_call"
            sdk.beta.agents.sessions.events.create(waiting.id, events=[result(action.turn_id, action.call_id)])
            await asyncio.to_thread(until, sdk, waiting, "idle")
            last = next(iter(sdk.beta.agents.sessions.items.list(waiting.id)))
            assert last.type == "message" and last.output_text == "So."
    finally:
        await server.stop()


def test_events_are_for_whoever_may_read_the_session(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    made = begin(sdk)
    place = f"{scripted_server.url}/v1/organization/projects"
    project = httpx2.post(place, json={"name": "elsewhere"}, headers=bearer(scripted_server)).json()["id"]
    wanted = {"name": "k", "role": "owner"}
    key = httpx2.post(f"{place}/{project}/api_keys", json=wanted, headers=bearer(scripted_server)).json()["value"]
    address = f"{scripted_server.url}/v1/agents/sessions/{made.id}/events"
    foreign = httpx2.get(address, headers={"authorization": f"Bearer {key}"})
    assert foreign.status_code == 404
    assert httpx2.get(address).status_code == 401
    assert httpx2.get(address.replace(made.id, "asess_none"), headers=bearer(scripted_server)).status_code == 404
    with httpx2.stream("GET", address, headers=bearer(scripted_server)) as reply:
        assert reply.status_code == 200
        assert next(reply.iter_bytes())
