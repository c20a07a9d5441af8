"""Tokens that nobody counted, estimated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import orjson

from earthshine.engines.requests import ChatRequest

BYTES_PER_TOKEN = 4
"""The usual length of a token in English."""
IMAGE_TOKENS = 1024
"""About what an image takes, whatever the length of its address or data."""


def text_tokens(text: str) -> int:
    """Return about how many tokens a text is."""
    return bytes_tokens(len(text.encode(errors="replace")))


def bytes_tokens(length: int) -> int:
    """Return about how many tokens a text of so many bytes is."""
    return -(-length // BYTES_PER_TOKEN)


def prompt_tokens(request: ChatRequest) -> int:
    """Return about how many tokens the prompt of a request is."""
    images, said = 0, [*request.messages, *request.tools]
    for i, message in enumerate(said):
        if isinstance(message.get("content"), list):
            given: list[Any] = message["content"]
            parts = [part for part in given if not _is_image(part)]
            images += len(given) - len(parts)
            said[i] = {**message, "content": parts}
    length = len(orjson.dumps(said, default=str)) + len(request.written.encode(errors="replace"))
    return bytes_tokens(length) + images * IMAGE_TOKENS


def _is_image(part: Any) -> bool:
    return isinstance(part, dict) and "image" in str(cast("dict[str, Any]", part).get("type"))


def inputs_tokens(inputs: Sequence[str | Sequence[int]]) -> int:
    """Return about how many tokens some inputs are together; those given as token ids are counted."""
    return sum(text_tokens(each) if isinstance(each, str) else len(each) for each in inputs)


def written_tokens(pieces: int, length: int) -> int:
    """Return about how many tokens were written in so many pieces and bytes.

    Nearly every server sends each token as a piece of its own; one that sends longer pieces is measured by its bytes.
    """
    return max(pieces, bytes_tokens(length))
