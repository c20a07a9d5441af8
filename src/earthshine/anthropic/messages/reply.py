"""A message as it is shown: put together from deltas, with why it ended and what it took."""

from __future__ import annotations

from typing import Any, Literal, cast

from pydantic_core import from_json

from earthshine.anthropic.messages.pieces import CitedText, Piece, ServerBlock
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.objects import (
    AnthropicBlock,
    AnthropicMessage,
    AnthropicToolUse,
    AnthropicUsage,
    StopReason,
)
from earthshine.engines.deltas import ChatEnd, Reasoning, Text, ToolCallArguments, ToolCallStart, Usage
from earthshine.errors import UpstreamFailed

Kind = Literal["text", "thinking", "tool_use"]
_STOP_REASONS: dict[str, StopReason] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}


class MessageBuilder:
    """The content of one message, as far as it is written."""

    def __init__(self) -> None:
        self._blocks: list[tuple[Kind | None, list[str], ToolCallStart | CitedText | ServerBlock | None]] = []
        self._calls: list[list[str]] = []

    def add(self, delta: Piece) -> None:
        """Take the next piece."""
        match delta:
            case Text():
                self._write("text", delta.text)
            case Reasoning():
                self._write("thinking", delta.text)
            case ToolCallStart():
                self._calls.append([])
                self._blocks.append(("tool_use", self._calls[-1], delta))
            case ToolCallArguments():
                self._calls[delta.index].append(delta.text)
            case CitedText() | ServerBlock():
                self._blocks.append((None, [], delta))
            case ChatEnd():
                pass

    def _write(self, kind: Kind, text: str) -> None:
        if not self._blocks or self._blocks[-1][0] != kind:
            self._blocks.append((kind, [], None))
        self._blocks[-1][1].append(text)

    def content(self, thoughts: Thoughts, *, omitted: bool) -> list[AnthropicBlock]:
        """Return the blocks; `omitted` leaves the thoughts to their signatures."""
        content: list[AnthropicBlock] = []
        for kind, pieces, made in self._blocks:
            text = "".join(pieces)
            match made:
                case ToolCallStart():
                    content.append({**tool_use(made), "input": arguments(text)})
                case CitedText():
                    content.append({"type": "text", "text": made.text, "citations": list(made.citations)})
                case ServerBlock():
                    content.append(made.block)
                case None if kind == "thinking":
                    shown = "" if omitted else text
                    content.append({"type": "thinking", "thinking": shown, "signature": thoughts.sign(text)})
                case None:
                    content.append({"type": "text", "text": text, "citations": None})
        return content


def tool_use(call: ToolCallStart) -> AnthropicToolUse:
    """Return the block of a call, before anything of its input."""
    return {"type": "tool_use", "id": call.id or "", "name": call.name, "input": {}, "caller": {"type": "direct"}}


def arguments(text: str) -> dict[str, Any]:
    """Return the input of a call; of one that was cut, what there is of it, as clients read a stream.

    Raises `UpstreamFailed` for what is no object.
    """
    try:
        value: Any = from_json(text or "{}", allow_partial="trailing-strings")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise UpstreamFailed("The model wrote a tool call whose input is no JSON object. Send the request again.")
    return cast("dict[str, Any]", value)


def stop_reason(end: ChatEnd, most: int, *, counted: bool) -> StopReason:
    """Return why a message ended. `most` is its own limit; `counted`: its tokens were counted on this machine."""
    if end.stop is not None:
        return "stop_sequence"
    if end.reason == "length" and counted and end.usage.completion_tokens < most:
        return "model_context_window_exceeded"
    return _STOP_REASONS[end.reason]


def usage(used: Usage) -> AnthropicUsage:
    """Return what a message took."""
    return {
        "input_tokens": used.prompt_tokens - used.cached_tokens,
        "cache_read_input_tokens": used.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
        "output_tokens": used.completion_tokens,
        "output_tokens_details": {"thinking_tokens": used.reasoning_tokens},
        "server_tool_use": None,
        "service_tier": "standard",
        "inference_geo": None,
    }


def message(message_id: str, model: str, used: Usage) -> AnthropicMessage:
    """Return a message of which nothing is written."""
    return {
        "id": message_id,
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "stop_details": None,
        "container": None,
        "usage": usage(used),
    }
