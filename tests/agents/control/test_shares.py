"""Links to sessions: what a stranger sees, and what not."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from openai import BadRequestError, OpenAI

from tests.agents.control.test_steering import said
from tests.agents.talking import begin, message, script, until
from tests.server_process import ServerProcess


def test_a_link_shows_what_was_done_and_nothing_else(sdk: OpenAI, scripted_server: ServerProcess) -> None:
    agent = {"instructions": "A secret instruction."}
    thoughts = script({"reasoning": "A secret thought.", "text": "So it is."})
    made = begin(sdk, thoughts, agent=agent, metadata={"note": "A secret note."})
    until(sdk, made, "idle")
    place = f"/../earthshine/v1/agents/sessions/{made.id}/shares"
    share: Any = sdk.post(place, body={}, cast_to=object)
    sdk.beta.agents.sessions.events.create(made.id, events=[message("A later word.")])
    until(sdk, made, "idle")
    address = f"{scripted_server.url}{share['url']}"
    reply = httpx2.get(address)
    assert reply.status_code == 200 and reply.headers["cache-control"] == "no-store"
    shown = reply.json()
    assert shown["title"].startswith("!script") and [item["type"] for item in shown["items"]] == ["message", "message"]
    replayed = httpx2.get(f"{address}/replay").text
    assert "So it is." in replayed and '"replay.done"' in replayed
    for hidden in ("A secret instruction.", "A secret note.", "A later word.", made.id, made.agent.id):
        assert hidden not in reply.text + replayed
    told = [json.loads(line[5:]) for line in replayed.splitlines() if line.startswith("data:")]
    assert not [entry for entry in told if "reasoning" in str(entry.get("event", {}).get("type"))]
    with_thoughts: Any = sdk.post(place, body={"include_reasoning": True, "expires_in": 60}, cast_to=object)
    kinds = [item["type"] for item in httpx2.get(f"{scripted_server.url}{with_thoughts['url']}").json()["items"]]
    assert "reasoning" in kinds and len(kinds) == len(said(sdk, made)), "a later link shows what came until then"
    listed: Any = sdk.get(place, cast_to=object)
    assert [each["id"] for each in listed["data"]] == [with_thoughts["id"], share["id"]]
    assert listed["data"][1]["url"] == share["url"]
    sdk.delete(f"{place}/{share['id']}", cast_to=object)
    gone = httpx2.get(address)
    assert gone.status_code == 404 and httpx2.get(f"{address}/replay").status_code == 404
    assert gone.headers["cache-control"] == "no-store"
    sdk.beta.agents.sessions.delete(made.id)
    assert httpx2.get(f"{scripted_server.url}{with_thoughts['url']}").status_code == 404


def test_what_cannot_be_shared(sdk: OpenAI) -> None:
    made = begin(sdk, script({"pieces": 200, "tokens_per_second": 20}))
    with pytest.raises(BadRequestError, match="nothing to show"):
        sdk.post(f"/../earthshine/v1/agents/sessions/{made.id}/shares", body={}, cast_to=object)
    sdk.beta.agents.sessions.events.create(made.id, events=[{"type": "agent.session.input.cancel"}])
