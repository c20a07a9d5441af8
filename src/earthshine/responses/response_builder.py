"""The writing side of events: deltas of the harness become events, each folded into the Response as readers fold it.

By the same function, `events.apply`, so that what a reader rebuilds and what the run believes cannot drift apart.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any, Literal, assert_never

import orjson

from earthshine.conversations.items import Item, WrittenKind, kind_of, written_kind
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
from earthshine.errors import EarthshineError
from earthshine.ids import new_id
from earthshine.responses.events import LAST_EVENTS, apply, error_json, logprob_json, usage_json

Emit = Callable[[bytes, str], None]
OpenCall = Callable[[str, str | None], Item | None]
"""Returns what a call of this name, and of this id where an upstream gave one, begins as; None to ignore it."""
FinishText = Callable[[dict[str, Any]], dict[str, Any]]
"""Returns the text part of a message, which is over, with what is known of it."""
Json = dict[str, Any]


def function_call(name: str, call_id: str | None) -> Item:
    """Return the item of a call of a function of the client's."""
    return {"type": "function_call", "call_id": call_id or new_id("call"), "name": name, "arguments": ""}


class ResponseBuilder:
    """A Response while it is being written.

    `emit` takes each event as JSON bytes, with what the model wrote to cause it. A builder made from `stored` events
    goes on where they stop: same ids, next number, the open item still open. `sign`, when given, makes the
    `encrypted_content` of reasoning items from their text.
    """

    def __init__(
        self,
        emit: Emit,
        stored: Iterable[bytes] = (),
        *,
        logprobs: bool = False,
        sign: Callable[[str], str] | None = None,
        open_call: OpenCall = function_call,
        finish_text: FinishText | None = None,
    ) -> None:
        self._emit = emit
        self._number = 0
        self._logprobs = logprobs
        self._sign = sign
        self._open_call = open_call
        self._finish_text = finish_text
        self._delta_head = b""
        # What the model wrote that shows nowhere (an end tag, a blank line): stored with the next event.
        self._silent = ""
        # The pieces of an item whose events do not tell them.
        self._unseen = ""
        self.response: Json = {}
        for event in stored:
            self.response = apply(self.response, orjson.loads(event))
            self._number += 1
        last = self.output[-1] if self.output else None
        self._open: Item | None = None
        self._kind: WrittenKind | None = None
        if last is not None and last["status"] == "in_progress":
            self._go_on(last)

    @property
    def output(self) -> list[Item]:
        """The items so far."""
        return self.response.get("output", [])

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

    def begin_step(self, open_call: OpenCall, finish_text: FinishText | None = None) -> None:
        """A model begins to write, or goes on; what one before it wrote silently is no part of this."""
        self._silent, self._open_call, self._finish_text = "", open_call, finish_text

    def feed(self, delta: Delta) -> None:
        """Emit the events of one delta; `ChatEnd` closes the items and is otherwise left to `end`."""
        match delta:
            case Text():
                self._write("message", delta.text, delta.raw, delta.logprobs)
            case Reasoning():
                self._write("reasoning", delta.text, delta.raw)
            case ToolCallStart():
                self._close("completed")
                item = self._open_call(delta.name, delta.id)
                if item is None:
                    self._silent += delta.raw
                else:
                    self._add(item, delta.raw)
            case ToolCallArguments():
                if self._open is None:
                    self._silent += delta.raw
                else:
                    self._piece(delta.text, delta.raw)
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

    # --- what tools do -----------------------------------------------------------------------------------------------

    def answer(self, answer: Item, status: Literal["completed", "incomplete"] = "completed") -> None:
        """Add what a call returned; of one that was said to be incomplete before, say how it is now."""
        place = self.answer_place(answer["call_id"])
        if place is None:
            place = len(self.output)
            item = {"id": new_id(kind_of(answer).prefix), **answer, "status": status}
            self._event("response.output_item.added", {"output_index": place, "item": item})
        item = {"id": self.output[place]["id"], **answer, "status": status}
        self._event("response.output_item.done", {"output_index": place, "item": item})

    def put_answer(self, place: int, item: Item) -> None:
        """Put into a call what it returned, where the call's own item holds that."""
        for event, fields in written_kind(item).answered(item):
            self.tell(place, event, fields)
        self._event("response.output_item.done", {"output_index": place, "item": item})

    def answer_place(self, call_id: str) -> int | None:
        """Return where a call's answer is; None when there is none yet."""
        for place in range(len(self.output) - 1, -1, -1):
            item = self.output[place]
            if item.get("call_id") == call_id and kind_of(item).pairs == "answer":
                return place
        return None

    def tell(self, place: int, event: str, fields: Json) -> None:
        """Emit an event about an item that is there already."""
        where = {"item_id": self.output[place]["id"], "output_index": place}
        self._event(f"response.{event}", {**fields, **where})

    # --- citations ---------------------------------------------------------------------------------------------------

    @property
    def open_text(self) -> str:
        """What is written of the message that is open; empty when none is."""
        return self._open["content"][0]["text"] if self._open is not None and self._open["type"] == "message" else ""

    def annotate(self, annotation: Json, raw: str = "") -> None:
        """Add an annotation to the open message; where none has begun, there is no text that it could belong to."""
        if self._open is None or self._open["type"] != "message":
            self._silent += raw
            return
        number = len(self._open["content"][0]["annotations"])
        where = {**self._where(self._open), "content_index": 0, "annotation_index": number}
        self._event("response.output_text.annotation.added", {**where, "annotation": annotation}, raw)

    def mark(self, text: str, check: Json, raw: str = "", logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        """Add a piece of text, with something that is to be known of it."""
        if self._open is None or self._open["type"] != "message":
            if not text:
                self._silent += raw
                return
            self._open_message()
        assert self._open is not None
        shown = [logprob_json(entry) for entry in logprobs] if self._logprobs else []
        fields = {"content_index": 0, "delta": text, "logprobs": shown, "checks": [check]}
        self._event("response.output_text.delta", {**self._where(self._open), **fields}, raw)

    # --- items that the model writes ---------------------------------------------------------------------------------

    def _write(
        self, kind: Literal["message", "reasoning"], text: str, raw: str, logprobs: tuple[TokenLogprob, ...] = ()
    ) -> None:
        if self._open is None or self._open["type"] != kind:
            if not text:
                self._silent += raw
                return
            if kind == "message":
                self._open_message()
            else:
                self._close("completed")
                self._add({"type": "reasoning", "summary": [], "content": []})
        self._piece(text, raw, logprobs)

    def _open_message(self) -> None:
        self._close("completed")
        self._add({"type": "message", "role": "assistant", "content": []})

    def _add(self, item: Item, raw: str = "") -> None:
        """Open an item to be written into."""
        whole = {"id": new_id(kind_of(item).prefix), **item, "status": "in_progress"}
        place = len(self.output)
        self._event("response.output_item.added", {"output_index": place, "item": whole}, raw)
        kind = written_kind(whole)
        # The thinking is told as a summary where the client asked for one, and ours is the thinking itself.
        asked: Json = self.response.get("reasoning") or {}
        for event, fields in kind.opened(whole, summarised=bool(asked.get("summary"))):
            self._event(f"response.{event}", {**self._where(whole), **fields})
        self._go_on(self.output[place])

    def _go_on(self, item: Item) -> None:
        """Write into an item that is there; the bytes of its pieces' events up to their text are always the same."""
        self._open, self._unseen, self._kind = item, "", written_kind(item)
        piece = self._kind.piece(item)
        self._delta_head = b""
        if piece is not None:
            head = {"type": f"response.{piece[0]}", **self._where(item), **piece[1]}
            self._delta_head = orjson.dumps(head)[:-1] + b',"delta":'

    def _close(self, status: Literal["completed", "incomplete"], raw: str = "") -> None:
        """Close the open item, if any. `raw` is what the model wrote to end it."""
        if self._open is None:
            self._silent += raw
            return
        assert self._kind is not None
        item = self._kind.whole(self._open, self._unseen)
        where = self._where(item)
        if self._kind.holds_answer and status == "completed" and (event := self._kind.ready(item)) is not None:
            # Its tool is run now, and tells what it returned in this very item.
            self._event(f"response.{event[0]}", {**where, **event[1]}, raw)
            self._open = None
            return
        if self._finish_text is not None and item["type"] == "message":
            text = self._finish_text(item["content"][0])
            for annotation in text["annotations"]:
                if annotation.get("matched"):
                    self.annotate(annotation)
            item = {**item, "content": [text, *item["content"][1:]]}
        for event, fields in self._kind.closed(item):
            self._event(f"response.{event}", {**where, **fields})
        closed = {**item, "status": status}
        if self._sign is not None and item["type"] == "reasoning":
            closed["encrypted_content"] = self._sign((item["summary"] or item["content"])[0]["text"])
        self._event("response.output_item.done", {"output_index": where["output_index"], "item": closed}, raw)
        self._open = None

    def _where(self, item: Item) -> Json:
        return {"item_id": item["id"], "output_index": len(self.output) - 1}

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

    def _piece(self, text: str, raw: str, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        # Written and folded by hand: this runs once for every token of every stream.
        assert self._open is not None and self._kind is not None
        if not self._delta_head:
            self._unseen += text
            self._silent += raw
            return
        shown = [logprob_json(entry) for entry in logprobs] if self._logprobs else []
        tail = self._kind.grow(self._open, text, shown)
        number = b',"sequence_number":%d}' % self._number
        self._number += 1
        self._send(self._delta_head + orjson.dumps(text) + tail + number, raw)
