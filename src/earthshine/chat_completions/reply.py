"""A chat completion as it is shown: whole, put together from deltas, or in chunks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

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
from earthshine.ids import new_id


@dataclass(slots=True)
class ChoiceBuilder:
    """What has been written of one choice."""

    text: list[str] = field(default_factory=list[str])
    reasoning: list[str] = field(default_factory=list[str])
    calls: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    end: ChatEnd | None = None

    def add(self, delta: Delta) -> None:
        """Take the next delta."""
        match delta:
            case Text():
                self.text.append(delta.text)
                self.logprobs += delta.logprobs
            case Reasoning():
                self.reasoning.append(delta.text)
            case ToolCallStart():
                function = {"name": delta.name, "arguments": ""}
                self.calls.append({"id": delta.id, "type": delta.type, "function": function})
            case ToolCallArguments():
                self.calls[delta.index]["function"]["arguments"] += delta.text
            case ChatEnd():
                self.end = delta

    def choice(self, index: int, *, logprobs: bool, first_form: bool) -> dict[str, Any]:
        """Return the choice as the API shows it.

        A reply that was cut (by a client that went away) has the reason `length`: the API has no truer word.
        """
        message: dict[str, Any] = {
            "role": "assistant",
            "content": "".join(self.text) if self.text or not self.calls else None,
            "refusal": None,
            "annotations": [],
        }
        if self.reasoning:
            message["reasoning_content"] = "".join(self.reasoning)
        if self.calls and first_form:
            message["function_call"] = self.calls[0]["function"]
        elif self.calls:
            message["tool_calls"] = self.calls
        reason = self.end.reason if self.end else "length"
        if self.end is not None:
            message |= self.end.vendor_message
        return {
            **(self.end.vendor_choice if self.end is not None else {}),
            "index": index,
            "message": message,
            "logprobs": {"content": show_logprobs(self.logprobs), "refusal": None} if logprobs else None,
            "finish_reason": finish_reason(reason, first_form=first_form),
        }


def finish_reason(reason: str, *, first_form: bool) -> str:
    """Return the finish reason under the name that this client knows."""
    return "function_call" if first_form and reason == "tool_calls" else reason


def with_ids(batch: Sequence[Delta]) -> Sequence[Delta]:
    """Give tool calls an id where the engine gave none."""
    for delta in batch:
        if type(delta) is ToolCallStart and delta.id is None:
            return [_with_id(each) for each in batch]
    return batch


def _with_id(delta: Delta) -> Delta:
    if isinstance(delta, ToolCallStart) and delta.id is None:
        return replace(delta, id=new_id("call"))
    return delta


def show_logprobs(logprobs: Sequence[TokenLogprob]) -> list[dict[str, Any]]:
    """Return log probabilities as the API shows them."""
    return [
        {
            "token": one.token,
            "logprob": one.logprob,
            "bytes": one.bytes,
            "top_logprobs": [{"token": top.token, "logprob": top.logprob, "bytes": top.bytes} for top in one.top],
        }
        for one in logprobs
    ]


def total_usage(ends: Sequence[ChatEnd]) -> Usage:
    """Return the usage of all choices: they share one prompt, which counts once."""
    if not ends:
        return Usage()
    first = ends[0].usage
    return Usage(
        first.prompt_tokens,
        first.cached_tokens,
        sum(end.usage.completion_tokens for end in ends),
        sum(end.usage.reasoning_tokens for end in ends),
        any(end.usage.estimated for end in ends),
    )


class ChunkWriter:
    """Writes the chunks of one completion, each a whole server-sent event.

    This is the hot path: a token costs one small `dumps` between prepared bytes.
    """

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
