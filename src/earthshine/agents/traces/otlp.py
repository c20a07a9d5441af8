"""The trace of one turn as OTLP JSON: the turn, its responses, their calls of the model and of tools.

Sources: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding and the semantic conventions for generative
AI, https://opentelemetry.io/docs/specs/semconv/gen-ai/. Ids are derived from those of the turn and its steps, so they
are always the same. What was said stands in none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row

from earthshine import __version__
from earthshine.agents.sessions.state import Step, TurnState
from earthshine.responses.run.response_run import MODEL_STEP

Json = dict[str, Any]

_INTERNAL, _CLIENT, _ERROR = 1, 3, 2
_TOOL = "tool "


def export(session: Row[Any], turn: TurnState, steps: Mapping[str, Sequence[Row[Any]]]) -> Json:
    """Return an ExportTraceServiceRequest of one turn that has ended; `steps` are those of its responses' runs."""
    resource = {"attributes": _attributes({"service.name": "earthshine", "service.version": __version__})}
    scope = {"name": "earthshine.agents", "version": __version__}
    spans = list(_Trace(session, turn).spans(steps))
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"scope": scope, "spans": spans}]}]}


class _Trace:
    def __init__(self, session: Row[Any], turn: TurnState) -> None:
        self._agent: Json = session.agent
        self._turn, self._trace = turn, _digest(turn.id, 32)
        self._about = {"gen_ai.system": "earthshine", "gen_ai.conversation.id": session.id}

    def spans(self, steps: Mapping[str, Sequence[Row[Any]]]) -> Iterable[Json]:
        """Yield the turn's span, and those below it."""
        turn = self._turn
        began, ended = turn.row.created_ms, turn.row.ended_ms or turn.steps[-1].ended_ms
        name = self._agent["name"]
        about = {
            **self._about,
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.id": self._agent["id"],
            "gen_ai.agent.name": name,
            "gen_ai.request.model": self._agent["model"],
            "earthshine.turn.status": turn.status,
            **_usage(turn.usage),
        }
        title = f"invoke_agent {name}" if name else "invoke_agent"
        yield self._span(turn.id, "", title, _INTERNAL, began, ended or began, about, turn.error)
        for step in turn.steps:
            if step.status:
                yield from self._response(step, steps.get(step.id, ()))

    def _response(self, step: Step, rows: Sequence[Row[Any]]) -> Iterable[Json]:
        began = step.begun_ms or (rows[0].begun_ms if rows else self._turn.row.created_ms)
        about = {**self._about, "gen_ai.response.id": step.id, **_usage(step.response.get("usage"))}
        error = step.response.get("error")
        yield self._span(step.id, self._turn.id, "response", _INTERNAL, began, step.ended_ms or began, about, error)
        for row in rows:
            yield self._step(step, row)

    def _step(self, step: Step, row: Row[Any]) -> Json:
        about, name, kind = dict(self._about), row.name, _INTERNAL
        if row.name.startswith(MODEL_STEP):
            model = step.response.get("model") or self._agent["model"]
            name, kind = f"chat {model}", _CLIENT
            used: Json = row.usage or {}
            about |= {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": model,
                "gen_ai.response.id": step.id,
                "gen_ai.usage.input_tokens": used.get("prompt_tokens"),
                "gen_ai.usage.output_tokens": used.get("completion_tokens"),
                "earthshine.step": row.name,
            }
        elif row.name.startswith(_TOOL):
            tool = row.name.removeprefix(_TOOL)
            name = f"execute_tool {tool}"
            details: Json = row.details or {}
            about |= {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": tool,
                "gen_ai.tool.call.id": details.get("call_id"),
            }
        about["earthshine.step.state"] = row.state
        ended = row.ended_ms or step.ended_ms or row.begun_ms
        return self._span(f"{step.id}:{row.number}", step.id, name, kind, row.begun_ms, ended, about, row.error)

    def _span(
        self, of: str, parent: str, name: str, kind: int, began: int, ended: int, about: Json, error: Json | None
    ) -> Json:
        status: Json = {}
        if error:
            about = {**about, "error.type": error.get("code") or "error"}
            status = {"code": _ERROR, "message": error.get("message") or ""}
        return {
            "traceId": self._trace,
            "spanId": _digest(of, 16),
            **({"parentSpanId": _digest(parent, 16)} if parent else {}),
            "name": name,
            "kind": kind,
            "startTimeUnixNano": f"{began}000000",
            "endTimeUnixNano": f"{max(began, ended)}000000",
            "attributes": _attributes(about),
            "status": status,
        }


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def _usage(usage: Json | None) -> Json:
    if not usage:
        return {}
    return {
        "gen_ai.usage.input_tokens": usage["input_tokens"],
        "gen_ai.usage.output_tokens": usage["output_tokens"],
    }


def _attributes(values: Json) -> list[Json]:
    """Return attributes as OTLP has them: whole numbers are written as strings there."""
    return [
        {"key": key, "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": str(value)}}
        for key, value in values.items()
        if value is not None
    ]
