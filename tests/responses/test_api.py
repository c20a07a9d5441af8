"""The Responses API through the official SDK: what is asked for is what comes back."""

from __future__ import annotations

import json
from collections.abc import Generator
from typing import Any, Literal

import openai
import pytest
from openai import OpenAI
from pydantic import BaseModel

from tests.responses.clients import LOOK_UP, MODEL, SAVE, script, sync_client
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def client(scripted_server: ServerProcess) -> Generator[OpenAI]:
    with sync_client(scripted_server) as opened:
        yield opened


def ask(client: OpenAI, said: Any, **more: Any) -> Any:
    return client.responses.create(model=MODEL, input=said, **more)


# --- one response ----------------------------------------------------------------------------------------------------


def test_a_plain_reply(client: OpenAI) -> None:
    made = ask(client, "Hello.")
    assert made.output_text == "You said: Hello."
    assert (made.status, made.error, made.incomplete_details) == ("completed", None, None)
    assert made.completed_at >= made.created_at
    assert made.usage.total_tokens == made.usage.input_tokens + made.usage.output_tokens
    assert client.responses.retrieve(made.id) == made


def test_every_setting_is_told_back(client: OpenAI) -> None:
    asked: dict[str, Any] = {
        "instructions": "Be brief.",
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 100,
        "max_tool_calls": 3,
        "metadata": {"sujet": "قمر", "月": "🌒"},
        "parallel_tool_calls": False,
        "truncation": "auto",
        "tools": [LOOK_UP],
        "tool_choice": "auto",
        "user": "u1",
        "safety_identifier": "s1",
        "prompt_cache_key": "k1",
    }
    made = ask(client, "Hello.", **asked).to_dict()
    for name, value in asked.items():
        assert made[name] == value, name


def test_text_comes_back_unchanged(client: OpenAI) -> None:
    text = (
        "\u0642\u064e\u0645\u064e\u0631 \u200fRTL\u200f e\u0301 é \U0001f469\u200d\U0001f467 "
        "𝕏 \u0000 \u2028 \t \r\n «» 汉字 עברית \U0010ffff"
    )
    made = ask(client, script(text=text))
    assert made.output_text == text
    assert client.responses.retrieve(made.id).output_text == text
    with client.responses.retrieve(made.id, stream=True) as events:
        assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == text
    sent = client.responses.input_items.list(ask(client, [{"role": "user", "content": text}]).id).data[0]
    assert sent.content[0].text == text


def test_an_output_limit_makes_it_incomplete(client: OpenAI) -> None:
    made = ask(client, script(text="one two three four"), max_output_tokens=2)
    assert made.status == "incomplete"
    assert made.incomplete_details.reason == "max_output_tokens"
    assert made.output[0].status == "incomplete"
    assert made.usage.output_tokens == 2
    assert made.completed_at is None


def test_a_content_filter_makes_it_incomplete(client: OpenAI) -> None:
    made = ask(client, script(text="one", finish="content_filter"))
    assert (made.status, made.incomplete_details.reason) == ("incomplete", "content_filter")


def test_usage_counts_what_was_cached_and_thought(client: OpenAI) -> None:
    made = ask(client, script(reasoning="hm hm", text="yes", cached_tokens=3))
    assert made.usage.input_tokens_details.cached_tokens == 3
    assert made.usage.output_tokens_details.reasoning_tokens > 0
    assert made.usage.output_tokens > made.usage.output_tokens_details.reasoning_tokens


def test_log_probabilities(client: OpenAI) -> None:
    made = ask(client, script(text="one two"), include=["message.output_text.logprobs"], top_logprobs=2)
    part = made.output[0].content[0]
    assert "".join(entry.token for entry in part.logprobs) == "one two"
    assert all(bytes(entry.bytes).decode() == entry.token and entry.top_logprobs for entry in part.logprobs)
    assert ask(client, script(text="one two")).output[0].content[0].logprobs == []


@pytest.mark.parametrize(("error", "status"), [("engine_failed", 503), ("rate_limited", 429), ("upstream_failed", 502)])
def test_errors_of_the_engine(error: str, status: int, client: OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        ask(client, script(text="one two", error_after=1, error_always=True, error=error))
    assert caught.value.status_code == status
    assert caught.value.body["code"]
    if error == "rate_limited":
        assert caught.value.response.headers["retry-after"] == "7"


def test_a_bug_tells_nothing_but_where_to_look(client: OpenAI) -> None:
    with pytest.raises(openai.InternalServerError) as caught:
        ask(client, script(text="one two", error_after=1, error="bug"))
    body: Any = caught.value.body
    assert body["code"] == "internal_error"
    assert "script asked" not in str(body)
    assert "log has it under resp_" in body["message"]


def test_an_engine_that_fails_once_goes_unnoticed(client: OpenAI) -> None:
    assert ask(client, script(text="one two three", error_after=1)).output_text == "one two three"


# --- what came before ------------------------------------------------------------------------------------------------


def roles(client: OpenAI, response_id: str) -> list[str]:
    return [item.role for item in client.responses.input_items.list(response_id, order="asc")]


def test_going_on_from_a_response(client: OpenAI) -> None:
    first = ask(client, "One.", instructions="Speak French.")
    second = ask(client, "Two.", previous_response_id=first.id)
    third = ask(client, "Three.", previous_response_id=second.id)
    assert (second.previous_response_id, third.previous_response_id) == (first.id, second.id)
    assert second.instructions is None
    # Its own input only; the rest is counted as prompt.
    assert roles(client, third.id) == ["user"]
    assert first.usage.input_tokens < second.usage.input_tokens + 3 < third.usage.input_tokens + 3
    # A branch from the middle does not see the later turn.
    branch = ask(client, "Three.", previous_response_id=first.id)
    assert branch.usage.input_tokens < third.usage.input_tokens


def test_instructions_are_not_inherited(client: OpenAI) -> None:
    long = "Be kind. " * 50
    first = ask(client, "One.", instructions=long)
    second = ask(client, "Two.", previous_response_id=first.id)
    assert first.usage.input_tokens > 100
    assert second.usage.input_tokens < 50


def test_a_conversation_grows_turn_by_turn(client: OpenAI) -> None:
    conversation = client.conversations.create()
    first = ask(client, "One.", conversation=conversation.id)
    assert first.conversation.id == conversation.id
    ask(client, "Two.", conversation={"id": conversation.id})
    items = list(client.conversations.items.list(conversation.id, order="asc"))
    assert [item.role for item in items] == ["user", "assistant"] * 2
    assert items[1].id == first.output[0].id
    with pytest.raises(openai.APIStatusError):
        ask(
            client,
            script(text="x", error_after=0, error_always=True, error="rate_limited"),
            conversation=conversation.id,
        )
    assert len(list(client.conversations.items.list(conversation.id))) == 4


def test_what_is_not_stored_is_not_found(client: OpenAI) -> None:
    made = ask(client, "Hello.", store=False)
    assert made.store is False
    for use in (client.responses.retrieve, client.responses.delete, client.responses.cancel):
        with pytest.raises(openai.NotFoundError, match="store=false"):
            use(made.id)


def test_input_items_page_by_page(client: OpenAI) -> None:
    sent = [{"role": "user", "content": f"Number {number}."} for number in range(7)]
    made = ask(client, sent)
    ascending = [item.content[0].text for item in client.responses.input_items.list(made.id, order="asc", limit=3)]
    assert ascending == [f"Number {number}." for number in range(7)]
    descending = [item.content[0].text for item in client.responses.input_items.list(made.id, limit=2)]
    assert descending == ascending[::-1]
    page = client.responses.input_items.list(made.id, limit=7)
    assert page.has_more is False


# --- thinking --------------------------------------------------------------------------------------------------------


def test_thinking_is_an_item_of_its_own(client: OpenAI) -> None:
    made = ask(client, script(reasoning="Let me see.", text="Yes."))
    assert [item.type for item in made.output] == ["reasoning", "message"]
    assert made.output[0].content[0].text == "Let me see."
    assert made.output[0].summary == []
    assert made.output_text == "Yes."


def test_a_summary_is_the_thinking_itself(client: OpenAI) -> None:
    made = ask(client, script(reasoning="Let me see.", text="Yes."), reasoning={"effort": "low", "summary": "auto"})
    assert made.output[0].summary[0].text == "Let me see."
    assert not made.output[0].content
    assert made.reasoning.summary == "auto"


def test_no_effort_no_thinking(client: OpenAI) -> None:
    made = ask(client, script(reasoning="Let me see.", text="Yes."), reasoning={"effort": "none"})
    assert [item.type for item in made.output] == ["message"]


def test_encrypted_thinking_travels_with_the_client(client: OpenAI) -> None:
    made = ask(
        client, script(reasoning="Let me see.", text="Yes."), store=False, include=["reasoning.encrypted_content"]
    )
    signed = made.output[0].encrypted_content
    assert signed
    history = [{"role": "user", "content": "One."}, *(item.to_dict() for item in made.output)]
    followed = ask(client, [*history, {"role": "user", "content": "Two."}], store=False)
    assert followed.output_text == "You said: Two."
    history[1]["encrypted_content"] = signed[:-4] + "AAAA"
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, history, store=False)
    assert caught.value.param == "input[1].encrypted_content"


# --- tools -----------------------------------------------------------------------------------------------------------


def test_a_call_and_its_answer(client: OpenAI) -> None:
    replies = [{"tool_call": {"name": "look_up", "arguments": {"word": "قمر"}}}, {"text": "The moon."}]
    said = f"!script {json.dumps(replies)}"
    first = ask(client, said, tools=[LOOK_UP])
    call = first.output[0]
    assert (first.status, call.type, call.name, call.status) == ("completed", "function_call", "look_up", "completed")
    assert json.loads(call.arguments) == {"word": "قمر"}
    answer = {"type": "function_call_output", "call_id": call.call_id, "output": "moon"}
    second = ask(client, [answer], tools=[LOOK_UP], previous_response_id=first.id)
    assert second.output_text == "The moon."


def test_calls_side_by_side_and_one_at_a_time(client: OpenAI) -> None:
    said = script(tool_calls=[{"name": "look_up", "arguments": {"word": word}} for word in ("a", "b", "c")])
    many = ask(client, said, tools=[LOOK_UP, SAVE])
    assert [json.loads(call.arguments)["word"] for call in many.output] == ["a", "b", "c"]
    assert len({call.call_id for call in many.output}) == 3
    one = ask(client, said, tools=[LOOK_UP, SAVE], parallel_tool_calls=False)
    assert len(one.output) == 1


@pytest.mark.parametrize(
    ("choice", "called"),
    [
        ("none", None),
        ("required", "look_up"),
        ({"type": "function", "name": "save"}, "save"),
        ({"type": "allowed_tools", "mode": "required", "tools": [{"type": "function", "name": "save"}]}, "save"),
        ({"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "save"}]}, None),
    ],
)
def test_every_tool_choice(choice: Any, called: str | None, client: OpenAI) -> None:
    made = ask(client, "Hello.", tools=[LOOK_UP, SAVE], tool_choice=choice)
    assert [item.name for item in made.output if item.type == "function_call"] == ([called] if called else [])
    assert made.to_dict()["tool_choice"] == choice


def test_a_call_cut_by_the_limit_is_not_whole(client: OpenAI) -> None:
    said = script(tool_calls=[{"name": "look_up", "arguments": {"word": "long " * 20}}])
    made = ask(client, said, tools=[LOOK_UP], max_output_tokens=5)
    assert made.status == "incomplete"
    assert made.output[0].status == "incomplete"


# --- structured outputs ----------------------------------------------------------------------------------------------


class Moon(BaseModel):
    name: str
    phase: Literal["new", "full"]
    days: int


def test_structured_output_by_schema(client: OpenAI) -> None:
    schema = {**Moon.model_json_schema(), "additionalProperties": False}
    text: Any = {"format": {"type": "json_schema", "name": "moon", "schema": schema, "strict": True}}
    made = ask(client, "The moon?", text=text)
    Moon.model_validate_json(made.output_text)
    assert made.text.format.schema_ == schema
    assert json.loads(ask(client, "x", text={"format": {"type": "json_object"}}).output_text) == {"reply": "x"}


def test_the_sdk_parses_into_a_model(client: OpenAI) -> None:
    made = client.responses.parse(model=MODEL, input="The moon?", text_format=Moon)
    assert isinstance(made.output_parsed, Moon)


# --- a context that overflows ----------------------------------------------------------------------------------------


def test_truncation_leaves_out_the_oldest_turns(client: OpenAI) -> None:
    # 32768 tokens of context: three turns of 12,000 do not fit.
    turn = [{"role": "user", "content": "word " * 12_000}, {"role": "assistant", "content": "Yes."}]
    asked = [*turn, *turn, *turn, {"role": "user", "content": "And now?"}]
    with pytest.raises(openai.BadRequestError, match="Or set truncation to 'auto'") as caught:
        ask(client, asked)
    assert caught.value.code == "context_length_exceeded"
    made = ask(client, asked, truncation="auto")
    assert made.output_text == "You said: And now?"
    assert made.usage.input_tokens < 32_768
