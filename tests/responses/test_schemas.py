from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, get_type_hints

import pytest
from openai.types.responses.input_token_count_params import InputTokenCountParams
from openai.types.responses.response_compact_params import ResponseCompactParams
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)
from openai.types.responses.response_retrieve_params import ResponseRetrieveParamsStreaming

from earthshine.errors import EarthshineError, InvalidRequest, UnknownParameter, UnsupportedParameter
from earthshine.responses.schemas import CompactRequest, InputTokensRequest, ResponseCreate, RetrieveQuery
from earthshine.responses.text_format import to_output_format
from earthshine.responses.tools.toolset import Toolset
from earthshine.wire import check

SPEC = json.loads((files("llm_comply") / "specs" / "openresponses.json").read_text())["components"]["schemas"]
WEATHER = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
TIME = {"type": "function", "name": "get_time"}
SCHEMA = {"type": "json_schema", "name": "answer", "schema": {"type": "object"}, "strict": True}


def create(**fields: Any) -> ResponseCreate:
    request = check(ResponseCreate, {"model": "m", "input": "hi", **fields})
    request.check_supported()
    return request


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (ResponseCreate, ResponseCreateParamsNonStreaming),
        (ResponseCreate, ResponseCreateParamsStreaming),
        (CompactRequest, ResponseCompactParams),
        (InputTokensRequest, InputTokenCountParams),
        (RetrieveQuery, ResponseRetrieveParamsStreaming),
    ],
    ids=lambda v: v.__name__,
)
def test_every_field_of_the_official_sdk_is_known(ours: Any, theirs: Any) -> None:
    assert set(get_type_hints(theirs)) <= set(ours.model_fields)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(ResponseCreate, "CreateResponseBody"), (CompactRequest, "CompactResponseMethodPublicBody")],
    ids=["create", "compact"],
)
def test_every_field_of_the_open_responses_specification_is_known(ours: Any, theirs: str) -> None:
    assert set(SPEC[theirs]["properties"]) <= set(ours.model_fields)


def test_null_means_not_given() -> None:
    nulls = dict.fromkeys(set(ResponseCreate.model_fields) - {"input", "model"})
    said = {"id": "msg_1", "role": "user", "content": "hi"}  # an item without an id gets a new one each time
    assert create(**{**nulls, "model": "m", "input": [said]}) == create(input=[said])


def test_everything_that_is_supported_at_once() -> None:
    request = create(
        instructions="be brief",
        previous_response_id="resp_1",
        metadata={"k": "v"},
        temperature=0.5,
        top_p=1,
        presence_penalty=-2,
        frequency_penalty=2,
        top_logprobs=20,
        max_output_tokens=1,
        max_tool_calls=1,
        parallel_tool_calls=False,
        store=True,
        background=True,
        stream=True,
        stream_options={"include_obfuscation": True},
        truncation="auto",
        service_tier="auto",
        safety_identifier="someone",
        prompt_cache_key="key",
        prompt_cache_retention="in_memory",
        prompt_cache_options={"mode": "implicit"},
        background_options={"completion_window": "soonest"},
        image={"context_compression": "disabled"},
        user="u",
        include=["message.output_text.logprobs", "reasoning.encrypted_content", "message.input_image.image_url"],
        reasoning={"effort": "low", "summary": "auto", "generate_summary": None, "context": "auto", "mode": "standard"},
        text={"format": SCHEMA, "verbosity": "low"},
        tools=[{**WEATHER, "strict": None, "description": None, "allowed_callers": ["direct"]}, TIME],
        tool_choice={"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "get_time"}]},
    )
    assert request.logprobs == 20
    assert Toolset(request).view([], []).choice.names == ("get_time",)
    assert to_output_format(request.text).schema == {"type": "object"}
    assert not request.tools[0].strict
    assert request.tools[1].chat()["function"]["parameters"] == {"type": "object", "properties": {}}


# what is sent, the class of the error, the field that it names
SEARCH = {"type": "tool_search"}
BAD: list[tuple[dict[str, Any], type[EarthshineError], str]] = [
    ({"modle": "m"}, UnknownParameter, "modle"),
    ({"modle": None}, UnknownParameter, "modle"),
    ({"messages": []}, UnknownParameter, "messages"),
    ({"seed": 1}, UnknownParameter, "seed"),
    ({"model": 3}, InvalidRequest, "model"),
    ({"model": ""}, InvalidRequest, "model"),
    ({"input": None}, InvalidRequest, "input"),
    ({"input": []}, InvalidRequest, "input"),
    ({"input": 3}, InvalidRequest, "input"),
    ({"input": {"role": "user"}}, InvalidRequest, "input"),
    ({"input": [{"role": "user", "content": [{"type": "input_text"}]}]}, InvalidRequest, "input[0].content[0].text"),
    ({"temperature": 2.01}, InvalidRequest, "temperature"),
    ({"temperature": -0.1}, InvalidRequest, "temperature"),
    ({"temperature": "0.5"}, InvalidRequest, "temperature"),
    ({"temperature": True}, InvalidRequest, "temperature"),
    ({"top_p": 1.1}, InvalidRequest, "top_p"),
    ({"presence_penalty": 3}, InvalidRequest, "presence_penalty"),
    ({"frequency_penalty": -3}, InvalidRequest, "frequency_penalty"),
    ({"top_logprobs": 21}, InvalidRequest, "top_logprobs"),
    ({"top_logprobs": -1}, InvalidRequest, "top_logprobs"),
    ({"max_output_tokens": 0}, InvalidRequest, "max_output_tokens"),
    ({"max_output_tokens": -5}, InvalidRequest, "max_output_tokens"),
    ({"max_output_tokens": 10**30}, InvalidRequest, "max_output_tokens"),
    ({"max_output_tokens": 1.5}, InvalidRequest, "max_output_tokens"),
    ({"max_tool_calls": 0}, InvalidRequest, "max_tool_calls"),
    ({"metadata": {"a": 1}}, InvalidRequest, "metadata"),
    ({"metadata": {"k" * 65: ""}}, InvalidRequest, "metadata"),
    ({"metadata": {"k": "v" * 513}}, InvalidRequest, "metadata"),
    ({"metadata": {str(n): "" for n in range(17)}}, InvalidRequest, "metadata"),
    ({"metadata": {"k": "\ud800"}}, InvalidRequest, "metadata"),
    ({"metadata": []}, InvalidRequest, "metadata"),
    ({"instructions": "\udc00"}, InvalidRequest, "instructions"),
    ({"instructions": ["x"]}, InvalidRequest, "instructions"),
    ({"stream": "yes"}, InvalidRequest, "stream"),
    ({"store": 1}, InvalidRequest, "store"),
    ({"truncation": "middle"}, InvalidRequest, "truncation"),
    ({"safety_identifier": "x" * 129}, InvalidRequest, "safety_identifier"),
    ({"prompt_cache_key": "x" * 65}, InvalidRequest, "prompt_cache_key"),
    ({"include": ["everything"]}, InvalidRequest, "include[0]"),
    ({"background": True, "store": False}, InvalidRequest, "background"),
    ({"stream_options": {"include_obfuscation": False}}, InvalidRequest, "stream_options"),
    ({"stream": True, "stream_options": {"include_usage": True}}, UnknownParameter, "stream_options.include_usage"),
    ({"conversation": "conv_1", "previous_response_id": "resp_1"}, InvalidRequest, "previous_response_id"),
    ({"conversation": 3}, InvalidRequest, "conversation"),
    ({"conversation": {"id": 3}}, InvalidRequest, "conversation.id"),
    ({"conversation": {}}, InvalidRequest, "conversation.id"),
    ({"previous_response_id": "no such id!"}, InvalidRequest, "previous_response_id"),
    # fields and values that exist, and cannot be honoured
    ({"prompt": {"id": "pmpt_1"}}, UnsupportedParameter, "prompt"),
    ({"moderation": {"model": "omni-moderation-latest"}}, UnsupportedParameter, "moderation"),
    ({"access_programs": {"cyber": "standard"}}, UnsupportedParameter, "access_programs"),
    ({"context_management": [{"type": "compaction"}]}, UnsupportedParameter, "context_management"),
    ({"background_options": {"completion_window": "2h"}}, UnsupportedParameter, "background_options.completion_window"),
    ({"background_options": {"continuation_id": "x"}}, UnsupportedParameter, "background_options.continuation_id"),
    ({"prompt_cache_options": {"mode": "explicit"}}, UnsupportedParameter, "prompt_cache_options.mode"),
    ({"prompt_cache_options": {"ttl": "30m"}}, UnsupportedParameter, "prompt_cache_options.ttl"),
    ({"prompt_cache_options": {"prewarm": True}}, UnsupportedParameter, "prompt_cache_options.prewarm"),
    (
        {"prompt_cache_options": {"comparison_response_id": "resp_1"}},
        UnsupportedParameter,
        "prompt_cache_options.comparison_response_id",
    ),
    ({"service_tier": "flex"}, UnsupportedParameter, "service_tier"),
    ({"service_tier": "gold"}, InvalidRequest, "service_tier"),
    ({"image": {"context_compression": "enabled"}}, UnsupportedParameter, "image.context_compression"),
    ({"reasoning": {"effort": "extreme"}}, InvalidRequest, "reasoning.effort"),
    ({"reasoning": {"context": "all_turns"}}, UnsupportedParameter, "reasoning.context"),
    ({"reasoning": {"mode": "pro"}}, UnsupportedParameter, "reasoning.mode"),
    # tools
    ({"tools": {}}, InvalidRequest, "tools"),
    ({"tools": [{"type": "function"}]}, InvalidRequest, "tools[0].name"),
    ({"tools": [{"type": "function", "name": "a b"}]}, InvalidRequest, "tools[0].name"),
    ({"tools": [{"name": "f"}]}, InvalidRequest, "tools[0].type"),
    ({"tools": [{"type": "teleport"}]}, InvalidRequest, "tools[0].type"),
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, InvalidRequest, "tools[0].name"),
    ({"tools": [{**WEATHER, "parameters": "{}"}]}, InvalidRequest, "tools[0].parameters"),
    ({"tools": [{**WEATHER, "parameters": {"description": ["\ud800"]}}]}, InvalidRequest, "tools[0].parameters"),
    ({"tools": [WEATHER, WEATHER]}, InvalidRequest, "tools[1].name"),
    ({"tools": [WEATHER] * 129}, InvalidRequest, "tools"),
    ({"tools": [{**WEATHER, "defer_loading": True}]}, InvalidRequest, "tools[0].defer_loading"),
    ({"tools": [{**WEATHER, "async": True}]}, UnsupportedParameter, "tools[0].async"),
    ({"tools": [{**WEATHER, "output_schema": "string"}]}, InvalidRequest, "tools[0].output_schema"),
    ({"tools": [{**WEATHER, "allowed_callers": ["programmatic"]}]}, InvalidRequest, "tools[0].allowed_callers"),
    ({"tools": [{**WEATHER, "allowed_callers": []}]}, InvalidRequest, "tools[0].allowed_callers"),
    ({"tools": [{**WEATHER, "allowed_callers": ["anybody"]}]}, InvalidRequest, "tools[0].allowed_callers[0]"),
    *(
        ({"tools": [WEATHER, {"type": kind}]}, InvalidRequest, "tools[1].type")
        for kind in ("image_generation", "custom")
    ),
    ({"tools": [{"type": "code_interpreter"}]}, InvalidRequest, "tools[0].container"),
    ({"tools": [{"type": "tool_search", "surprise": 1}]}, UnknownParameter, "tools[0].surprise"),
    ({"tools": [{"type": "tool_search", "execution": "nowhere"}]}, InvalidRequest, "tools[0].execution"),
    (
        {"tools": [SEARCH, {**WEATHER, "defer_loading": True}, {**WEATHER, "name": "tool_search"}]},
        InvalidRequest,
        "tools[2].name",
    ),
    # tool choice
    ({"tool_choice": {"type": "tool_search"}, "tools": [WEATHER]}, InvalidRequest, "tool_choice.type"),
    ({"tool_choice": "always"}, InvalidRequest, "tool_choice"),
    ({"tool_choice": 3}, InvalidRequest, "tool_choice"),
    ({"tool_choice": "required"}, InvalidRequest, "tool_choice"),
    ({"tool_choice": {"type": "function"}, "tools": [WEATHER]}, InvalidRequest, "tool_choice.name"),
    ({"tool_choice": {"type": "function", "name": "other"}, "tools": [WEATHER]}, InvalidRequest, "tool_choice.name"),
    ({"tool_choice": {"type": "custom", "name": "c"}}, InvalidRequest, "tool_choice.type"),
    ({"tool_choice": {"type": "file_search"}}, InvalidRequest, "tool_choice.type"),
    ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}}, InvalidRequest, "tool_choice.tools"),
    (
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "x"}]}},
        InvalidRequest,
        "tool_choice.tools[0].name",
    ),
    (
        {"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "mcp", "server_label": "x"}]}},
        InvalidRequest,
        "tool_choice.tools[0].server_label",
    ),
    # text
    ({"text": "json"}, InvalidRequest, "text"),
    ({"text": {"verbosity": "chatty"}}, InvalidRequest, "text.verbosity"),
    ({"text": {"format": {"type": "yaml"}}}, InvalidRequest, "text.format.type"),
    ({"text": {"format": {"type": "json_schema", "name": "x"}}}, InvalidRequest, "text.format.schema"),
    ({"text": {"format": {**SCHEMA, "name": "x y"}}}, InvalidRequest, "text.format.name"),
    ({"text": {"format": {"type": "json_schema", "json_schema": SCHEMA}}}, InvalidRequest, "text.format.name"),
]


@pytest.mark.parametrize(("fields", "kind", "param"), BAD, ids=lambda v: None if isinstance(v, type) else repr(v)[:70])
def test_a_bad_request_is_named(fields: dict[str, Any], kind: type[EarthshineError], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        create(**fields)
    assert (type(caught.value), caught.value.param) == (kind, param)
    assert caught.value.message


def test_something_to_respond_to_may_come_from_elsewhere() -> None:
    for source in ({"conversation": "conv_1"}, {"conversation": {"id": "conv_1"}}, {"previous_response_id": "resp_1"}):
        request = check(ResponseCreate, {"model": "m", **source})
        request.check_supported()


@pytest.mark.parametrize(
    ("include", "top", "expected"),
    [([], None, None), ([], 0, None), ([], 3, 3), (["message.output_text.logprobs"], None, 0)],
)
def test_log_probabilities_are_asked_for_in_two_ways(include: list[str], top: int | None, expected: int | None) -> None:
    assert create(include=include, top_logprobs=top).logprobs == expected


@pytest.mark.parametrize(
    ("choice", "mode", "names"),
    [
        ("none", "none", None),
        ("auto", "auto", None),
        ("required", "required", None),
        ({"type": "function", "name": "get_time"}, "required", ("get_time",)),
        (
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "function", "name": name} for name in ("get_time", "get_weather", "get_time")],
            },
            "auto",
            ("get_time", "get_weather"),
        ),
    ],
)
def test_tool_choices_reach_the_engine(choice: Any, mode: str, names: Any) -> None:
    made = Toolset(create(tools=[WEATHER, TIME], tool_choice=choice)).view([], []).choice
    assert (made.mode, made.names) == (mode, names)


def test_compacting_needs_a_model() -> None:
    with pytest.raises(InvalidRequest) as caught:
        check(CompactRequest, {"input": "hi"})
    assert caught.value.param == "model"


def test_counting_takes_no_personality() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        check(InputTokensRequest, {"input": "hi", "personality": "friendly"}).check_supported()
    assert caught.value.param == "personality"


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"starting_after": "3"}, "starting_after"),
        ({"stream": "true", "starting_after": "-1"}, "starting_after"),
        ({"stream": "true", "starting_after": "x"}, "starting_after"),
        ({"stream": "maybe"}, "stream"),
        ({"sream": "true"}, "sream"),
    ],
)
def test_a_bad_retrieve_query_is_named(query: dict[str, str], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check(RetrieveQuery, query).check_supported()
    assert caught.value.param == param


def test_a_retrieve_query_is_text() -> None:
    query = check(RetrieveQuery, {"stream": "true", "starting_after": "42", "include_obfuscation": "false"})
    query.check_supported()
    assert (query.stream, query.starting_after, query.include_obfuscation) == (True, 42, False)
