"""Events of a turn: made from those of its responses, the same however often they are asked for.

Source: `AgentSessionEvent` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from earthshine.agents.sessions.items import SHELL_CALL, SHELL_OUTPUT, shown, with_output
from earthshine.agents.sessions.state import TurnState
from earthshine.agents.subagents.items import Sender, answered_call
from earthshine.agents.subagents.tools import is_call

Json = dict[str, Any]

_PREFIX = "agent.session.turn."
_TOLD_WHOLE = ("function_call", SHELL_CALL)
"""What is told when it is written to its end: clients make a call as soon as they hear of it."""
_PASSED = {
    "response.content_part.added": ("content_part.added", ("content_index", "part")),
    "response.content_part.done": ("content_part.done", ("content_index", "part")),
    "response.output_text.delta": ("output_text.delta", ("content_index", "delta")),
    "response.output_text.done": ("output_text.done", ("content_index", "text")),
    "response.reasoning_summary_part.added": ("reasoning_summary_part.added", ("summary_index", "part")),
    "response.reasoning_summary_part.done": ("reasoning_summary_part.done", ("summary_index", "part")),
    "response.reasoning_summary_text.delta": ("reasoning_summary_text.delta", ("summary_index", "delta")),
    "response.reasoning_summary_text.done": ("reasoning_summary_text.done", ("summary_index", "text")),
}


class TurnEvents:
    """Makes the events of one turn, numbered in their order."""

    def __init__(self, session_id: str, turn_id: str, agent_id: str) -> None:
        self._session_id, self._turn_id = session_id, turn_id
        self._sender = Sender(session_id, agent_id)
        self._number = self._shown = 0
        self._places: dict[int, int] = {}
        """Where the items of the response that is read stand among those of the turn, by their places in it."""
        self._commands: dict[str, tuple[int, Json]] = {}
        """Commands that run: their places and what is shown of them, by their calls."""
        self._printing: dict[int, str] = {}
        """Whose output the items of the response are, by their places in it."""
        self._calls: dict[str, tuple[int, Json]] = {}
        """The same as of commands, of calls about subagents."""

    def begin_step(self) -> None:
        """Another response of the turn is read."""
        self._places, self._printing = {}, {}

    def event(self, kind: str, **fields: Any) -> Json:
        """Return an event that names neither session nor turn by itself."""
        self._number += 1
        return {"type": kind, "event_id": f"{self._turn_id}-{self._number}", **fields}

    def of_turn(self, kind: str, turn: TurnState, agent_id: str) -> Json:
        """Return an event about how the turn is."""
        told = turn.told(agent_id)
        ended = {"usage": told["usage"]} if kind in ("completed", "failed", "cancelled") else {}
        return self.event(_PREFIX + kind, session_id=self._session_id, turn_id=self._turn_id, turn=told, **ended)

    def given(self, item: Json) -> Iterator[Json]:
        """Yield the event of an item that the client sent, or with which the session answered a call."""
        if (called := self._calls.pop(item.get("call_id", ""), None)) is not None:
            place, call = called
            yield self._inside("item.done", item=answered_call(call, item), output_index=place)
        elif (told := shown(item, self._turn_id)) is not None:
            yield self._inside("item.added", item=told, output_index=None)

    def told(self, step: Json) -> Iterator[Json]:
        """Yield the events of what the session did to subagents before a response, as a turn's row has it."""
        for each in step.get("told", ()):
            yield self.event(f"agent.session.subagent.{each['type']}", subagent=each["subagent"])

    def translate(self, event: Json) -> Iterator[Json]:
        """Yield what an event of a response is to the session: nothing, or one or two events."""
        kind: str = event["type"]
        if kind == "response.output_item.added":
            if event["item"]["type"] == SHELL_OUTPUT:
                self._printing[event["output_index"]] = event["item"]["call_id"]
            elif event["item"]["type"] not in _TOLD_WHOLE:
                yield from self._item("item.added", event)
        elif kind == "response.output_item.done":
            yield from self._done(event)
        elif kind == "response.shell_call_output_content.delta":
            yield from self._printed(event)
        elif kind in _PASSED and (place := self._places.get(event["output_index"])) is not None:
            name, fields = _PASSED[kind]
            kept = {field: _plain(event[field]) for field in fields}
            if kept.get("part", True) is not None:
                yield self._inside(name, item_id=event["item_id"], output_index=place, **kept)

    def _done(self, event: Json) -> Iterator[Json]:
        item: Json = event["item"]
        if item["type"] == SHELL_OUTPUT:
            if (running := self._commands.pop(item["call_id"], None)) is not None:
                place, command = running
                yield self._inside("item.done", item=with_output(command, item), output_index=place)
            return
        if item["type"] in _TOLD_WHOLE:
            yield from self._item("item.added", event)
        if item["type"] == SHELL_CALL and (told := shown(item, self._turn_id)) is not None:
            self._commands[item["call_id"]] = (self._places[event["output_index"]], told)
            return
        if is_call(item) and (told := shown(item, self._turn_id, self._sender)) is not None:
            self._calls[item["call_id"]] = (self._places[event["output_index"]], told)
            return
        yield from self._item("item.done", event)

    def _printed(self, event: Json) -> Iterator[Json]:
        running = self._commands.get(self._printing.get(event["output_index"], ""))
        if running is not None:
            place, command = running
            text = "".join(event["delta"].values())
            about = {"item_id": command["id"], "output_index": place, "delta": text}
            where = {"session_id": self._session_id, "turn_id": self._turn_id}
            yield self.event("agent.output.command_execution_output.delta", **where, **about)

    def _item(self, name: str, event: Json) -> Iterator[Json]:
        told = shown(event["item"], self._turn_id, self._sender)
        if told is None:
            return
        place = self._places.get(event["output_index"])
        if place is None:
            place = self._places[event["output_index"]] = self._shown
            self._shown += 1
        if name == "item.done" and told["type"] == "function_call_output":
            return  # not one that an agent puts out
        yield self._inside(name, item=told, output_index=place)

    def _inside(self, name: str, **fields: Any) -> Json:
        return self.event(_PREFIX + name, session_id=self._session_id, turn_id=self._turn_id, **fields)


def _plain(value: Any) -> Any:
    """Return a part as sessions have it: the words alone; None for one that they have no word for."""
    if not isinstance(value, dict):
        return value
    part = cast("Json", value)
    kind = part.get("type")
    return {"type": kind, "text": part["text"]} if kind in ("output_text", "summary_text") else None
