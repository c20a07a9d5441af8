"""Chat completions, made and stored."""

from __future__ import annotations

from typing import Any

from tests.faults.bad_rows.row import (
    BAD,
    LEFT_OUT,
    LONG,
    MISSING,
    SCHEMA,
    STRANGE_IDS,
    TYPE,
    UNKNOWN,
    UNSUPPORTED,
    Row,
    variations,
    wrong_ids,
)

_SAY = [{"role": "user", "content": "Hello."}]
_CHAT = {"model": "scripted", "messages": _SAY}


def chat_tool(name: str = "look_up", parameters: Any = None, **more: Any) -> dict[str, Any]:
    """A function tool of the chat API."""
    return {"type": "function", "function": {"name": name, "parameters": parameters or {"type": "object"}, **more}}


CHAT = variations(
    "chat",
    "/v1/chat/completions",
    _CHAT,
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "scriptde"}, 404, "model_not_found", "model", "'scripted'"),
        ("no messages", {"messages": LEFT_OUT}, 400, MISSING, "messages"),
        ("empty messages", {"messages": []}, 400, BAD, "messages"),
        ("messages is text", {"messages": "Hello."}, 400, TYPE, "messages"),
        ("message is text", {"messages": ["Hello."]}, 400, TYPE, "messages[0]"),
        ("unknown role", {"messages": [{"role": "robot", "content": "x"}]}, 400, BAD, "messages[0].role", "'user'"),
        ("no role", {"messages": [{"content": "x"}]}, 400, MISSING, "messages[0].role"),
        ("no content", {"messages": [{"role": "user"}]}, 400, MISSING, "messages[0].content"),
        ("content is a number", {"messages": [{"role": "user", "content": 1}]}, 400, TYPE, "messages[0].content"),
        ("no parts", {"messages": [{"role": "user", "content": []}]}, 400, BAD, "messages[0].content"),
        (
            "unknown part",
            {"messages": [{"role": "user", "content": [{"type": "smell"}]}]},
            400,
            BAD,
            "messages[0].content[0].type",
        ),
        (
            "audio part",
            {"messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
            400,
            BAD,
            "messages[0].content[0].type",
        ),
        (
            "image",
            {
                "messages": [
                    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://a.example/b"}}]}
                ]
            },
            *(400, UNSUPPORTED, "messages[0].content[0]"),
        ),
        (
            "answer without a call",
            {"messages": [*_SAY, {"role": "tool", "tool_call_id": "c1", "content": "x"}]},
            400,
            BAD,
            "messages[1].tool_call_id",
        ),
        ("unknown field of a message", {"messages": [{**_SAY[0], "mood": "x"}]}, 400, UNKNOWN, "messages[0].mood"),
        ("unknown parameter", {"max_output_tokens": 5}, 400, UNKNOWN, "max_output_tokens"),
        ("n=0", {"n": 0}, 400, BAD, "n"),
        ("n=129", {"n": 129}, 400, BAD, "n"),
        ("n is text", {"n": "two"}, 400, TYPE, "n"),
        ("negative limit", {"max_completion_tokens": -5}, 400, BAD, "max_completion_tokens"),
        ("huge limit", {"max_tokens": 2**31}, 400, BAD, "max_tokens"),
        ("two limits", {"max_tokens": 5, "max_completion_tokens": 6}, 400, BAD, "max_tokens"),
        ("hot", {"temperature": 3}, 400, BAD, "temperature"),
        ("seed beyond 64 bits", {"seed": 2**63}, 400, BAD, "seed"),
        ("five stops", {"stop": ["a", "b", "c", "d", "e"]}, 400, BAD, "stop"),
        ("empty stop", {"stop": [""]}, 400, BAD, "stop"),
        ("stop is a number", {"stop": 5}, 400, TYPE, "stop"),
        ("bias of a word", {"logit_bias": {"yes": 5}}, 400, BAD, "logit_bias"),
        ("bias of 101", {"logit_bias": {"5": 101}}, 400, BAD, "logit_bias"),
        ("rivals alone", {"top_logprobs": 2}, 400, BAD, "top_logprobs", "logprobs"),
        ("stream options alone", {"stream_options": {"include_usage": True}}, 400, BAD, "stream_options"),
        ("audio out", {"modalities": ["text", "audio"]}, 400, UNSUPPORTED, "modalities"),
        ("web search", {"web_search_options": {}}, 400, UNSUPPORTED, "web_search_options"),
        ("prediction", {"prediction": {"type": "content", "content": "x"}}, 400, UNSUPPORTED, "prediction"),
        ("tools and functions", {"tools": [chat_tool()], "functions": [{"name": "f"}]}, 400, BAD, "functions"),
        ("two tools of one name", {"tools": [chat_tool(), chat_tool()]}, 400, BAD, "tools[1]"),
        ("tool not here", {"tools": [{"type": "custom", "custom": {}}]}, 400, BAD, "tools[0].type"),
        ("choice of no tool", {"tool_choice": "required"}, 400, BAD, "tool_choice"),
        (
            "choice of another tool",
            {"tools": [chat_tool()], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            *(400, BAD, "tool_choice"),
        ),
        ("unknown format", {"response_format": {"type": "yaml"}}, 400, BAD, "response_format.type"),
        (
            "no schema name",
            {"response_format": {"type": "json_schema", "json_schema": {}}},
            400,
            MISSING,
            "response_format.json_schema.name",
        ),
        ("unknown adapter", {"adapters": {"poet": 1}}, 400, BAD, "adapters"),
        ("unknown effort", {"reasoning_effort": "huge"}, 400, BAD, "reasoning_effort"),
        ("metadata value too long", {"metadata": {"a": "x" * 513}, "store": True}, 400, BAD, "metadata"),
        ("context", {"messages": [{"role": "user", "content": LONG}]}, 400, "context_length_exceeded", None, "32768"),
        (
            "1 MB over the real context",
            {"model": "default", "messages": [{"role": "user", "content": LONG}]},
            400,
            "context_length_exceeded",
            None,
        ),
        (
            "bad schema",
            {
                "model": "default",
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "x", "schema": {"type": 3}, "strict": True},
                },
            },
            *(400, SCHEMA, "response_format.json_schema.schema.type"),
        ),
        (
            "tool with a bad schema",
            {"model": "default", "tools": [chat_tool(parameters={"type": "object", "properties": []}, strict=True)]},
            *(400, SCHEMA, "tools[0].function.parameters.properties"),
        ),
        (
            "bad schema, streamed",
            {"model": "default", "stream": True, "tools": [chat_tool(parameters={"type": "x"}, strict=True)]},
            400,
            SCHEMA,
            "tools[0].function.parameters.type",
        ),
    ],
)
CHAT += wrong_ids(
    "chat",
    [
        ("GET", "/v1/chat/completions/{id}"),
        ("DELETE", "/v1/chat/completions/{id}"),
        ("GET", "/v1/chat/completions/{id}/messages"),
    ],
    [*STRANGE_IDS, ("deleted", "@deleted_chat"), ("of a response", "@response")],
    "completion_id",
)
CHAT += [
    Row(
        "chat: update deleted",
        "POST",
        "/v1/chat/completions/@deleted_chat",
        {"metadata": {}},
        404,
        "not_found",
        "completion_id",
    ),
    Row("chat: update unknown field", "POST", "/v1/chat/completions/@chat", {"model": "x"}, 400, UNKNOWN, "model"),
    Row("chat: limit=0", "GET", "/v1/chat/completions?limit=0", None, 400, BAD, "limit"),
    Row("chat: limit=101", "GET", "/v1/chat/completions?limit=101", None, 400, BAD, "limit"),
    Row("chat: limit=x", "GET", "/v1/chat/completions?limit=x", None, 400, TYPE, "limit"),
    Row("chat: order=up", "GET", "/v1/chat/completions?order=up", None, 400, BAD, "order"),
    Row("chat: bad cursor", "GET", "/v1/chat/completions?after=@response", None, 400, BAD, "after"),
    Row("chat: unknown query", "GET", "/v1/chat/completions?page=2", None, 400, UNKNOWN, "page"),
    Row("chat: bad cursor of messages", "GET", "/v1/chat/completions/@chat/messages?after=x", None, 400, BAD, "after"),
]
