"""Deltas as the bytes of chunks. This is the hot path: a token costs one small `dumps` between prepared bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from earthshine.chat_completions.choice_builder import finish_reason, show_logprobs
from earthshine.engines.deltas import (
    ChatEnd,
    Delta,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.engines.openai_fields import show_usage


class ChunkWriter:
    """Writes the chunks of one completion, each a whole server-sent event."""

    def __init__(self, head: dict[str, Any], *, choices: int, usage: bool, first_form: bool) -> None:
        """`head` has the fields that all chunks share; `first_form` writes `function_call` for `tool_calls`."""
        self._head = b"data: " + orjson.dumps({**head, "object": "chat.completion.chunk"})[:-1]
        self._deltas = [
            self._head + b',"choices":[{"index":' + str(index).encode() + b',"delta":{' for index in range(choices)
        ]
        self._content = [begin + b'"content":' for begin in self._deltas]
        self._usage = b',"usage":null' if usage else b""
        self._plain_end = b'},"logprobs":null,"finish_reason":null}]' + self._usage + b"}\n\n"
        self._first_form = first_form

    def begin(self, index: int) -> bytes:
        """Return the first chunk of a choice."""
        return self._deltas[index] + b'"role":"assistant","content":"","refusal":null' + self._plain_end

    def write(self, index: int, delta: Delta) -> bytes:
        """Return the chunk of a delta."""
        if type(delta) is Text:
            if delta.logprobs:
                return self._content[index] + orjson.dumps(delta.text) + self._logprobs_end(delta.logprobs)
            return self._content[index] + orjson.dumps(delta.text) + self._plain_end
        if type(delta) is Reasoning:
            return self._deltas[index] + b'"reasoning_content":' + orjson.dumps(delta.text) + self._plain_end
        if isinstance(delta, ChatEnd):
            return self._end(index, delta)
        assert isinstance(delta, ToolCallStart | ToolCallArguments)
        return self._deltas[index] + orjson.dumps(self._call(delta))[1:-1] + self._plain_end

    def usage(self, usage: Usage, vendor: dict[str, Any] | None = None) -> bytes:
        """Return the chunk with the usage of the whole completion, and the counts that only an upstream has."""
        return self._head + b',"choices":[],"usage":' + orjson.dumps(show_usage(usage, vendor)) + b"}\n\n"

    def _call(self, delta: ToolCallStart | ToolCallArguments) -> dict[str, Any]:
        if isinstance(delta, ToolCallStart):
            function = {"name": delta.name, "arguments": ""}
            named = {"index": delta.index, "id": delta.id, "type": delta.type, "function": function}
        else:
            function = {"arguments": delta.text}
            named = {"index": delta.index, "function": function}
        return {"function_call": function} if self._first_form else {"tool_calls": [named]}

    def _logprobs_end(self, logprobs: Sequence[TokenLogprob]) -> bytes:
        shown = orjson.dumps({"content": show_logprobs(logprobs), "refusal": None})
        return b'},"logprobs":' + shown + b',"finish_reason":null}]' + self._usage + b"}\n\n"

    def _end(self, index: int, end: ChatEnd) -> bytes:
        reason = orjson.dumps(finish_reason(end.reason, first_form=self._first_form))
        message = orjson.dumps(end.vendor_message)[1:-1] if end.vendor_message else b""
        choice = b"," + orjson.dumps(end.vendor_choice)[1:-1] if end.vendor_choice else b""
        vendor = b"," + orjson.dumps(end.vendor)[1:-1] if end.vendor else b""
        finish = b'},"logprobs":null,"finish_reason":' + reason + choice + b"}]"
        return self._deltas[index] + message + finish + self._usage + vendor + b"}\n\n"
