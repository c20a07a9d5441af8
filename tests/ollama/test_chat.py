"""Chats by the official client: whole and streamed, with tools, thinking, formats and options."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ollama import ResponseError
from tests.ollama.conftest import StrictClient


def said(text: str) -> Any:
    return [{"role": "user", "content": text}]


def script(**keys: Any) -> Any:
    return said(f"!script {json.dumps(keys)}")


def weather(city: str) -> str:
    """Tell the weather.

    Args:
      city: where
    """
    return f"sunny in {city}"


PARIS = {"name": "weather", "arguments": {"city": "Paris"}}
ROME = {"name": "weather", "arguments": {"city": "Rome"}}


def test_a_whole_reply_and_a_stream_say_the_same(ollama: StrictClient) -> None:
    messages = script(reasoning="hm hm", text="Hello there, you.")
    whole = ollama.chat("scripted", messages)
    assert (whole.message.content, whole.message.thinking, whole.done_reason) == ("Hello there, you.", "hm hm", "stop")
    *pieces, last = list(ollama.chat("scripted", messages, stream=True))
    assert len(pieces) > 3
    assert not any(piece.done for piece in pieces)
    assert last.done
    assert "".join(piece.message.content or "" for piece in pieces) == whole.message.content
    assert "".join(piece.message.thinking or "" for piece in pieces) == whole.message.thinking
    assert (last.prompt_eval_count, last.eval_count) == (whole.prompt_eval_count, whole.eval_count)
    for end in (whole, last):
        parts = [end.load_duration, end.prompt_eval_duration, end.eval_duration]
        assert all(part is not None and part >= 0 for part in parts)
        assert sum(part or 0 for part in parts) == end.total_duration


def test_calls_come_whole_and_their_answers_find_them(ollama: StrictClient) -> None:
    messages = script(tool_calls=[PARIS, ROME])
    whole = ollama.chat("scripted", messages, tools=[weather]).message
    assert [dict(call.function) for call in whole.tool_calls or ()] == [PARIS, ROME]
    streamed = list(ollama.chat("scripted", messages, tools=[weather], stream=True))
    assert [piece.message.tool_calls for piece in streamed if piece.message.tool_calls] == [whole.tool_calls]
    assert streamed[-1].done_reason == "stop"
    answers = [{"role": "tool", "tool_name": "weather", "content": text} for text in ("sunny", "rainy")]
    turn = ollama.chat("scripted", [*said("weather?"), whole, *answers], tools=[weather])
    assert turn.message.content == "The tools say: sunny; rainy"


def test_an_answer_to_no_call_is_refused(ollama: StrictClient) -> None:
    with pytest.raises(ResponseError, match=r"No call comes before messages\[1\]") as refused:
        ollama.chat("scripted", [*said("x"), {"role": "tool", "tool_name": "weather", "content": "sunny"}])
    assert refused.value.status_code == 400


def test_a_format_holds(ollama: StrictClient) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    assert json.loads(ollama.chat("scripted", said("x"), format=schema).message.content or "") == {"n": 0}
    assert isinstance(json.loads(ollama.chat("scripted", said("x"), format="json").message.content or ""), dict)


def test_options_are_honoured_or_named(ollama: StrictClient) -> None:
    long = script(text="one two three four five six")
    cut = ollama.chat("scripted", long, options={"num_predict": 2, "num_ctx": 64, "mirostat": 1}, keep_alive="5m")
    assert (cut.done_reason, cut.eval_count) == ("length", 2)
    assert ollama.ignored == "keep_alive, options.num_ctx, options.mirostat"
    stopped = ollama.chat("scripted", long, options={"stop": [f"no{number}" for number in range(8)] + ["four"]})
    assert (stopped.message.content or "").strip() == "one two three"
    assert ollama.ignored == ""
    with pytest.raises(ResponseError, match="temperature"):
        ollama.chat("scripted", long, options={"temperature": -1})


def test_thinking_can_be_switched_off(ollama: StrictClient) -> None:
    assert ollama.chat("scripted", script(reasoning="hm", text="x"), think=False).message.thinking is None
    with pytest.raises(ResponseError, match="think"):
        ollama.chat("scripted", said("x"), think="hard")


def test_log_probabilities(ollama: StrictClient) -> None:
    reply = ollama.chat("scripted", script(text="one two"), logprobs=True)
    assert [one.token for one in reply.logprobs or ()] == ["one", " two"]


def test_a_picture_for_a_model_that_does_not_see_is_refused(ollama: StrictClient) -> None:
    with pytest.raises(ResponseError, match=r"does not see|reads text only"):
        ollama.chat("scripted", [{"role": "user", "content": "What is it?", "images": [b"\x89PNG\r\n\x1a\n"]}])


def test_an_error_in_the_middle_is_a_line(ollama: StrictClient) -> None:
    pieces: list[str] = []
    with pytest.raises(ResponseError, match=r".") as failed:
        for piece in ollama.chat("scripted", script(text="a b c d", error_after=2, error_always=True), stream=True):
            pieces.append(piece.message.content or "")
    assert pieces
    assert failed.value.status_code == -1
