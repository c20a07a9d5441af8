from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.conversations.items import Item, store_form
from earthshine.conversations.signing import TextSigner
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.responses.items.messages import to_chat_request, to_messages
from earthshine.responses.schemas import InputTokensRequest, ResponseCreate
from earthshine.wire import check

SIGNER = TextSigner(b"k" * 32)
IMAGE = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}


def user(text: str = "hi") -> dict[str, Any]:
    return {"role": "user", "content": text}


def assistant(text: str = "yo", **more: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": text, **more}


def call(call_id: str = "c1", name: str = "f", arguments: str = "{}") -> dict[str, Any]:
    return {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments}


def output(call_id: str = "c1", result: Any = "42") -> dict[str, Any]:
    return {"type": "function_call_output", "call_id": call_id, "output": result}


def thought(text: str) -> dict[str, Any]:
    return {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": text}]}


def compaction(text: str) -> dict[str, Any]:
    return {"type": "compaction", "encrypted_content": SIGNER.sign("compaction", text)}


async def stored(items: Sequence[dict[str, Any]]) -> list[Item]:
    create = check(ResponseCreate, {"model": "m", "input": list(items)})
    return await store_form(create.input or [], SIGNER, param="input")


async def messages(*items: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    return to_messages(await stored(items), **options)


def chat_call(call_id: str = "c1") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": "f", "arguments": "{}"}}


async def test_a_plain_exchange() -> None:
    assert await messages(user("a"), assistant("b"), user("c")) == [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c"},
    ]


async def test_what_the_model_did_between_two_messages_is_one_message() -> None:
    items = [
        user(),
        thought("I need two calls."),
        assistant("Let me look.", phase="commentary"),
        call("c1"),
        call("c2"),
        output("c1", "1"),
        output("c2", "2"),
        thought("Enough."),
        assistant("It is 3.", phase="final_answer"),
    ]
    assert (await messages(*items))[1:] == [
        {
            "role": "assistant",
            "content": "Let me look.",
            "reasoning_content": "I need two calls.",
            "tool_calls": [chat_call("c1"), chat_call("c2")],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "1"},
        {"role": "tool", "tool_call_id": "c2", "content": "2"},
        {"role": "assistant", "content": "It is 3.", "reasoning_content": "Enough."},
    ]


async def test_consecutive_assistant_messages_are_merged() -> None:
    made = await messages(user(), assistant("one"), assistant("two"), user())
    assert made[1] == {"role": "assistant", "content": "one\n\ntwo"}


async def test_parts_of_a_message_are_joined() -> None:
    parts = [{"type": "input_text", "text": "a"}, {"type": "input_text", "text": "b"}]
    pieces = [{"type": "output_text", "text": "c"}, {"type": "refusal", "refusal": "d"}]
    made = await messages({"role": "user", "content": parts}, {"role": "assistant", "content": pieces})
    assert [message["content"] for message in made] == ["a\nb", "cd"]


async def test_system_messages_at_the_beginning_become_one() -> None:
    items = [
        {"role": "system", "content": "a"},
        {"role": "developer", "content": "b"},
        user(),
        {"role": "developer", "content": "c"},
    ]
    assert await messages(*items, system=["first"]) == [
        {"role": "system", "content": "first\n\na\n\nb"},
        {"role": "user", "content": "hi"},
        {"role": "system", "content": "c"},
    ]


async def test_a_compaction_speaks_before_everything() -> None:
    made = await messages(user("old"), compaction("They agreed on Tuesday."), user("new"))
    assert made[0]["role"] == "system"
    assert "They agreed on Tuesday." in made[0]["content"]
    assert [message["content"] for message in made[1:]] == ["old", "new"]


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (thought("full"), "full"),
        ({"type": "reasoning", "summary": [], "encrypted_content": SIGNER.sign("reasoning", "signed")}, "signed"),
        ({"type": "reasoning", "summary": [{"type": "summary_text", "text": "short"}]}, "short"),
        ({**thought("full"), "summary": [{"type": "summary_text", "text": "short"}]}, "full"),
    ],
)
async def test_the_fullest_account_of_a_thought_is_shown(item: dict[str, Any], text: str) -> None:
    assert (await messages(user(), item, assistant()))[1]["reasoning_content"] == text


async def test_thoughts_that_led_to_nothing_are_not_shown() -> None:
    assert await messages(user("a"), thought("hm"), user("b")) == [
        {"role": "user", "content": "a"},
        {"role": "user", "content": "b"},
    ]


async def test_images_only_for_models_that_see() -> None:
    items = [user(), {"role": "user", "content": [{"type": "input_text", "text": "look"}, IMAGE]}]
    with pytest.raises(UnsupportedParameter) as caught:
        await messages(*items)
    assert caught.value.param == "input[1].content[1]"
    assert (await messages(*items, blind=""))[1]["content"] == [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": IMAGE["image_url"], "detail": "auto"}},
    ]
    with pytest.raises(UnsupportedParameter) as caught:
        await messages(call(), output("c1", [IMAGE]))
    assert caught.value.param == "input[1].output[0]"


@pytest.mark.parametrize(
    ("items", "param"),
    [
        ([output()], "input[0].call_id"),
        ([user(), output("c1"), call("c1")], "input[1].call_id"),
        ([call("c1"), output("c2")], "input[1].call_id"),
        ([call("c1"), output("c1"), call("c1"), output("c1"), output("c1")], "input[4].call_id"),
        ([call("c1"), output("c1"), output("c1")], "input[2].call_id"),
    ],
)
async def test_calls_and_outputs_must_pair(items: list[dict[str, Any]], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await messages(*items)
    assert caught.value.param == param


async def test_errors_count_from_the_new_input() -> None:
    history = await stored([user(), call("c1"), output("c1")])
    new = await stored([user(), output("c9")])
    with pytest.raises(InvalidRequest) as caught:
        to_messages([*history, *new], history=len(history))
    assert caught.value.param == "input[1].call_id"
    with pytest.raises(InvalidRequest) as caught:
        to_messages([history[2], *new], history=1)
    assert caught.value.param == f"{history[2]['id']}.call_id"


# --- any list of items -----------------------------------------------------------------------------------------------

TEXT = st.text(max_size=8)


@st.composite
def item_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lists in which every output has its call before it."""
    items: list[dict[str, Any]] = []
    waiting: list[str] = []
    for number in range(draw(st.integers(0, 12))):
        kinds = ["user", "system", "assistant", "thought", "call", "compaction", *(["output"] if waiting else [])]
        match draw(st.sampled_from(kinds)):
            case "user":
                items.append(user(draw(TEXT)))
            case "system":
                items.append({"role": draw(st.sampled_from(["system", "developer"])), "content": draw(TEXT)})
            case "assistant":
                items.append(assistant(draw(TEXT)))
            case "thought":
                items.append(thought(draw(TEXT)))
            case "call":
                waiting.append(f"c{number}")
                items.append(call(waiting[-1]))
            case "compaction":
                items.append(compaction(draw(TEXT)))
            case _:
                items.append(output(waiting.pop(draw(st.integers(0, len(waiting) - 1))), draw(TEXT)))
    return items


@given(st.data())
async def test_any_valid_list_becomes_messages(data: st.DataObject) -> None:
    items = data.draw(item_lists())
    made = await messages(*items)
    roles = [message["role"] for message in made]
    assert all(isinstance(message["content"], str) for message in made)
    # Nothing that was said or called is lost, and it keeps its order.
    assert [m["content"] for m in made if m["role"] == "user"] == [
        i["content"] for i in items if i.get("role") == "user"
    ]
    calls = [each["id"] for message in made for each in message.get("tool_calls", ())]
    assert calls == [item["call_id"] for item in items if item.get("type") == "function_call"]
    results = [(m["tool_call_id"], m["content"]) for m in made if m["role"] == "tool"]
    assert results == [(i["call_id"], i["output"]) for i in items if i.get("type") == "function_call_output"]
    spoken = "\n\n".join(m["content"] for m in made if m["role"] == "assistant" and m["content"])
    assert spoken == "\n\n".join(i["content"] for i in items if i.get("role") == "assistant" and i["content"])
    # No two assistant messages follow each other, and every result comes after its call.
    assert all(pair != ("assistant", "assistant") for pair in pairwise(roles))
    for place, message in enumerate(made):
        if message["role"] == "tool":
            before = [each["id"] for m in made[:place] for each in m.get("tool_calls", ())]
            assert message["tool_call_id"] in before


# --- the whole request -----------------------------------------------------------------------------------------------


async def request(fields: dict[str, Any], history: Sequence[dict[str, Any]] = (), **options: Any) -> Any:
    create = check(ResponseCreate, {"model": "m", **fields})
    create.check_supported()
    items = [*await stored(history), *await store_form(create.input or [], SIGNER, param="input")]
    return to_chat_request(create, items, **options)


async def test_every_setting_reaches_the_engine() -> None:
    made = await request(
        {
            "input": "hi",
            "instructions": "Be kind.",
            "temperature": 0.3,
            "top_p": 0.9,
            "presence_penalty": 0.1,
            "frequency_penalty": 0.2,
            "max_output_tokens": 50,
            "top_logprobs": 2,
            "parallel_tool_calls": False,
            "reasoning": {"effort": "high"},
            "tools": [{"type": "function", "name": "f", "description": "d", "strict": False}],
            "tool_choice": {"type": "function", "name": "f"},
            "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}, "strict": True}},
        },
        written="so far",
    )
    assert made.messages == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "hi"}]
    sampling = made.sampling
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens, sampling.logprobs) == (0.3, 0.9, 50, 2)
    assert (sampling.presence_penalty, sampling.frequency_penalty) == (0.1, 0.2)
    assert (made.parallel_tool_calls, made.reasoning_effort, made.written) == (False, "high", "so far")
    assert (made.tool_choice.mode, made.tool_choice.names) == ("required", ("f",))
    assert (made.output.type, made.output.name, made.output.strict) == ("json_schema", "n", True)
    empty = {"type": "object", "properties": {}}
    function = {"name": "f", "strict": False, "description": "d", "parameters": empty}
    assert made.tools == [{"type": "function", "function": function}]


async def test_defaults_are_the_models_own() -> None:
    made = await request({"input": "hi"})
    assert made.sampling.temperature is None
    assert made.sampling.max_tokens is None
    assert made.reasoning_effort is None
    assert made.messages == [{"role": "user", "content": "hi"}]


async def test_instructions_are_those_of_this_request_alone() -> None:
    made = await request({"input": "now", "previous_response_id": "resp_1"}, history=[user("before"), assistant()])
    assert [message["role"] for message in made.messages] == ["user", "assistant", "user"]


@pytest.mark.parametrize(("verbosity", "added"), [("low", True), ("medium", False), ("high", True)])
async def test_verbosity_is_said_to_the_model(verbosity: str, added: bool) -> None:
    made = await request({"input": "hi", "text": {"verbosity": verbosity}})
    assert (made.messages[0]["role"] == "system") is added


async def test_reasoning_of_earlier_turns_can_be_left_out() -> None:
    history = [user("a"), thought("old"), assistant("b")]
    items = [user("c"), thought("new"), call(), output()]
    kept = await request({"input": items}, history)
    assert [m.get("reasoning_content") for m in kept.messages] == [None, "old", None, "new", None]
    cut = await request({"input": items, "reasoning": {"context": "current_turn"}}, history)
    assert [m.get("reasoning_content") for m in cut.messages] == [None, None, None, "new", None]


async def test_an_error_in_the_input_is_counted_from_its_own_beginning() -> None:
    with pytest.raises(UnsupportedParameter) as caught:
        await request({"input": [{"role": "user", "content": [IMAGE]}]}, history=[user(), assistant()])
    assert caught.value.param == "input[0].content[0]"


async def test_counting_shows_the_same_messages() -> None:
    fields = {"input": "hi", "instructions": "Be kind."}
    counted = check(InputTokensRequest, fields)
    items = await store_form(counted.input or [], SIGNER, param="input")
    assert to_chat_request(counted, items).messages == (await request(fields)).messages
