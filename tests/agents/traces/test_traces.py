"""Traces through the official SDK, strict, read by OpenTelemetry's own protocol buffers."""

from __future__ import annotations

import base64
import json
from typing import Any

from google.protobuf import json_format
from openai import OpenAI
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.agents.talking import WEATHER, begin, call, result, script, until


def spans(otlp: Any) -> list[Any]:
    """Read OTLP JSON strictly. Its ids are hexadecimal, where the JSON of protocol buffers has base 64."""
    otlp = json.loads(json.dumps(otlp))
    for each in otlp["resourceSpans"][0]["scopeSpans"][0]["spans"]:
        for name in ("traceId", "spanId", "parentSpanId"):
            if name in each:
                each[name] = base64.b64encode(bytes.fromhex(each[name])).decode()
    read = json_format.ParseDict(otlp, ExportTraceServiceRequest())
    return list(read.resource_spans[0].scope_spans[0].spans)


def attributes(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


def test_a_turn_is_told_from_the_agent_to_each_call(sdk: OpenAI) -> None:
    create: Any = sdk.beta.agents.sessions.create
    shell: Any = {"tool_call": {"name": "shell", "arguments": {"commands": ["echo hi"]}}}
    said = script(shell, call("Rabat"), {"text": "Sunny."})
    agent = {"model": "scripted", "tools": [WEATHER]}
    made = create(environment={"type": "openai_hosted"}, agent=agent, input=said)
    (action,) = until(sdk, made, "requires_action").required_actions
    assert list(sdk.beta.agents.sessions.traces.list(made.id)) == [], "it has not ended"
    sdk.beta.agents.sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)])
    until(sdk, made, "idle")
    (trace,) = sdk.beta.agents.sessions.traces.list(made.id)
    (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
    assert (trace.id, trace.session_id, trace.created_at) == (turn.id, made.id, turn.created_at)
    found = spans(trace.otlp)
    root = found[0]
    assert [each.name for each in found].count("response") == 2
    assert [each.name for each in found if each.name != "response"] == [
        *("invoke_agent", "chat scripted", "execute_tool shell", "chat scripted", "chat scripted")
    ]
    about = attributes(root)
    assert about["gen_ai.operation.name"] == "invoke_agent" and about["gen_ai.conversation.id"] == made.id
    assert turn.usage is not None and about["gen_ai.usage.input_tokens"] == turn.usage.input_tokens
    assert not root.parent_span_id and {each.trace_id for each in found} == {root.trace_id}
    ids = {each.span_id for each in found}
    assert len(ids) == len(found) and all(each.parent_span_id in ids for each in found[1:])
    assert all(each.start_time_unix_nano <= each.end_time_unix_nano for each in found)
    tool = next(each for each in found if each.name == "execute_tool shell")
    assert attributes(tool)["gen_ai.tool.name"] == "shell" and attributes(tool)["gen_ai.tool.call.id"]
    tokens = sum(attributes(each)["gen_ai.usage.output_tokens"] for each in found if each.name == "chat scripted")
    assert tokens == turn.usage.output_tokens
    (again,) = sdk.beta.agents.sessions.traces.list(made.id)
    assert again == trace


def test_what_failed_says_why_and_pages_are_by_turn(sdk: OpenAI) -> None:
    sessions = sdk.beta.agents.sessions
    failing = {"text": "word word", "error_after": 1, "error_always": True, "error": "engine_failed"}
    made = begin(sdk, script(failing))
    until(sdk, made, "idle")
    with sessions.stream(made.id, input="Again.") as events:
        events.until_done()
    newest, first = sessions.traces.list(made.id, limit=1)
    assert [each.id for each in sessions.turns.list(made.id)] == [newest.id, first.id]
    assert [each.id for each in sessions.traces.list(made.id, order="asc", after=first.id)] == [newest.id]
    root = spans(first.otlp)[0]
    assert root.status.code == 2 and root.status.message and attributes(root)["error.type"] == "server_error"
    assert not spans(newest.otlp)[0].status.code
