"""Messages as they are checked."""

from __future__ import annotations

from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.wire import check


def test_checked_parts_are_plain_values_and_no_models() -> None:
    """A model takes three times the memory of its values, and a message may have thousands of parts."""
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:,", "detail": None}}]
    sent = {"model": "m", "messages": [{"role": "user", "content": parts}, {"role": "assistant", "content": parts[:1]}]}
    first, second = check(CreateChatCompletion, sent).messages
    assert first.content == [parts[0], {"type": "image_url", "image_url": {"url": "data:,"}}]
    assert second.content == parts[:1]
