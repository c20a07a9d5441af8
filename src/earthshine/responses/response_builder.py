"""The writing side of events: deltas of the harness become events, each folded into the Response as readers fold it.

By the same function, `events.apply`, so that what a reader rebuilds and what the run believes cannot drift apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, assert_never

import orjson

from earthshine.engines.base import (
    ChatEnd,
    Delta,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)
from earthshine.errors import EarthshineError
from earthshine.ids import new_id
from earthshine.responses.events import LAST_EVENTS, apply, error_json, logprob_json, usage_json

Emit = Callable[[bytes, str], None]
Json = dict[str, Any]


class ResponseBuilder:
    """A Response while it is being written.

    `emit` takes each event as JSON bytes, with what the model wrote to cause it. A builder made from `stored` events
    goes on where they stop: same ids, next number, the open item still open. `sign`, when given, makes the
    `encrypted_content` of reasoning items from their text. `namespaced` has the name and the namespace of each
    function in a namespace, by the name that the model calls.
    """

    def __init__(
        self,
        emit: Emit,
        stored: Iterable[bytes] = (),
        *,
        logprobs: bool = False,
        sign: Callable[[str], str] | None = None,
        namespaced: Mapping[str, Json] | None = None,
    ) -> None:
        self._emit = emit
        self._number = 0
        self._logprobs = logprobs
        self._sign = sign
        self._namespaced = namespaced or {}
        self._delta_head = b""
        # What the model wrote that shows nowhere (an end tag, a blank line): stored with the next event.
        self._silent = ""
        self.response: Json = {}
        for event in stored:
            self.response = apply(self.response, orjson.loads(event))
            self._number += 1
        output: list[Json] = self.response.get("output", [])
        self._open: Json | None = output[-1] if output and output[-1]["status"] == "in_progress" else None
        if self._open is not None:
            self._delta_head = self._head(self._open)

    def emit_to(self, emit: Emit) -> None:
        """Send the events that follow to another place."""
        self._emit = emit

    def begin(self, response: Json) -> None:
        """Emit the opening events. A background response begins as queued."""
        queued = response["status"] == "queued"
        self._event("response.created", {"response": response})
        if queued:
            self._event("response.queued", {"response": response})
        else:
            self._event("response.in_progress", {"response": response})

    def run(self) -> None:
        """Move a queued response to in progress."""
        if self.response["status"] == "queued":
            self._event("response.in_progress", {"response": {**self.response, "status": "in_progress"}})

    def feed(self, delta: Delta) -> None:
        """Emit the events of one delta; `ChatEnd` closes the items and is otherwise left to `end`."""
        match delta:
            case Text():
                if not delta.text and not self._is_open("message"):
                    self._silent += delta.raw
                    return
                self._ensure("message")
                self._text_delta(delta.text, delta.raw, delta.logprobs)
            case Reasoning():
                if not delta.text and not self._is_open("reasoning"):
                    self._silent += delta.raw
                    return
                self._ensure("reasoning")
                self._text_delta(delta.text, delta.raw)
            case ToolCallStart():
                self._close("completed")
                call_id = delta.id or new_id("call")
                item = {"type": "function_call", "call_id": call_id, **self._called(delta.name), "arguments": ""}
                self._add("fc", item, raw=delta.raw)
            case ToolCallArguments():
                self._text_delta(delta.text, delta.raw)
            case ChatEnd():
                # A call cut by the token limit is not a call; a client must not run it.
                self._close("completed" if delta.reason in ("stop", "tool_calls") else "incomplete", raw=delta.raw)
            case _:
                assert_never(delta)

    def end(
        self,
        status: Literal["completed", "incomplete", "failed", "cancelled"],
        *,
        usage: Usage | None = None,
        reason: str | None = None,
        error: EarthshineError | None = None,
    ) -> Json:
        """Emit the last event; returns the final Response."""
        self._close("completed" if status == "completed" else "incomplete")
        final = {
            **self.response,
            "status": status,
            "completed_at": int(time.time()) if status == "completed" else None,
            "incomplete_details": {"reason": reason} if reason else None,
            "error": error_json(error) if error else None,
            "usage": usage_json(usage) if usage else None,
        }
        self._event(LAST_EVENTS[status], {"response": final})
        return final

    def _called(self, name: str) -> Json:
        return self._namespaced.get(name) or {"name": name}

    # --- items -------------------------------------------------------------------------------------------------------

    def _is_open(self, kind: str) -> bool:
        return self._open is not None and self._open["type"] == kind

    def _ensure(self, kind: Literal["message", "reasoning"]) -> None:
        """Open an item of this kind with one part to write into, unless one is open."""
        if self._is_open(kind):
            return
        self._close("completed")
        if kind == "message":
            self._add("msg", {"type": "message", "role": "assistant", "content": []})
            self._part_event("response.content_part.added", _text_part())
        elif self._summarised:
            self._add("rs", {"type": "reasoning", "summary": [], "content": []})
            self._part_event("response.reasoning_summary_part.added", {"type": "summary_text", "text": ""})
        else:
            self._add("rs", {"type": "reasoning", "summary": [], "content": []})
            self._part_event("response.content_part.added", {"type": "reasoning_text", "text": ""})
        assert self._open is not None
        self._delta_head = self._head(self._open)

    @property
    def _summarised(self) -> bool:
        """Whether the thinking is told as a summary: the client asked for one, and ours is the thinking itself."""
        reasoning: Json = self.response.get("reasoning") or {}
        return bool(reasoning.get("summary"))

    def _add(self, prefix: str, item: Json, raw: str = "") -> None:
        whole = {"id": new_id(prefix), **item, "status": "in_progress"}
        place = len(self.response["output"])
        self._event("response.output_item.added", {"output_index": place, "item": whole}, raw)
        self._open = self.response["output"][place]
        self._delta_head = self._head(whole)

    def _close(self, status: Literal["completed", "incomplete"], raw: str = "") -> None:
        """Close the open item, if any. `raw` is what the model wrote to end it."""
        item = self._open
        if item is None:
            self._silent += raw
            return
        where = self._where(item)
        match item["type"]:
            case "message":
                part = item["content"][0]
                done = {**where, "content_index": 0, "text": part["text"], "logprobs": part["logprobs"]}
                self._event("response.output_text.done", done)
                self._part_event("response.content_part.done", part)
            case "reasoning" if item["summary"]:
                part = item["summary"][0]
                done = {**where, "summary_index": 0, "text": part["text"]}
                self._event("response.reasoning_summary_text.done", done)
                self._part_event("response.reasoning_summary_part.done", part)
            case "reasoning":
                part = item["content"][0]
                done = {**where, "content_index": 0, "text": part["text"]}
                self._event("response.reasoning_text.done", done)
                self._part_event("response.content_part.done", part)
            case _:
                done = {**where, "name": item["name"], "arguments": item["arguments"]}
                self._event("response.function_call_arguments.done", done)
        closed = {**item, "status": status}
        if self._sign is not None and item["type"] == "reasoning":
            closed["encrypted_content"] = self._sign((item["summary"] or item["content"])[0]["text"])
        self._event("response.output_item.done", {"output_index": where["output_index"], "item": closed}, raw)
        self._open = None

    def _where(self, item: Json) -> Json:
        return {"item_id": item["id"], "output_index": len(self.response["output"]) - 1}

    # --- events ------------------------------------------------------------------------------------------------------

    def _event(self, kind: str, fields: Json, raw: str = "") -> None:
        event = orjson.dumps({"type": kind, **fields, "sequence_number": self._number})
        self._number += 1
        # The state takes its own copy, so that no later change reaches an event that was handed out.
        self.response = apply(self.response, orjson.loads(event))
        self._send(event, raw)

    def _send(self, event: bytes, raw: str) -> None:
        self._emit(event, self._silent + raw)
        self._silent = ""

    def _part_event(self, kind: str, part: Json) -> None:
        assert self._open is not None or self.response["output"]
        item = self.response["output"][-1]
        index = "summary_index" if "summary" in kind else "content_index"
        self._event(kind, {**self._where(item), index: 0, "part": part})

    def _head(self, item: Json) -> bytes:
        """The bytes of a delta event up to its text: the same for every token of an item."""
        where = self._where(item)
        match item["type"]:
            case "message":
                kind, index = "response.output_text.delta", {"content_index": 0}
            case "reasoning" if item["summary"] or self._summarised:
                kind, index = "response.reasoning_summary_text.delta", {"summary_index": 0}
            case "reasoning":
                kind, index = "response.reasoning_text.delta", {"content_index": 0}
            case _:
                kind, index = "response.function_call_arguments.delta", {}
        return orjson.dumps({"type": kind, **where, **index})[:-1] + b',"delta":'

    def _text_delta(self, text: str, raw: str, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        # Written and folded by hand: this runs once for every token of every stream.
        item = self._open
        assert item is not None
        tail = b""
        match item["type"]:
            case "message":
                part = item["content"][0]
                part["text"] += text
                shown = [logprob_json(entry) for entry in logprobs] if self._logprobs else []
                part["logprobs"] += shown
                tail = b',"logprobs":' + (orjson.dumps(shown) if shown else b"[]")
            case "reasoning":
                (item["summary"] or item["content"])[0]["text"] += text
            case _:
                item["arguments"] += text
        number = b',"sequence_number":%d}' % self._number
        self._number += 1
        self._send(self._delta_head + orjson.dumps(text) + tail + number, raw)


def _text_part() -> Json:
    return {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
