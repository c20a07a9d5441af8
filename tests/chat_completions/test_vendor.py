"""What other servers' replies leave in a conversation does not stop a model on this machine."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.chat_completions.vendor import without_leftovers
from earthshine.errors import InvalidRequest
from earthshine.wire.checking import check

FIELDS = frozenset(CreateChatCompletion.model_fields)


def checked(**changes: Any) -> CreateChatCompletion:
    body = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], **changes}
    return check(CreateChatCompletion, without_leftovers(body, FIELDS))


def test_ids_nulls_and_cache_marks_are_taken():
    part = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    message = {"role": "assistant", "content": "Yes", "id": "msg_1", "reasoning": None, "reasoning_details": None}
    said = [{"role": "user", "content": [part], "cache_control": {"type": "ephemeral"}}, message]
    taken = checked(messages=said, repetition_penalty=None, provider=None)
    assert [message.role for message in taken.messages] == ["user", "assistant"]
    assert "cache_control" in part and "id" in message, "the body itself stays as it is"


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"messages": [{"role": "assistant", "content": "Yes", "reasoning": "because"}]}, "messages[0].reasoning"),
        ({"messages": [{"role": "user", "content": "Hi", "id": 3}]}, "messages[0].id"),
        ({"messages": [{"role": {}, "content": "Hi"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": [{"type": []}]}]}, "messages[0].content[0].type"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi", "x": 1}]}]}, "messages[0].content"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": -1}, "max_tokens"),
    ],
)
def test_what_could_change_the_reply_is_refused_by_name(changes: dict[str, Any], param: str):
    with pytest.raises(InvalidRequest) as caught:
        checked(**changes)
    assert str(caught.value.param).startswith(param)
