"""Making, counting and compacting responses."""

from __future__ import annotations

from typing import Any

from tests.faults.bad_rows.row import BAD, LEFT_OUT, LONG, MISSING, TYPE, UNKNOWN, UNSUPPORTED, variations

CREATE = {"model": "scripted", "input": "Hello."}


def function(name: str = "look_up", **more: Any) -> dict[str, Any]:
    """A function tool of the Responses API."""
    return {"type": "function", "name": name, "parameters": {"type": "object", "properties": {}}, **more}


def schema_format(schema: Any, **more: Any) -> dict[str, Any]:
    """A structured output of the Responses API."""
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema, **more}}


def nested(depth: int) -> Any:
    """An object inside an object, and so on."""
    value: Any = {}
    for _ in range(depth):
        value = {"a": value}
    return value


RESPONSES = variations(
    "responses",
    "/v1/responses",
    CREATE,
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
        ("item type not here", {"input": [{"type": "image_generation_call"}]}, 400, BAD, "input[0].type"),
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
            "file that is no base64",
            {"input": [{"role": "user", "content": [{"type": "input_file", "file_data": "x"}]}]},
            *(400, BAD, "input[0].content[0].file_data"),
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
        ("unknown tool type", {"tools": [{"type": "hammer"}]}, 400, BAD, "tools[0].type", "functions"),
        ("tool not here", {"tools": [{"type": "image_generation"}]}, 400, BAD, "tools[0].type", "missing_tools"),
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
        (
            "unknown text format",
            {"text": {"format": {"type": "yaml"}}},
            400,
            BAD,
            "text.format.type",
            "'json_schema'",
        ),
        ("format not here", {"text": {"format": {"type": "grammar"}}}, 400, BAD, "text.format.type"),
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
        ("nested 200 deep", {"tools": [function(parameters=nested(200))]}, 400, "invalid_json", None, "flatter"),
        ("the script is wrong", {"input": '!script {"txt": 1}'}, 400, BAD, None, "script"),
        ("prompt over the context", {"input": LONG}, 400, "context_length_exceeded", None, "32768", "Shorten"),
    ],
)
RESPONSES += variations(
    "input tokens",
    "/v1/responses/input_tokens",
    CREATE,
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
RESPONSES += variations(
    "compact",
    "/v1/responses/compact",
    CREATE,
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
