"""Calls of the functions for subagents, as a session shows them: each is one item, with how it came out."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from earthshine.agents.subagents import tools
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

FAILED = "Error: "
"""What the answer to a call begins with that could not be done."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who calls: the agent of a session."""

    session_id: str
    agent_id: str


def shown_call(item: Json, sender: Sender) -> Json:
    """Return a call that has no answer yet, without its ids."""
    said: Json = {}
    with suppress(InvalidRequest):  # its answer says what was wrong
        said = tools.arguments(item)
    return {"type": f"{item['name']}_call", "status": "in_progress", **_about(item["name"], said, sender)}


def answered_call(call: Json, output: Json) -> Json:
    """Return a call that a session shows, with how it came out."""
    return {**call, "status": "failed" if str(output["output"]).startswith(FAILED) else "completed"}


def _about(name: str, said: Json, sender: Sender) -> Json:
    if name == tools.CREATE:
        return {
            "agent_id": sender.agent_id,
            "content": _content(said.get("task")),
            "model": None,
            "reasoning_effort": None,
        }
    about: Json = {"sender_agent_id": sender.agent_id}
    if name == tools.WAIT:
        found: list[int] = []
        with suppress(InvalidRequest):
            found = tools.numbers(said)
        return {**about, "recipient_agent_ids": [tools.subagent_id(sender.session_id, each) for each in found]}
    recipient = ""
    with suppress(InvalidRequest):
        recipient = tools.subagent_id(sender.session_id, tools.number(said))
    about["recipient_agent_id"] = recipient
    return {**about, "content": _content(said.get("input"))} if name == tools.SEND else about


def _content(text: Any) -> list[Json]:
    return [{"type": "output_text", "text": text}] if isinstance(text, str) else []
