"""One choice of a chat completion while it is being written, and the object that it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

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
