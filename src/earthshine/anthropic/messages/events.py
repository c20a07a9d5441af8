"""The events of a message that is streamed. Source: `anthropic.types.RawMessageStreamEvent` of the official SDK."""

from __future__ import annotations

from typing import Any

import orjson

from earthshine.anthropic.messages.pieces import CitedText, Piece, ServerBlock
from earthshine.anthropic.messages.reply import Kind, StopReason, tool_use
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.objects import AnthropicMessage, AnthropicUsage
from earthshine.engines.deltas import Reasoning, Text, ToolCallArguments, ToolCallStart
from earthshine.errors import UpstreamFailed

_PING = b'event: ping\ndata: {"type":"ping"}\n\n'
_TEXT = {"type": "text", "text": "", "citations": None}
_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


class EventWriter:
    """Writes the events of one message. The hot path: a token costs one small `dumps` between prepared bytes."""

    def __init__(self, thoughts: Thoughts, *, omitted: bool) -> None:
        """`omitted` leaves the thoughts to their signatures."""
        self._thoughts = thoughts
        self._omitted = omitted
        self._index = -1
        self._open: Kind | None = None
        self._call = -1
        self._text = b""
        """What stands before each piece of the open block."""
        self._thought: list[str] = []

    def begin(self, message: AnthropicMessage) -> bytes:
        """Return the first events."""
        return _event("message_start", {"message": message}) + _PING

    def write(self, delta: Piece) -> bytes:
        """Return the events of a piece that is not the last."""
        if type(delta) is Text:
            begin = b"" if self._open == "text" else self._switch("text", _TEXT)
            return begin + self._text + orjson.dumps(delta.text) + b"}}\n\n"
        match delta:
            case Reasoning():
                block = {"type": "thinking", "thinking": "", "signature": ""}
                begin = b"" if self._open == "thinking" else self._switch("thinking", block)
                self._thought.append(delta.text)
                return begin if self._omitted else begin + self._text + orjson.dumps(delta.text) + b"}}\n\n"
            case ToolCallStart():
                self._call = delta.index
                return self._switch("tool_use", tool_use(delta))
            case ToolCallArguments():
                if self._open != "tool_use" or delta.index != self._call:
                    raise UpstreamFailed("The upstream went on with a tool call that had ended.")
                return self._text + orjson.dumps(delta.text) + b"}}\n\n"
            case CitedText():
                begin = self._switch("text", {**_TEXT, "citations": []})
                text = self._text + orjson.dumps(delta.text) + b"}}\n\n"
                cited = [self._delta({"type": "citations_delta", "citation": each}) for each in delta.citations]
                return begin + text + b"".join(cited) + self._close()
            case ServerBlock():
                return self._whole(delta.block)
            case _:
                return b""

    def end(
        self, reason: StopReason, sequence: str | None, used: AnthropicUsage, container: dict[str, Any] | None = None
    ) -> bytes:
        """Return the last events."""
        delta = {"stop_reason": reason, "stop_sequence": sequence, "stop_details": None, "container": container}
        shown = {name: used[name] for name in _COUNTED}
        return self._close() + _event("message_delta", {"delta": delta, "usage": shown}) + _STOP

    def _switch(self, kind: Kind, block: Any) -> bytes:
        closed = self._close()
        self._open, self._index = kind, self._index + 1
        self._text = (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,"delta":' % self._index
        ) + _DELTAS[kind]
        return closed + _event("content_block_start", {"index": self._index, "content_block": block})

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        signed = b""
        if self._open == "thinking":
            signature = self._thoughts.sign("".join(self._thought))
            self._thought.clear()
            signed = self._delta({"type": "signature_delta", "signature": signature})
        self._open = None
        return signed + _event("content_block_stop", {"index": self._index})

    def _whole(self, block: dict[str, Any]) -> bytes:
        closed, self._index = self._close(), self._index + 1
        begun, pieces = dict(block), b""
        if "input" in block:
            begun["input"] = {}
            written = orjson.dumps(block["input"]).decode()
            pieces = self._delta({"type": "input_json_delta", "partial_json": written})
        begin = _event("content_block_start", {"index": self._index, "content_block": begun})
        return closed + begin + pieces + _event("content_block_stop", {"index": self._index})

    def _delta(self, delta: dict[str, Any]) -> bytes:
        return _event("content_block_delta", {"index": self._index, "delta": delta})


_DELTAS: dict[Kind, bytes] = {
    "text": b'{"type":"text_delta","text":',
    "thinking": b'{"type":"thinking_delta","thinking":',
    "tool_use": b'{"type":"input_json_delta","partial_json":',
}
_COUNTED = (
    "input_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "output_tokens",
    "output_tokens_details",
    "server_tool_use",
)


def _event(kind: str, fields: dict[str, Any]) -> bytes:
    return b"event: %b\ndata: " % kind.encode() + orjson.dumps({"type": kind, **fields}) + b"\n\n"
