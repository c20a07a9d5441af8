"""A cut reply that a model is asked to go on with."""

from __future__ import annotations

import pytest

from earthshine.engines.continuation import GO_ON, ask_to_go_on
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.errors import UnsupportedParameter

ASK = [{"role": "user", "content": "Speak."}]


def test_what_was_said_is_shown_and_the_rest_asked_for() -> None:
    cut = ChatRequest(ASK, sampling=Sampling(max_tokens=100), written="<think>hm</think>" + "word " * 40)
    asked = ask_to_go_on(cut)
    said = {"role": "assistant", "content": "word " * 40}
    assert [*asked.messages] == [*ASK, said, {"role": "user", "content": GO_ON}]
    assert asked.written == ""
    assert asked.sampling.max_tokens == 100 - 55, "the limit holds for the whole reply"
    assert [*cut.messages] == ASK


def test_a_reply_that_had_said_nothing_is_asked_for_again() -> None:
    assert ask_to_go_on(ChatRequest(ASK, written="<think>half")).messages == ASK


@pytest.mark.parametrize(
    "cut",
    [
        ChatRequest(ASK, written='{"a":', output=OutputFormat("json_object")),
        ChatRequest(ASK, written='Well<tool_call>f\n{"a":'),
    ],
)
def test_what_the_rest_alone_has_no_form_for_is_refused(cut: ChatRequest) -> None:
    with pytest.raises(UnsupportedParameter, match="send the request again"):
        ask_to_go_on(cut)
