"""One session that does all that sessions do, watched by two clients."""

from __future__ import annotations

from typing import Any

from openai import OpenAI

from tests.agents.control.test_replay import replay
from tests.agents.subagents.test_subagents import MULTI, calls, wait
from tests.agents.talking import WEATHER, follow, message, result, script, until
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess
from tests.tools.mcp.servers import Shop, serve

HOSTED: Any = {"type": "openai_hosted"}
WRITES = {"tool_call": {"name": "shell", "arguments": {"commands": ["echo both > outputs/both.txt"]}}}


def test_a_session_streams_steers_asks_and_has_subagents(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    sessions, shop = sdk.beta.agents.sessions, Shop()
    with serve(shop.app()) as url:
        sdk.put("/../earthshine/v1/tool_rules", body={"rules": [{"tool": "mcp", "decision": "ask"}]}, cast_to=object)
        try:
            made, first, second = _talk(sdk, scripted_server, url)
        finally:
            sdk.put("/../earthshine/v1/tool_rules", body={"rules": []}, cast_to=object)
    assert shop.sold == ["lamp"]

    # Both heard the same of the turns, each once, whenever they came.
    heard = [{event.event_id: event for event in seen if hasattr(event, "turn_id")} for seen in (first, second)]
    assert heard[0].keys() == heard[1].keys()
    for seen in (first, second):
        assert len({event.event_id for event in seen}) == len(seen)
    kinds = [event.type for event in first]
    assert kinds.count("agent.session.subagent.created") == 2
    assert kinds.count("agent.session.turn.completed") == 3
    assert "agent.session.requires_action" in kinds and kinds[-1] == "agent.session.idle"

    items = list(sessions.items.list(made.id, order="asc"))
    assert [item.type for item in items] == [
        "message",
        "create_subagent_call",
        "create_subagent_call",
        "function_call",
        "function_call_output",
        "message",
        "wait_for_subagents_call",
        "command_execution",
        "message",
    ]
    assert items[-1].type == "message" and items[-1].output_text == "All is done."
    # From a cursor on, as the second client reads.
    with sync_client(scripted_server) as other:
        later = other.beta.agents.sessions.items.list(made.id, order="asc", after=items[3].id)
        assert [item.id for item in later] == [item.id for item in items[4:]]
    (artifact,) = sessions.artifacts.list(made.id)
    assert artifact.path == "/workspace/outputs/both.txt"
    assert sessions.artifacts.content(artifact.id, session_id=made.id).read() == b"both\n"
    lamp, cup = sessions.subagents.list(made.id, order="asc")
    sold = [item.type for item in sessions.subagents.items.list(lamp.id, session_id=made.id, order="asc")]
    assert sold == ["message", "mcp_call", "message"]
    ran = list(sessions.subagents.items.list(cup.id, session_id=made.id, order="asc"))[1]
    assert ran.type == "command_execution" and ran.output == "a cup\n"
    replayed = [entry for entry in replay(scripted_server, made.id) if "event" in entry]
    assert [entry["at_ms"] for entry in replayed] == sorted(entry["at_ms"] for entry in replayed)
    told = [entry["event"]["event_id"] for entry in replayed]
    created = {event.event_id for event in first if event.type == "agent.session.subagent.created"}
    assert len(set(told)) == len(told) and set(told) == heard[0].keys() | created
    sessions.delete(made.id)


def _talk(sdk: OpenAI, server: ServerProcess, url: str) -> tuple[Any, list[Any], list[Any]]:
    """Hold the session's one turn; return it, and what each client heard of it."""
    sessions = sdk.beta.agents.sessions
    sells = script({"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}, {"text": "Sold."})
    runs = script({"tool_call": {"name": "shell", "arguments": {"commands": ["echo a cup"]}}}, {"text": "Here it is."})
    work = calls(
        ("create_subagent", {"task": sells}), ("create_subagent", {"task": runs}), ("weather", {"city": "Rabat"})
    )
    mcp: Any = {"type": "mcp", "server_label": "shop", "transport": {"type": "http", "server_url": url}}
    agent: Any = {"model": "scripted", "tools": [WEATHER, mcp], **MULTI}
    made = sessions.create(environment=HOSTED, agent=agent)
    heard: tuple[list[Any], list[Any]] = ([], [])
    readers = [follow(sdk, made.id, heard[0].append, until="agent.session.idle")]
    sessions.events.create(made.id, events=[message(script(work))])
    while len(actions := until(sdk, made, "requires_action").required_actions) < 2:
        pass  # the subagent asks in its own time
    kinds = {action.type: action for action in actions}
    asked, wanted = kinds["mcp_approval_request"], kinds["function_call"]
    assert asked.type == "mcp_approval_request" and wanted.type == "function_call"
    assert asked.turn_id != wanted.turn_id
    approve: Any = {
        "type": "agent.session.input.mcp_approval_request_result",
        "request_id": asked.request_id,
        "response": {"type": "mcp_tool_call", "decision": "approve"},
    }
    with sync_client(server) as other:
        readers.append(follow(other, made.id, heard[1].append, until="agent.session.idle"))
        # Words in the middle of the turn, before what it waits for has come; all from the second client.
        steer = message(script(wait(1, 2), WRITES, {"text": "All is done."}))
        for event in (approve, steer, result(wanted.turn_id, wanted.call_id)):
            other.beta.agents.sessions.events.create(made.id, events=[event])
        for reader in readers:
            reader.join(30)
    return until(sdk, made, "idle"), *heard
