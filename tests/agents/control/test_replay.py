"""A replay: what followers heard, with its times, and no model asked."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from openai import OpenAI

from tests.agents.talking import WEATHER, bearer, begin, call, follow, message, result, script, until
from tests.server_process import ServerProcess

_SESSIONS = ("agent.session.in_progress", "agent.session.requires_action", "agent.session.idle")


def replay(server: ServerProcess, session_id: str, **query: str) -> list[Any]:
    place = f"{server.url}/earthshine/v1/agents/sessions/{session_id}/replay"
    reply = httpx2.get(place, params=query, headers=bearer(server))
    assert reply.status_code == 200, reply.text
    return [json.loads(line[5:]) for line in reply.text.splitlines() if line.startswith("data:")]


def test_a_replay_is_what_followers_heard(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    sessions = sdk.beta.agents.sessions
    made = begin(sdk, "Hello.", tools=[WEATHER])
    until(sdk, made, "idle")
    seen: list[Any] = []
    reader = follow(sdk, made.id, seen.append, until="agent.session.idle")
    said = script({"text": "I look.", **call("Rabat")}, {"text": "So it is."})
    sessions.events.create(made.id, events=[message(said)])
    (action,) = until(sdk, made, "requires_action").required_actions
    assert action.type == "function_call"
    half = replay(scripted_server, made.id, turn_id=action.turn_id)
    sessions.events.create(made.id, events=[message("And why?"), result(action.turn_id, action.call_id)])
    reader.join(30)
    told = replay(scripted_server, made.id)
    assert told.pop() == {"type": "replay.done"}
    times = [entry["at_ms"] for entry in told]
    assert times == sorted(times) and times[0] >= made.created_at * 1000
    second = [entry["event"] for entry in told if entry["event"]["turn_id"] == action.turn_id]
    heard = {event.event_id: event for event in seen if event.type not in _SESSIONS}
    assert [event["event_id"] for event in second] == list(heard)
    for event in second:
        if "turn" not in event:
            shown = heard[event["event_id"]].to_dict()
            shown.pop("obfuscation", None)
            assert shown == event
    assert [event["turn"]["status"] for event in second if "turn" in event] == ["queued", "in_progress", "completed"]
    assert half[-1] == {"type": "replay.done"}
    assert [entry["event"]["event_id"] for entry in half[:-1]] == list(heard)[: len(half) - 1]
