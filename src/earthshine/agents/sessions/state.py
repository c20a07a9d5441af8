"""How a turn and a session are: read off the responses that the turn is made of, and stored nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row

from earthshine.agents.sessions.items import json_value
from earthshine.agents.subagents import tools as subagent_tools
from earthshine.conversations.items.mcp.approval import REQUEST, RESPONSE
from earthshine.ids import new_id
from earthshine.responses.run.kind import STEERED
from earthshine.responses.run.response_run import ResponseRun

Json = dict[str, Any]

UNFINISHED = ("queued", "in_progress")
_ERRORS = {"rate_limit_exceeded": "rate_limit_exceeded", "invalid_prompt": "invalid_request"}


@dataclass(frozen=True, slots=True)
class Step:
    """One response of a turn, as far as it is known."""

    id: str
    status: str
    """Empty for one that has not begun."""
    response: Json
    begun_ms: int | None = None
    ended_ms: int | None = None

    @classmethod
    def of(cls, response_id: str, row: Row[Any] | None) -> Step:
        """Read a row of `responses`, if there is one."""
        if row is None:
            return cls(response_id, "", {})
        return cls(response_id, row.status, orjson.loads(row.response), row.begun_ms, row.ended_ms)

    @property
    def yielded(self) -> bool:
        """Whether it ended between two steps so that the turn's next response may go on."""
        details: Json = self.response.get("incomplete_details") or {}
        return self.status == "incomplete" and details.get("reason") == STEERED

    @property
    def pending(self) -> list[Json]:
        """The calls that it ended with, and that somebody else has to make or to allow."""
        if self.status != "completed":
            return []
        output: list[Json] = self.response["output"]
        made = {item["call_id"] for item in output if item["type"] == "function_call_output"}
        said = {item["approval_request_id"] for item in output if item["type"] == RESPONSE}
        return [
            item
            for item in output
            # One that was cut by a limit is no call.
            if (item["type"] == "function_call" and item["call_id"] not in made and item["status"] != "incomplete")
            or (item["type"] == REQUEST and item["id"] not in said)
        ]

    @property
    def asked(self) -> list[Json]:
        """Those of them that are for a client; the others are for the session itself."""
        return [item for item in self.pending if not subagent_tools.is_call(item)]


@dataclass(frozen=True, slots=True)
class TurnState:
    """A turn with its responses."""

    row: Row[Any]
    steps: Sequence[Step]

    @property
    def id(self) -> str:
        """The turn's id."""
        return self.row.id

    @property
    def subagent_id(self) -> str | None:
        """Which subagent's it is; None for one of the session's own agent."""
        return self.row.subagent_id

    @property
    def status(self) -> str:
        """The status, as replies show it."""
        if self.row.state != "open":
            return self.row.state
        last = self.steps[-1]
        if not last.status:
            return "queued"
        if last.status in UNFINISHED or self._goes_on:
            return "in_progress"
        if last.status == "completed" and self.row.hold == "cancelled" and last.pending:
            return "cancelled"
        if last.status == "completed":
            return "waiting" if self.waits_for else "in_progress" if self.calls else "completed"
        return "cancelled" if last.status == "cancelled" or last.yielded else "failed"

    @property
    def _goes_on(self) -> bool:
        """Whether another response is to follow the last, which has ended, without anybody's answer."""
        last = self.steps[-1]
        words = last.status == "completed" and bool(self.row.said) and not (self.waits_for or self.calls)
        return self.row.state == "open" and self.row.hold != "cancelled" and (last.yielded or words)

    @property
    def paused(self) -> bool:
        """Whether it is held by a person."""
        return self.active and self.row.hold == "paused"

    @property
    def due(self) -> bool:
        """Whether the server has something to begin now: a response that is known, or the next one."""
        return not self.paused and (self.status == "queued" or self._goes_on)

    @property
    def active(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("queued", "in_progress", "waiting")

    @property
    def waits_for(self) -> list[Json]:
        """The calls of its last response that a client has to answer, and has not."""
        return [item for item in self.steps[-1].asked if call_key(item) not in self.row.answers]

    @property
    def calls(self) -> list[Json]:
        """The calls of its last response, of functions for subagents, that have no answer yet."""
        pending = self.steps[-1].pending
        return [item for item in pending if subagent_tools.is_call(item) and item["call_id"] not in self.row.answers]

    def answered(self, answers: Json) -> Json:
        """Return what is stored with some more answers: with the last of them the turn has another response.

        What stands under `told` is kept with that, for readers.
        """
        known: Json = {**self.row.answers, **answers}
        pending = self.steps[-1].pending
        if any(call_key(item) not in known for item in pending):
            return {"answers": known}
        given = [*(known.pop(call_key(item)) for item in pending), *(self.row.said or ())]
        steps = [*self.row.steps, {"id": new_id("resp"), "input": given, **known}]
        return {"answers": {}, "steps": steps, "said": None}

    @property
    def error(self) -> Json | None:
        """Why it failed."""
        if self.status != "failed":
            return None
        if self.row.error is not None:
            return self.row.error
        response = self.steps[-1].response
        if response["status"] == "incomplete":
            return {
                "code": "max_output_tokens",
                "message": f"The reply ended too early: {_reason(response)}.",
            }
        error: Json = response["error"] or {}
        code = _ERRORS.get(str(error.get("code")), "server_error")
        return {"code": code, "message": error.get("message") or "The reply failed."}

    @property
    def usage(self) -> Json | None:
        """The tokens of its responses together; None while nothing is counted."""
        return total_usage(step.response.get("usage") for step in self.steps)

    def told(self, agent_id: str) -> Json:
        """Return it as replies show it."""
        ended = None if self.active else self.row.ended_ms or self.steps[-1].ended_ms
        begun = self.steps[0].begun_ms
        return {
            "id": self.id,
            "object": "agent.session.turn",
            "agent_id": self.subagent_id or agent_id,
            "session_id": self.row.session_id,
            "subagent_id": self.subagent_id,
            "created_at": self.row.created_ms // 1000,
            "started_at": None if begun is None else begun // 1000,
            "completed_at": None if ended is None else ended // 1000,
            "status": self.status,
            "error": self.error,
            "usage": self.usage,
        }


def turn_of(response: ResponseRun) -> str | None:
    """Return the id of the turn that a response says it belongs to, which its client may have made up."""
    told: Json = response.turn.body.get("metadata") or {}
    turn_id = told.get("turn_id")
    return turn_id if isinstance(turn_id, str) else None


def _reason(response: Json) -> str:
    details: Json = response["incomplete_details"] or {}
    return details.get("reason") or "nobody knows why"


def call_key(item: Json) -> str:
    """Return by what a call, or a question about one, is answered."""
    return item["id"] if item["type"] == REQUEST else item["call_id"]


def required_actions(turns: Iterable[TurnState]) -> list[Json]:
    """Return what has to be done before a session, and its subagents, go on."""
    return [_action(item, turn.id) for turn in turns if turn.status == "waiting" for item in turn.waits_for]


def session_status(turn: TurnState | None, others: Iterable[TurnState] = ()) -> str:
    """Return the status of a session by its last turn, and by those of its subagents."""
    if any(each.status == "waiting" for each in (turn, *others) if each is not None):
        return "requires_action"
    return "in_progress" if turn is not None and turn.active else "idle"


def total_usage(parts: Any) -> Json | None:
    """Return the tokens of several responses together; None where none is counted."""
    found: list[Json] = [part for part in parts if part]
    if not found:
        return None

    def total(name: str, inner: str = "") -> int:
        return sum(part[name][inner] if inner else part[name] for part in found)

    return {
        "input_tokens": total("input_tokens"),
        "input_tokens_details": {"cached_tokens": total("input_tokens_details", "cached_tokens")},
        "output_tokens": total("output_tokens"),
        "output_tokens_details": {"reasoning_tokens": total("output_tokens_details", "reasoning_tokens")},
        "total_tokens": total("total_tokens"),
    }


def _action(item: Json, turn_id: str) -> Json:
    arguments = json_value(item["arguments"])
    if item["type"] == REQUEST:
        request = {
            "type": "mcp_tool_call",
            "name": item["name"],
            "server_label": item["server_label"],
            "arguments": arguments,
            "message": f"{item['server_label']}: {item['name']}",
        }
        return {"type": "mcp_approval_request", "request_id": item["id"], "turn_id": turn_id, "request": request}
    return {
        "type": "function_call",
        "call_id": item["call_id"],
        "name": item["name"],
        "arguments": arguments,
        "turn_id": turn_id,
    }
