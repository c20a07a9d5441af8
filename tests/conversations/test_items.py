from __future__ import annotations

from typing import Any

import openresponses_types
import orjson
import pytest
from openai.types.conversations import ConversationItem
from openai.types.responses import ResponseItem
from pydantic import TypeAdapter

from earthshine.conversations.items import Item, ItemParam, kind_of, store_form
from earthshine.conversations.signing import TextSigner
from earthshine.errors import EarthshineError, InvalidRequest, NotFound, UnknownParameter, UnsupportedParameter
from earthshine.wire import check
from earthshine.wire.decoding import MOST_CONTAINERS, MOST_TOKENS, load_json
from earthshine.wire.strict import Strict

SIGNER = TextSigner(b"k" * 32)
USER = {"role": "user", "content": "hi"}
OPEN_RESPONSES = {
    "message": openresponses_types.Message,
    "function_call": openresponses_types.FunctionCall,
    "function_call_output": openresponses_types.FunctionCallOutput,
    "reasoning": openresponses_types.ReasoningBody,
    "compaction": openresponses_types.CompactionBody,
}


class Body(Strict):
    input: list[ItemParam]


async def stored(*items: Any, **options: Any) -> list[Item]:
    return await store_form(check(Body, {"input": list(items)}).input, SIGNER, param="input", **options)


def image(url: str = "data:image/png;base64,AAAA", **more: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "input_image", "image_url": url, **more}]}


def output_text(**more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": [{"type": "output_text", "text": "t", **more}]}


ANNOTATIONS = [
    {"type": "url_citation", "url": "u", "title": "t", "start_index": 0, "end_index": 1},
    {"type": "file_citation", "file_id": "f", "filename": "n", "index": 0},
    {
        "type": "container_file_citation",
        "container_id": "c",
        "file_id": "f",
        "filename": "n",
        "start_index": 0,
        "end_index": 1,
    },
    {"type": "file_path", "file_id": "f", "index": 0},
]
LOGPROB = {"token": "t", "bytes": [116], "logprob": -0.5}

GOOD: dict[str, dict[str, Any]] = {
    "bare user text": USER,
    "typed user text": {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "hi"}]},
    "system": {"role": "system", "content": "be kind"},
    "developer": {"role": "developer", "content": [{"type": "input_text", "text": "be kind"}]},
    "assistant text": {"role": "assistant", "content": "hello", "phase": "commentary"},
    "assistant parts": output_text(),
    "annotated": output_text(annotations=ANNOTATIONS[:1], logprobs=[{**LOGPROB, "top_logprobs": [LOGPROB]}]),
    "refusal": {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}], "status": "incomplete"},
    "image": image(),
    "image by address": image("https://example.com/a.png", detail="low"),
    "call": {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
    "call as the SDK dumps it": {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "c1",
        "name": "f",
        "arguments": "{}",
        "async_": None,
        "caller": {"type": "direct"},
        "namespace": None,
        "status": "completed",
    },
    "output": {"type": "function_call_output", "call_id": "c1", "output": "42"},
    "output parts": {
        "type": "function_call_output",
        "call_id": "c1",
        "output": [{"type": "input_text", "text": "42", "prompt_cache_breakpoint": None}],
    },
    "reasoning": {"type": "reasoning", "summary": [{"type": "summary_text", "text": "s"}], "encrypted_content": None},
    "reasoning text": {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": "t"}]},
    "signed reasoning": {"type": "reasoning", "summary": [], "encrypted_content": SIGNER.sign("reasoning", "thought")},
    "compaction": {"type": "compaction", "encrypted_content": SIGNER.sign("compaction", "summary")},
    "unicode": {"role": "user", "content": "مرحبا 👩‍👩‍👧‍👦 e\u0301 \x00 \u202e 你好"},
}


@pytest.mark.parametrize("item", GOOD.values(), ids=GOOD.keys())
async def test_a_stored_item_is_what_the_official_types_say(item: dict[str, Any]) -> None:
    [form] = await stored(item)
    TypeAdapter(ConversationItem).validate_python(form, strict=False)
    TypeAdapter(ResponseItem).validate_python(form, strict=False)
    OPEN_RESPONSES[form["type"]].model_validate(form)
    assert None not in form.values()
    assert orjson.loads(orjson.dumps(form)) == form
    assert await stored(form) == [form], "an item that comes back unchanged is stored unchanged"


SEARCH: dict[str, Any] = {"type": "tool_search_call", "call_id": "c1", "arguments": {"query": "moon"}}
FOUND: dict[str, Any] = {
    "type": "tool_search_output",
    "call_id": "c1",
    "execution": "client",
    "tools": [
        {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": False, "defer_loading": True},
        {"type": "namespace", "name": "n", "description": "d", "tools": [{"type": "function", "name": "g"}]},
    ],
}


@pytest.mark.parametrize("item", [SEARCH, {**SEARCH, "call_id": None}, FOUND, {**FOUND, "call_id": None}], ids=str)
async def test_a_search_for_tools_is_what_the_official_types_say(item: dict[str, Any]) -> None:
    [form] = await stored(item)
    TypeAdapter(ConversationItem).validate_python(form, strict=False)
    TypeAdapter(ResponseItem).validate_python(form, strict=False)
    assert None not in form.values()
    assert await stored(form) == [form]
    assert {name: form.get(name) for name in item} == item


async def test_a_string_becomes_a_typed_part() -> None:
    user, assistant = await stored(USER, {"role": "assistant", "content": "yo"})
    assert user["content"] == [{"type": "input_text", "text": "hi"}]
    assert assistant["content"] == [{"type": "output_text", "text": "yo", "annotations": [], "logprobs": []}]
    assert user["status"] == "completed"
    assert user["id"].startswith("msg_")
    assert user["id"] != assistant["id"]


@pytest.mark.parametrize("annotation", ANNOTATIONS, ids=lambda a: a["type"])
async def test_every_kind_of_annotation_is_kept(annotation: dict[str, Any]) -> None:
    [form] = await stored(output_text(annotations=[annotation]))
    assert form["content"][0]["annotations"] == [annotation]
    TypeAdapter(ConversationItem).validate_python(form)


def user_part(part: Any) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "input_text", "text": "fine"}, part]}


CALL = GOOD["call"]
# what is sent, the class of the error, the field that it names after `input[1].`
BAD: list[tuple[Any, type[EarthshineError], str]] = [
    ("text", InvalidRequest, ""),
    (None, InvalidRequest, ""),
    ({}, InvalidRequest, "type"),
    ({"type": 3}, InvalidRequest, "type"),
    ({"type": "wat"}, InvalidRequest, "type"),
    ({"type": "image_generation_call", "id": "ig_1"}, InvalidRequest, "type"),
    ({"type": "custom_tool_call"}, InvalidRequest, "type"),
    ({"role": "robot", "content": "x"}, InvalidRequest, "role"),
    ({"type": "message", "content": "x"}, InvalidRequest, "role"),
    ({"role": "user"}, InvalidRequest, "content"),
    ({"role": "user", "content": None}, InvalidRequest, "content"),
    ({"role": "user", "content": 5}, InvalidRequest, "content"),
    ({**USER, "surprise": 1}, UnknownParameter, "surprise"),
    ({**USER, "surprise": None}, UnknownParameter, "surprise"),
    ({**USER, "phase": "final_answer"}, UnknownParameter, "phase"),
    ({**USER, "status": "done"}, InvalidRequest, "status"),
    ({**USER, "id": "a/b"}, InvalidRequest, "id"),
    ({**USER, "id": ""}, InvalidRequest, "id"),
    ({**USER, "id": "x" * 129}, InvalidRequest, "id"),
    ({"role": "user", "content": "\ud800"}, InvalidRequest, "content"),
    (user_part({"type": "input_text", "text": "a\udfff"}), InvalidRequest, "content[1].text"),
    (user_part({"type": "input_text", "text": 3}), InvalidRequest, "content[1].text"),
    (user_part({"type": "input_text"}), InvalidRequest, "content[1].text"),
    (user_part({"text": "x"}), InvalidRequest, "content[1].type"),
    (user_part("x"), InvalidRequest, "content[1]"),
    (user_part({"type": "output_text", "text": "x"}), InvalidRequest, "content[1].type"),
    (user_part({"type": "input_file"}), InvalidRequest, "content[1]"),
    (user_part({"type": "input_file", "file_id": 3}), InvalidRequest, "content[1].file_id"),
    (user_part({"type": "input_file", "file_url": "https://a.example/b"}), UnsupportedParameter, "content[1].file_url"),
    (user_part({"type": "input_file", "file_data": "eA=="}), UnsupportedParameter, "content"),
    (user_part({"type": "input_audio"}), InvalidRequest, "content[1].type"),
    (user_part({"type": "input_image", "file_id": 3}), InvalidRequest, "content[1].file_id"),
    (user_part({"type": "input_image", "file_id": "f", "image_url": "https://a.b/c"}), InvalidRequest, "content[1]"),
    (user_part({"type": "input_image"}), InvalidRequest, "content[1]"),
    (user_part({"type": "input_image", "image_url": "file:///etc/passwd"}), InvalidRequest, "content[1].image_url"),
    (
        user_part({"type": "input_image", "image_url": "http://x", "detail": "huge"}),
        InvalidRequest,
        "content[1].detail",
    ),
    (
        user_part({"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}}),
        UnsupportedParameter,
        "content[1].prompt_cache_breakpoint",
    ),
    ({"role": "system", "content": [{"type": "input_image"}]}, InvalidRequest, "content[0].type"),
    ({"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}, InvalidRequest, "content[0].type"),
    (output_text(annotations=[{"type": "nonsense"}]), InvalidRequest, "content[0].annotations[0].type"),
    (output_text(logprobs=[{"token": "t"}]), InvalidRequest, "content[0].logprobs[0].bytes"),
    ({**CALL, "call_id": ""}, InvalidRequest, "call_id"),
    ({**CALL, "call_id": "x" * 65}, InvalidRequest, "call_id"),
    ({**CALL, "name": "two words"}, InvalidRequest, "name"),
    ({**CALL, "arguments": {}}, InvalidRequest, "arguments"),
    ({**CALL, "caller": {"type": "program"}}, InvalidRequest, "caller"),
    ({**CALL, "namespace": "two words"}, InvalidRequest, "namespace"),
    ({**CALL, "async": True}, UnsupportedParameter, "async"),
    ({"type": "function_call_output", "output": "x"}, InvalidRequest, "call_id"),
    ({"type": "function_call_output", "call_id": "c"}, InvalidRequest, "output"),
    ({"type": "function_call_output", "call_id": "c", "output": 5}, InvalidRequest, "output"),
    ({"type": "function_call_output", "call_id": "c", "output": "\ud800"}, InvalidRequest, "output"),
    (
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": 1}]},
        InvalidRequest,
        "output[0].text",
    ),
    ({"type": "tool_search_output", "tools": [{"type": "mcp"}]}, InvalidRequest, "tools[0].type"),
    ({"type": "tool_search_output"}, InvalidRequest, "tools"),
    ({"type": "tool_search_call", "arguments": {"query": "\ud800"}}, InvalidRequest, "arguments"),
    ({"type": "tool_search_call", "execution": "nowhere"}, InvalidRequest, "execution"),
    ({"type": "reasoning", "summary": "s"}, InvalidRequest, "summary"),
    ({"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"}, InvalidRequest, "encrypted_content"),
    ({"type": "compaction"}, InvalidRequest, "encrypted_content"),
    ({"type": "compaction", "encrypted_content": "gAAAA"}, InvalidRequest, "encrypted_content"),
    (
        {"type": "compaction", "encrypted_content": SIGNER.sign("reasoning", "of another kind")},
        InvalidRequest,
        "encrypted_content",
    ),
    ({"type": "item_reference", "id": "msg_1"}, UnsupportedParameter, "id"),
    ({"id": "msg_1"}, UnsupportedParameter, "id"),
]


@pytest.mark.parametrize(("item", "kind", "field"), BAD, ids=lambda v: None if isinstance(v, type) else repr(v)[:60])
async def test_a_bad_item_is_named(item: Any, kind: type[EarthshineError], field: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await stored(USER, item)
    assert type(caught.value) is kind
    assert caught.value.param == f"input[1].{field}".rstrip(".")
    assert "pydantic" not in caught.value.message


async def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        await stored({**USER, "id": "msg_1"}, {**USER, "id": "msg_1"})
    assert caught.value.param == "input[1].id"


async def test_a_reference_becomes_the_item_that_it_names() -> None:
    [known] = await stored({**USER, "id": "msg_1"})

    async def resolve(item_id: str) -> Item | None:
        return known if item_id == "msg_1" else None

    assert await stored({"id": "msg_1"}, resolve=resolve) == [known]
    assert await stored({"id": "msg_1", "type": "item_reference"}, resolve=resolve) == [known]
    with pytest.raises(NotFound) as caught:
        await stored(USER, {"id": "msg_2"}, resolve=resolve)
    assert caught.value.param == "input[1].id"


def test_the_schema_names_every_kind_of_item() -> None:
    kinds = str(Body.model_json_schema()["$defs"].keys())
    for name in ("UserMessage", "FunctionCall", "Reasoning", "Compaction", "ItemReference"):
        assert name in kinds


def test_a_checked_item_is_plain_values_and_no_model() -> None:
    """A model takes most of a kilobyte, and a request may have thousands of items."""
    sent = [USER, image(), output_text(), GOOD["call"], {"type": "item_reference", "id": "msg_1"}]
    assert {type(item) for item in check(Body, {"input": sent}).input} == {dict}


# --- log probabilities that are sent back ----------------------------------------------------------------------------


def reply_with_rivals(tokens: int) -> dict[str, Any]:
    """Return a reply as a server gives it that was asked for twenty rivals of each token."""
    rivals = [{"token": f" قمر{i}", "bytes": list(f" قمر{i}".encode()), "logprob": -1.25 * i} for i in range(20)]
    return output_text(annotations=[], logprobs=[{**rivals[0], "top_logprobs": rivals}] * tokens)


def test_a_long_reply_with_its_log_probabilities_is_taken_back() -> None:
    sent = orjson.dumps({"items": [reply_with_rivals(4_000)]})
    assert sent.count(b"{") + sent.count(b"[") > 8 * MOST_CONTAINERS
    given = load_json(sent)["items"]
    [form] = TypeAdapter(list[ItemParam]).validate_python(given)
    assert form["content"] == given[0]["content"]
    # Held once, or they would take a dozen times their text.
    assert form["content"][0]["logprobs"][0] is given[0]["content"][0]["logprobs"][0]


def test_log_probabilities_have_a_bound_of_their_own_that_says_what_to_do() -> None:
    with pytest.raises(InvalidRequest, match="Leave `logprobs` out"):
        load_json(orjson.dumps({"items": [reply_with_rivals(MOST_TOKENS // 21 + 1)]}))


@pytest.mark.parametrize("where", ["tools", "input", "unknown"])
def test_what_only_looks_like_log_probabilities_is_counted(where: str) -> None:
    tokens = [LOGPROB] * MOST_CONTAINERS
    for body in ({where: [{"logprobs": tokens}]}, {where: [{"content": [{"other": tokens}]}]}):
        with pytest.raises(InvalidRequest, match="20000 objects and lists"):
            load_json(orjson.dumps(body))


def test_log_probabilities_hide_no_depth() -> None:
    deep: Any = []
    for _ in range(130):
        deep = [deep]
    with pytest.raises(InvalidRequest, match="flatter"):
        load_json(orjson.dumps({"input": [{"content": [{"logprobs": [deep] + [LOGPROB] * 99}]}]}))


async def test_what_a_model_wrote_is_told_again_to_go_on_from() -> None:
    items = await stored(GOOD["reasoning text"], GOOD["assistant text"], GOOD["call"], GOOD["output"], SEARCH)
    told = [[type(delta).__name__ for delta in kind_of(item).deltas(item, 0)] for item in items]
    assert told == [["Reasoning"], ["Text"], ["ToolCallStart", "ToolCallArguments"], [], []]
