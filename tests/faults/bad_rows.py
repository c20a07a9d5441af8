"""The table of bad input: one row each, and what must come back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

JSON = "application/json"


@dataclass(frozen=True)
class Row:
    """One bad request. `@name` in the path or the body stands for the id of a thing that was made before."""

    name: str
    method: str
    path: str
    body: Any
    status: int
    code: str
    param: str | None = None
    says: tuple[str, ...] = ()
    """Words that the message must have: what is wrong, or what to do next."""

    def __str__(self) -> str:
        return self.name


def _on(prefix: str, path: str, base: dict[str, Any], table: list[tuple[Any, ...]]) -> list[Row]:
    """Rows of one POST route: each body is `base` with some fields replaced."""
    rows: list[Row] = []
    for name, changed, status, code, param, *says in table:
        body = {key: value for key, value in {**base, **changed}.items() if value is not LEFT_OUT}
        rows.append(Row(f"{prefix}: {name}", "POST", path, body, status, code, param, tuple(says)))
    return rows


LEFT_OUT = object()


def nested(depth: int) -> Any:
    """An object inside an object, and so on."""
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def function(name: str = "look_up", **more: Any) -> dict[str, Any]:
    """A function tool of the Responses API."""
    return {"type": "function", "name": name, "parameters": {"type": "object", "properties": {}}, **more}


def schema_format(schema: Any, **more: Any) -> dict[str, Any]:
    """A structured output of the Responses API."""
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema, **more}}


LONG = "word " * 210_000
"""A bit more than a megabyte."""

BAD, MISSING, TYPE = "invalid_value", "missing_required_parameter", "invalid_type"
UNKNOWN, UNSUPPORTED, SCHEMA = "unknown_parameter", "unsupported_parameter", "invalid_json_schema"

# --- bodies that are no JSON object: the same for every route that takes one -----------------------------------------

_BROKEN: list[tuple[str, bytes, str]] = [
    ("empty", b"", "empty"),
    ("white space", b" \n\t ", "empty"),
    ("cut", b'{"model": "scripted", "input": "hel', "not valid JSON"),
    ("single quotes", b"{'model': 'scripted'}", "not valid JSON"),
    ("trailing comma", b'{"model": "scripted",}', "not valid JSON"),
    ("two objects", b'{"model": "scripted"} {}', "not valid JSON"),
    ("array", b'["scripted"]', "must be a JSON object"),
    ("string", b'"scripted"', "must be a JSON object"),
    ("null", b"null", "must be a JSON object"),
    ("NaN", b'{"model": "scripted", "temperature": NaN}', "not valid JSON"),
    ("number over the largest", b'{"model": "scripted", "temperature": 1e999}', "not valid JSON"),
    ("invalid UTF-8", b'{"model": "scripted", "input": "\xff\xfe"}', "not valid JSON"),
    ("lone surrogate", b'{"model": "scripted", "input": "\\ud83d"}', "not valid JSON"),
    ("lone low surrogate", b'{"model": "scripted", "input": "\\ude00!"}', "not valid JSON"),
    ("raw NUL", b'{"model": "scripted", "input": "a\x00b"}', "not valid JSON"),
    ("form", b"model=scripted&input=hello", "not valid JSON"),
    ("nested 100,000 deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "not valid JSON"),
    ("nested 1,000 deep", b'{"a":' * 1000 + b"1" + b"}" * 1000, "Make it flatter"),
]
BODY_ROUTES = [
    "/v1/responses",
    "/v1/responses/input_tokens",
    "/v1/responses/compact",
    "/v1/conversations",
    "/v1/conversations/@conversation",
    "/v1/conversations/@conversation/items",
    "/v1/chat/completions",
    "/v1/chat/completions/@chat",
    "/v1/completions",
    "/v1/embeddings",
]
BROKEN = [
    Row(f"{path}: body {name}", "POST", path, body, 400, "invalid_json", None, (says,))
    for path in BODY_ROUTES
    for name, body, says in _BROKEN
]

# --- responses -------------------------------------------------------------------------------------------------------

_CREATE = {"model": "scripted", "input": "Hello."}
RESPONSES = _on(
    "responses",
    "/v1/responses",
    _CREATE,
    [
        ("unknown model", {"model": "scriptted"}, 404, "model_not_found", "model", "Did you mean", "'scripted'"),
        ("model of another case", {"model": "Scripted"}, 404, "model_not_found", "model", "'scripted'"),
        ("model is a path", {"model": "../../etc/passwd"}, 404, "model_not_found", "model"),
        ("model with NUL", {"model": "scripted\0"}, 404, "model_not_found", "model"),
        ("model is a number", {"model": 7}, 400, TYPE, "model", "string"),
        ("model is empty", {"model": ""}, 400, BAD, "model"),
        ("no input", {"input": LEFT_OUT}, 400, MISSING, "input", "previous_response_id"),
        ("null input", {"input": None}, 400, MISSING, "input"),
        ("no items", {"input": []}, 400, MISSING, "input"),
        ("input is a number", {"input": 7}, 400, TYPE, "input", "string or a list"),
        ("input is an object", {"input": {"role": "user", "content": "x"}}, 400, TYPE, "input"),
        ("item is a string", {"input": ["x"]}, 400, TYPE, "input[0]"),
        ("item without type", {"input": [{"text": "x"}]}, 400, MISSING, "input[0].type"),
        ("unknown item type", {"input": [{"type": "mesage"}]}, 400, BAD, "input[0].type", "'message'"),
        ("item type not here", {"input": [{"type": "web_search_call"}]}, 400, UNSUPPORTED, "input[0].type"),
        ("unknown role", {"input": [{"role": "robot", "content": "x"}]}, 400, BAD, "input[0].role", "'user'"),
        ("role is a number", {"input": [{"role": 1, "content": "x"}]}, 400, BAD, "input[0].role"),
        ("no content", {"input": [{"role": "user"}]}, 400, MISSING, "input[0].content"),
        ("content is a number", {"input": [{"role": "user", "content": 3}]}, 400, TYPE, "input[0].content"),
        (
            "unknown part",
            {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
            *(400, BAD, "input[0].content[0].type", "'input_text'"),
        ),
        (
            "part without text",
            {"input": [{"role": "user", "content": [{"type": "input_text"}]}]},
            *(400, MISSING, "input[0].content[0].text"),
        ),
        (
            "unknown field in a part",
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": "x", "bold": True}]}]},
            *(400, UNKNOWN, "input[0].content[0].bold"),
        ),
        (
            "image for a model that does not see",
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://a.example/b.png"}]}]},
            *(400, UNSUPPORTED, "input[0].content[0]", "vision"),
        ),
        (
            "file",
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_data": "x"}]}]},
            *(400, UNSUPPORTED, "input[0].content[0].type"),
        ),
        (
            "output without its call",
            {"input": [{"type": "function_call_output", "call_id": "call_1", "output": "x"}]},
            *(400, BAD, "input[0].call_id"),
        ),
        (
            "reference to nothing",
            {"input": [{"type": "item_reference", "id": "msg_nothing"}]},
            *(404, "not_found", "input[0].id"),
        ),
        (
            "item id given twice",
            {"input": [{"role": "user", "content": "x", "id": "m1"}, {"role": "user", "content": "y", "id": "m1"}]},
            *(400, BAD, "input[1].id"),
        ),
        (
            "forged encrypted content",
            {
                "input": [
                    {"type": "reasoning", "summary": [], "encrypted_content": "Zm9yZ2Vk"},
                    {"role": "user", "content": "x"},
                ]
            },
            *(400, BAD, "input[0].encrypted_content"),
        ),
        ("unknown parameter", {"frobnicate": 1}, 400, UNKNOWN, "frobnicate", "spelling"),
        ("unknown parameter that is null", {"frobnicate": None}, 400, UNKNOWN, "frobnicate"),
        ("another API's parameter", {"messages": []}, 400, UNKNOWN, "messages"),
        ("max_tokens", {"max_tokens": 5}, 400, UNKNOWN, "max_tokens"),
        ("limit of zero", {"max_output_tokens": 0}, 400, BAD, "max_output_tokens", "greater than or equal to 1"),
        ("negative limit", {"max_output_tokens": -1}, 400, BAD, "max_output_tokens"),
        ("huge limit", {"max_output_tokens": 2**31}, 400, BAD, "max_output_tokens"),
        ("limit beyond 64 bits", {"max_output_tokens": 10**30}, 400, TYPE, "max_output_tokens"),
        ("limit is text", {"max_output_tokens": "10"}, 400, TYPE, "max_output_tokens"),
        ("limit is true", {"max_output_tokens": True}, 400, TYPE, "max_output_tokens"),
        ("limit with a fraction", {"max_output_tokens": 1.5}, 400, TYPE, "max_output_tokens"),
        ("no tool calls allowed", {"max_tool_calls": 0}, 400, BAD, "max_tool_calls"),
        ("negative temperature", {"temperature": -0.1}, 400, BAD, "temperature"),
        ("hot", {"temperature": 2.01}, 400, BAD, "temperature", "less than or equal to 2"),
        ("temperature is text", {"temperature": "hot"}, 400, TYPE, "temperature"),
        ("top_p over one", {"top_p": 1.1}, 400, BAD, "top_p"),
        ("presence penalty", {"presence_penalty": 2.5}, 400, BAD, "presence_penalty"),
        ("frequency penalty", {"frequency_penalty": -2.5}, 400, BAD, "frequency_penalty"),
        ("too many rivals", {"top_logprobs": 21}, 400, BAD, "top_logprobs"),
        ("store is text", {"store": "yes"}, 400, TYPE, "store"),
        ("background is a number", {"background": 1}, 400, TYPE, "background"),
        ("background, not stored", {"background": True, "store": False}, 400, BAD, "background", "leave out `store`"),
        ("stream options alone", {"stream_options": {}}, 400, BAD, "stream_options", "`stream`"),
        ("unknown effort", {"reasoning": {"effort": "huge"}}, 400, BAD, "reasoning.effort", "'low'"),
        ("reasoning is text", {"reasoning": "low"}, 400, TYPE, "reasoning"),
        ("unknown field in reasoning", {"reasoning": {"efort": "low"}}, 400, UNKNOWN, "reasoning.efort"),
        ("unknown truncation", {"truncation": "maybe"}, 400, BAD, "truncation", "'auto'"),
        ("unknown service tier", {"service_tier": "golden"}, 400, BAD, "service_tier"),
        ("service tier not here", {"service_tier": "priority"}, 400, UNSUPPORTED, "service_tier", "'default'"),
        ("unknown include", {"include": ["everything"]}, 400, BAD, "include[0]"),
        ("include not here", {"include": ["file_search_call.results"]}, 400, UNSUPPORTED, "include[0]"),
        ("include is text", {"include": "message.output_text.logprobs"}, 400, TYPE, "include"),
        ("prompt template", {"prompt": {"id": "pmpt_1"}}, 400, UNSUPPORTED, "prompt", "instructions"),
        ("moderation", {"moderation": {"model": "x"}}, 400, UNSUPPORTED, "moderation"),
        (
            "context management",
            {"context_management": [{"type": "compaction"}]},
            400,
            UNSUPPORTED,
            "context_management",
        ),
        ("metadata is a list", {"metadata": ["x"]}, 400, TYPE, "metadata"),
        ("metadata value is a number", {"metadata": {"a": 1}}, 400, BAD, "metadata", "'a'"),
        ("17 keys of metadata", {"metadata": {f"k{i}": "v" for i in range(17)}}, 400, BAD, "metadata", "16"),
        ("long metadata key", {"metadata": {"k" * 65: "v"}}, 400, BAD, "metadata", "64"),
        ("long metadata value", {"metadata": {"k": "v" * 513}}, 400, BAD, "metadata", "512"),
        ("1 MB of metadata", {"metadata": {"k": "v" * 2**20}}, 400, BAD, "metadata", "512"),
        ("long cache key", {"prompt_cache_key": "k" * 65}, 400, BAD, "prompt_cache_key"),
        ("long safety identifier", {"safety_identifier": "k" * 129}, 400, BAD, "safety_identifier"),
        ("tools is an object", {"tools": {}}, 400, TYPE, "tools"),
        ("tool is text", {"tools": ["web_search"]}, 400, TYPE, "tools[0]"),
        ("tool without type", {"tools": [{"name": "f"}]}, 400, MISSING, "tools[0].type"),
        ("unknown tool type", {"tools": [{"type": "hammer"}]}, 400, BAD, "tools[0].type", "'function'"),
        ("tool not here", {"tools": [{"type": "web_search"}]}, 400, UNSUPPORTED, "tools[0].type", "'function'"),
        (
            "chat's shape of a tool",
            {"tools": [{"type": "function", "function": {"name": "f"}}]},
            400,
            MISSING,
            "tools[0].name",
        ),
        ("tool name with a space", {"tools": [function("look up")]}, 400, BAD, "tools[0].name"),
        ("tool name too long", {"tools": [function("f" * 65)]}, 400, BAD, "tools[0].name"),
        ("two tools of one name", {"tools": [function(), function()]}, 400, BAD, "tools[1].name", "'look_up'"),
        ("129 tools", {"tools": [function(f"f{i}") for i in range(129)]}, 400, BAD, "tools"),
        ("parameters is a list", {"tools": [function(parameters=[])]}, 400, TYPE, "tools[0].parameters"),
        ("unknown tool choice", {"tool_choice": "sometimes"}, 400, BAD, "tool_choice", "'required'"),
        ("tool choice is a number", {"tool_choice": 1}, 400, TYPE, "tool_choice"),
        ("required, no tools", {"tool_choice": "required"}, 400, BAD, "tool_choice"),
        (
            "choice of a tool that is not there",
            {"tools": [function()], "tool_choice": {"type": "function", "name": "other"}},
            *(400, BAD, "tool_choice.name", "'other'"),
        ),
        (
            "allowed tools that are not there",
            {
                "tools": [function()],
                "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "g"}]},
            },
            *(400, BAD, "tool_choice.tools[0].name"),
        ),
        (
            "no allowed tools",
            {"tools": [function()], "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}},
            *(400, BAD, "tool_choice.tools"),
        ),
        ("unknown text format", {"text": {"format": {"type": "yaml"}}}, 400, BAD, "text.format.type", "'json_schema'"),
        ("format not here", {"text": {"format": {"type": "grammar"}}}, 400, UNSUPPORTED, "text.format.type"),
        (
            "format without schema",
            {"text": {"format": {"type": "json_schema", "name": "x"}}},
            400,
            MISSING,
            "text.format.schema",
        ),
        (
            "format without name",
            {"text": {"format": {"type": "json_schema", "schema": {}}}},
            400,
            MISSING,
            "text.format.name",
        ),
        ("schema is true", {"text": schema_format(True)}, 400, TYPE, "text.format.schema"),
        ("unknown verbosity", {"text": {"verbosity": "chatty"}}, 400, BAD, "text.verbosity"),
        ("unknown conversation", {"conversation": "conv_nothing"}, 404, "not_found", "conversation"),
        ("deleted conversation", {"conversation": "@deleted_conversation"}, 404, "not_found", "conversation"),
        ("a response as conversation", {"conversation": "@response"}, 404, "not_found", "conversation"),
        ("conversation is a number", {"conversation": 1}, 400, TYPE, "conversation"),
        (
            "conversation and previous response",
            {"conversation": "@conversation", "previous_response_id": "@response"},
            *(400, BAD, "previous_response_id", "not both"),
        ),
        (
            "unknown previous response",
            {"previous_response_id": "resp_nothing"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "deleted previous response",
            {"previous_response_id": "@deleted_response"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a link of the chain deleted",
            {"previous_response_id": "@orphan"},
            404,
            "previous_response_not_found",
            "previous_response_id",
            "deleted",
        ),
        (
            "unstored previous response",
            {"previous_response_id": "@unstored"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a conversation as previous response",
            {"previous_response_id": "@conversation"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a response of a conversation as previous",
            {"previous_response_id": "@in_conversation"},
            400,
            BAD,
            "previous_response_id",
            "`conversation`",
        ),
        (
            "a running previous response",
            {"previous_response_id": "@running"},
            409,
            "conflict",
            "previous_response_id",
            "Wait",
        ),
        ("previous response is a path", {"previous_response_id": "../../etc/passwd"}, 400, BAD, "previous_response_id"),
        ("previous response with NUL", {"previous_response_id": "resp_\0"}, 400, BAD, "previous_response_id"),
        ("nested 200 deep", {"tools": [function(parameters=nested(200))]}, 400, "invalid_json", None, "flatter"),
        ("the script is wrong", {"input": '!script {"txt": 1}'}, 400, BAD, None, "script"),
        ("prompt over the context", {"input": LONG}, 400, "context_length_exceeded", None, "32768", "Shorten"),
        # Those that only the real engine can judge:
        (
            "1 MB over the real context",
            {"model": "default", "input": LONG},
            400,
            "context_length_exceeded",
            None,
            "Shorten",
        ),
        (
            "no type of that name",
            {"model": "default", "text": schema_format({"type": "strin"})},
            400,
            SCHEMA,
            "text.format.schema.type",
            "string",
        ),
        (
            "keyword that no grammar can express",
            {
                "model": "default",
                "text": schema_format({"type": "object", "properties": {"a": {"type": "array", "uniqueItems": True}}}),
            },
            *(400, SCHEMA, "text.format.schema.properties.a.uniqueItems", "uniqueItems"),
        ),
        (
            "reference to nowhere",
            {
                "model": "default",
                "text": schema_format({"type": "object", "properties": {"a": {"$ref": "#/$defs/none"}}}),
            },
            *(400, SCHEMA, "text.format.schema.properties.a.$ref"),
        ),
        (
            "reference over the network",
            {"model": "default", "text": schema_format({"$ref": "https://a.example/schema.json"})},
            *(400, SCHEMA, "text.format.schema.$ref"),
        ),
        (
            "schema that needs itself",
            {"model": "default", "text": schema_format({"$ref": "#"})},
            *(400, SCHEMA, "text.format.schema", "refers to itself"),
        ),
        (
            "tool with a bad schema",
            {
                "model": "default",
                "tools": [
                    function(strict=False, parameters={"type": "object", "properties": {"a": {"type": "strin"}}})
                ],
            },
            *(400, SCHEMA, "tools[0].parameters.properties.a.type"),
        ),
        (
            "pattern that no grammar can express",
            {"model": "default", "text": schema_format({"type": "string", "pattern": "^(?=a)b$"})},
            *(400, SCHEMA, "text.format.schema.pattern"),
        ),
        ("schema 60 deep", {"model": "default", "text": schema_format(_deep := {})}, 400, SCHEMA, None),
    ],
)
_level = _deep
for _ in range(60):
    _level.update(type="object", properties={"a": {}})
    _level = _level["properties"]["a"]

RESPONSES += _on(
    "input tokens",
    "/v1/responses/input_tokens",
    _CREATE,
    [
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("unknown parameter", {"stream": True}, 400, UNKNOWN, "stream"),
        (
            "unknown previous response",
            {"previous_response_id": "resp_x"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        ("unknown conversation", {"conversation": "conv_x"}, 404, "not_found", "conversation"),
        ("wrong type", {"input": 1}, 400, TYPE, "input"),
        ("personality", {"personality": "friendly"}, 400, UNSUPPORTED, "personality"),
    ],
)
RESPONSES += _on(
    "compact",
    "/v1/responses/compact",
    _CREATE,
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("nothing to compact", {"input": LEFT_OUT}, 400, BAD, "input", "nothing to compact"),
        (
            "unknown previous response",
            {"previous_response_id": "resp_x"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        ("unknown parameter", {"temperature": 0}, 400, UNKNOWN, "temperature"),
    ],
)


def _ids(prefix: str, template: list[tuple[str, str]], wrong: list[tuple[str, str]], param: str) -> list[Row]:
    def row(method: str, path: str, kind: str, name: str) -> Row:
        about = f"{prefix}: {method} {path.format(id='ID')}, id {kind}"
        if "%00" in name:  # refused before any route: no database takes it
            return Row(about, method, path.format(id=name), None, 400, BAD)
        return Row(about, method, path.format(id=name), None, 404, "not_found", None if "%2f" in name else param)

    return [row(method, path, kind, name) for method, path in template for kind, name in wrong]


STRANGE = [
    ("unknown", "resp_nothing"),
    ("with NUL", "resp_%00"),
    ("that climbs", "..%2f..%2fetc%2fpasswd"),
    ("no UTF-8", "%ff%fe"),
    ("in Arabic", "%D9%82%D9%85%D8%B1"),
    ("with quotes", "'%20OR%201=1--"),
    ("of 5,000 characters", "r" * 5000),
    ("null", "null"),
]
RESPONSES += _ids(
    "responses",
    [
        ("GET", "/v1/responses/{id}"),
        ("GET", "/v1/responses/{id}?stream=true"),
        ("DELETE", "/v1/responses/{id}"),
        ("POST", "/v1/responses/{id}/cancel"),
        ("GET", "/v1/responses/{id}/input_items"),
    ],
    [*STRANGE, ("deleted", "@deleted_response"), ("of a conversation", "@conversation"), ("not stored", "@unstored")],
    "response_id",
)
RESPONSES += [
    Row("responses: stream=maybe", "GET", "/v1/responses/@response?stream=maybe", None, 400, TYPE, "stream"),
    Row(
        "responses: start at -1",
        "GET",
        "/v1/responses/@response?stream=true&starting_after=-1",
        None,
        400,
        BAD,
        "starting_after",
    ),
    Row(
        "responses: start at x",
        "GET",
        "/v1/responses/@response?stream=true&starting_after=x",
        None,
        400,
        TYPE,
        "starting_after",
    ),
    Row(
        "responses: start, no stream",
        "GET",
        "/v1/responses/@response?starting_after=1",
        None,
        400,
        BAD,
        "starting_after",
        ("stream=true",),
    ),
    Row("responses: unknown query", "GET", "/v1/responses/@response?fields=all", None, 400, UNKNOWN, "fields"),
    Row(
        "responses: unknown include in the query",
        "GET",
        "/v1/responses/@response?include[]=x",
        None,
        400,
        BAD,
        "include[0]",
    ),
    Row(
        "responses: cancel foreground",
        "POST",
        "/v1/responses/@response/cancel",
        None,
        400,
        BAD,
        "response_id",
        ("closing its connection",),
    ),
    Row("responses: limit=0", "GET", "/v1/responses/@response/input_items?limit=0", None, 400, BAD, "limit"),
    Row("responses: limit=101", "GET", "/v1/responses/@response/input_items?limit=101", None, 400, BAD, "limit"),
    Row("responses: limit=x", "GET", "/v1/responses/@response/input_items?limit=x", None, 400, TYPE, "limit"),
    Row(
        "responses: limit of 30 digits",
        "GET",
        f"/v1/responses/@response/input_items?limit={10**30}",
        None,
        400,
        BAD,
        "limit",
    ),
    Row("responses: order=up", "GET", "/v1/responses/@response/input_items?order=up", None, 400, BAD, "order"),
    Row("responses: bad cursor", "GET", "/v1/responses/@response/input_items?after=msg_x", None, 400, BAD, "after"),
    Row(
        "responses: unknown list query",
        "GET",
        "/v1/responses/@response/input_items?before=x",
        None,
        400,
        UNKNOWN,
        "before",
    ),
]

# --- conversations ---------------------------------------------------------------------------------------------------

MESSAGE = {"type": "message", "role": "user", "content": "Hello."}
CONVERSATIONS = _on(
    "conversations",
    "/v1/conversations",
    {},
    [
        ("metadata is text", {"metadata": "x"}, 400, TYPE, "metadata"),
        ("metadata value is null", {"metadata": {"a": None}}, 400, BAD, "metadata"),
        ("items is an object", {"items": {}}, 400, TYPE, "items"),
        ("21 items", {"items": [MESSAGE] * 21}, 400, BAD, "items"),
        ("unknown item type", {"items": [{"type": "x"}]}, 400, BAD, "items[0].type"),
        ("item reference", {"items": [{"type": "item_reference", "id": "msg_1"}]}, 400, UNSUPPORTED, "items[0].id"),
        ("unknown parameter", {"title": "x"}, 400, UNKNOWN, "title"),
    ],
)
CONVERSATIONS += _on(
    "conversation items",
    "/v1/conversations/@conversation/items",
    {"items": [MESSAGE]},
    [
        ("none", {"items": LEFT_OUT}, 400, MISSING, "items"),
        ("empty", {"items": []}, 400, BAD, "items"),
        ("id that is there", {"items": [{**MESSAGE, "id": "@item"}]}, 400, BAD, "items[0].id"),
        ("bad id", {"items": [{**MESSAGE, "id": "a b"}]}, 400, BAD, "items[0].id"),
        ("unknown field", {"items": [{**MESSAGE, "colour": "red"}]}, 400, UNKNOWN, "items[0].colour"),
        ("wrong content", {"items": [{**MESSAGE, "content": {}}]}, 400, TYPE, "items[0].content"),
    ],
)
CONVERSATIONS += _on(
    "conversation update",
    "/v1/conversations/@conversation",
    {},
    [
        ("no metadata", {}, 400, MISSING, "metadata"),
        ("metadata too long", {"metadata": {"a": "x" * 513}}, 400, BAD, "metadata"),
        ("unknown parameter", {"metadata": {}, "items": []}, 400, UNKNOWN, "items"),
    ],
)
CONVERSATIONS += _ids(
    "conversations",
    [
        ("GET", "/v1/conversations/{id}"),
        ("DELETE", "/v1/conversations/{id}"),
        ("GET", "/v1/conversations/{id}/items"),
        ("GET", "/v1/conversations/{id}/items/@item"),
        ("DELETE", "/v1/conversations/{id}/items/@item"),
    ],
    [*STRANGE, ("deleted", "@deleted_conversation"), ("of a response", "@response")],
    "conversation_id",
)
CONVERSATIONS += _ids(
    "conversations",
    [("GET", "/v1/conversations/@conversation/items/{id}"), ("DELETE", "/v1/conversations/@conversation/items/{id}")],
    [*STRANGE, ("of another conversation", "@other_item")],
    "item_id",
)
CONVERSATIONS += [
    Row(
        "conversations: update deleted",
        "POST",
        "/v1/conversations/@deleted_conversation",
        {"metadata": {}},
        404,
        "not_found",
        "conversation_id",
    ),
    Row(
        "conversations: add to deleted",
        "POST",
        "/v1/conversations/@deleted_conversation/items",
        {"items": [MESSAGE]},
        404,
        "not_found",
        "conversation_id",
    ),
    Row("conversations: limit=0", "GET", "/v1/conversations/@conversation/items?limit=0", None, 400, BAD, "limit"),
    Row("conversations: limit=101", "GET", "/v1/conversations/@conversation/items?limit=101", None, 400, BAD, "limit"),
    Row("conversations: order=up", "GET", "/v1/conversations/@conversation/items?order=up", None, 400, BAD, "order"),
    Row(
        "conversations: bad cursor",
        "GET",
        "/v1/conversations/@conversation/items?after=@other_item",
        None,
        400,
        BAD,
        "after",
    ),
    Row(
        "conversations: unknown query",
        "GET",
        "/v1/conversations/@conversation/items?page=2",
        None,
        400,
        UNKNOWN,
        "page",
    ),
    Row(
        "conversations: unknown include",
        "GET",
        "/v1/conversations/@conversation/items?include[]=x",
        None,
        400,
        BAD,
        "include[0]",
    ),
]

# --- chat completions ------------------------------------------------------------------------------------------------

_SAY = [{"role": "user", "content": "Hello."}]
_CHAT = {"model": "scripted", "messages": _SAY}


def chat_tool(name: str = "look_up", parameters: Any = None) -> dict[str, Any]:
    """A function tool of the chat API."""
    return {"type": "function", "function": {"name": name, "parameters": parameters or {"type": "object"}}}


CHAT = _on(
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
            UNSUPPORTED,
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
        ("tool not here", {"tools": [{"type": "custom", "custom": {}}]}, 400, UNSUPPORTED, "tools[0].type"),
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
                "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": 3}}},
            },
            *(400, SCHEMA, "response_format.json_schema.schema.type"),
        ),
        (
            "tool with a bad schema",
            {"model": "default", "tools": [chat_tool(parameters={"type": "object", "properties": []})]},
            *(400, SCHEMA, "tools[0].function.parameters.properties"),
        ),
        (
            "bad schema, streamed",
            {"model": "default", "stream": True, "tools": [chat_tool(parameters={"type": "x"})]},
            400,
            SCHEMA,
            "tools[0].function.parameters.type",
        ),
    ],
)
CHAT += _ids(
    "chat",
    [
        ("GET", "/v1/chat/completions/{id}"),
        ("DELETE", "/v1/chat/completions/{id}"),
        ("GET", "/v1/chat/completions/{id}/messages"),
    ],
    [*STRANGE, ("deleted", "@deleted_chat"), ("of a response", "@response")],
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

# --- completions, embeddings, models ---------------------------------------------------------------------------------

OTHERS = _on(
    "completions",
    "/v1/completions",
    {"model": "scripted", "prompt": "Once"},
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("no prompt", {"prompt": LEFT_OUT}, 400, MISSING, "prompt"),
        ("prompt is a number", {"prompt": 1}, 400, TYPE, "prompt"),
        ("mixed prompts", {"prompt": ["a", 1]}, 400, TYPE, "prompt"),
        ("empty list", {"prompt": []}, 400, TYPE, "prompt"),
        ("negative token", {"prompt": [-1]}, 400, TYPE, "prompt"),
        ("token that is none", {"model": "default", "prompt": [2**40]}, 400, BAD, "prompt"),
        ("limit of zero", {"max_tokens": 0}, 400, BAD, "max_tokens"),
        ("n=129", {"n": 129}, 400, BAD, "n"),
        ("best_of below n", {"n": 2, "best_of": 1}, 400, BAD, "best_of"),
        ("best_of above n", {"n": 1, "best_of": 2}, 400, UNSUPPORTED, "best_of"),
        ("suffix", {"suffix": "end"}, 400, UNSUPPORTED, "suffix"),
        ("six rivals", {"logprobs": 6}, 400, BAD, "logprobs"),
        ("stream options alone", {"stream_options": {}}, 400, BAD, "stream_options"),
        ("too many choices", {"prompt": ["a"] * 129}, 400, BAD, "prompt"),
        ("unknown parameter", {"messages": []}, 400, UNKNOWN, "messages"),
        ("context", {"prompt": LONG}, 400, "context_length_exceeded", None),
        ("1 MB over the real context", {"model": "default", "prompt": LONG}, 400, "context_length_exceeded", None),
    ],
)
OTHERS += _on(
    "embeddings",
    "/v1/embeddings",
    {"model": "scripted", "input": "Once"},
    [
        ("no model", {"model": LEFT_OUT}, 400, MISSING, "model"),
        ("unknown model", {"model": "nothing"}, 404, "model_not_found", "model"),
        ("no input", {"input": LEFT_OUT}, 400, MISSING, "input"),
        ("empty input", {"input": ""}, 400, BAD, "input"),
        ("empty list", {"input": []}, 400, BAD, "input"),
        ("an empty text", {"input": ["a", ""]}, 400, BAD, "input"),
        ("input is a number", {"input": 1}, 400, TYPE, "input"),
        ("mixed inputs", {"input": ["a", [1]]}, 400, TYPE, "input"),
        ("negative token", {"input": [-1]}, 400, TYPE, "input"),
        ("too many", {"input": ["a"] * 2049}, 400, BAD, "input", "2048"),
        ("no dimensions", {"dimensions": 0}, 400, BAD, "dimensions"),
        ("huge dimensions", {"dimensions": 10**9}, 400, BAD, "dimensions"),
        ("unknown encoding", {"encoding_format": "hex"}, 400, BAD, "encoding_format", "'base64'"),
        ("unknown parameter", {"prompt": "x"}, 400, UNKNOWN, "prompt"),
    ],
)
OTHERS += [
    Row("models: unknown", "GET", "/v1/models/scriptet", None, 404, "model_not_found", "model", ("'scripted'",)),
    Row("models: path", "GET", "/v1/models/..%2f..%2fetc%2fpasswd", None, 404, "model_not_found", "model"),
    Row("models: climbing path", "GET", "/v1/models/a/../../etc/passwd", None, 404, "model_not_found", "model"),
    Row("models: NUL", "GET", "/v1/models/a%00b", None, 400, BAD),
    Row("models: no UTF-8", "GET", "/v1/models/%ff", None, 404, "model_not_found", "model"),
    Row("models: delete unknown", "DELETE", "/v1/models/nothing", None, 404, "model_not_found", "model"),
    Row("models: delete path", "DELETE", "/v1/models/..%2f..%2fetc", None, 404, "model_not_found", "model"),
    Row("models: delete alias", "DELETE", "/v1/models/default", None, 400, BAD, "model", ("by its own name",)),
    Row("models: delete configured", "DELETE", "/v1/models/scripted", None, 400, BAD, "model", ("settings",)),
    # Addresses and methods that are not there.
    Row("address: beside the app", "GET", "/nowhere", None, 404, "not_found", None, ("/v1",)),
    Row("address: /v1", "GET", "/v1", None, 404, "not_found"),
    Row("address: unknown", "GET", "/v1/nowhere", None, 404, "not_found", None, ("GET /v1/nowhere",)),
    Row("address: unknown, posted", "POST", "/v1/fine_tuning/jobs", {}, 404, "not_found"),
    Row("address: without /v1", "POST", "/chat/completions", {}, 404, "not_found", None, ("/v1",)),
    Row("address: climbing", "GET", "/v1/responses/../../etc/passwd", None, 404, "not_found"),
    Row("address: no UTF-8", "GET", "/%ff%fe", None, 404, "not_found"),
    Row("address: NUL", "GET", "/v1/%00", None, 400, BAD),
    Row("address: newline", "GET", "/v1/%0d%0aX-Evil:%201", None, 404, "not_found"),
    Row("method: PUT", "PUT", "/v1/responses", {}, 405, "method_not_allowed", None, ("POST",)),
    Row("method: PATCH", "PATCH", "/v1/conversations/@conversation", {}, 405, "method_not_allowed"),
    Row("method: DELETE chat", "DELETE", "/v1/chat/completions", None, 405, "method_not_allowed"),
    Row("method: GET embeddings", "GET", "/v1/embeddings", None, 405, "method_not_allowed"),
    Row("method: POST models", "POST", "/v1/models", {}, 405, "method_not_allowed"),
    Row("method: GET cancel", "GET", "/v1/responses/@response/cancel", None, 405, "method_not_allowed"),
    Row("method: of its own", "BREW", "/v1/models", None, 400, "invalid_http"),
]

ROWS = [*BROKEN, *RESPONSES, *CONVERSATIONS, *CHAT, *OTHERS]


def filled(text: str, ids: dict[str, str]) -> str:
    """Put the ids where `@name` stands."""
    for name in sorted(ids, key=len, reverse=True):
        text = text.replace(f"@{name}", ids[name])
    return text


def payload(row: Row, ids: dict[str, str]) -> bytes | None:
    """The body as it goes over the wire."""
    if row.body is None or isinstance(row.body, bytes):
        return row.body
    return filled(json.dumps(row.body, ensure_ascii=False), ids).encode()
