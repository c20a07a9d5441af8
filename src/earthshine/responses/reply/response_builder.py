"""Deltas of the harness become a Response's items, and the events that tell them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Literal, assert_never

import orjson

from earthshine.conversations.items import Item, WrittenKind, kind_of, written_kind
from earthshine.conversations.items.base import PieceReader
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
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.ids import new_id
from earthshine.responses.reply.events import LAST_EVENTS, error_json, logprob_json, usage_json
from earthshine.responses.reply.response_events import Emit, Json, ResponseEvents
from earthshine.responses.reply.unread_call import UnreadCall

OpenCall = Callable[[str, str | None], Item | UnreadCall | None]
"""Returns what a call of this name, and of this id where an upstream gave one, begins as; None to ignore it."""
FinishText = Callable[[Json, bool], Json]
"""Returns the text part of a message, which is over, with what is known of it; told whether it is the step's last."""


def function_call(name: str, call_id: str | None) -> Item:
    """Return the item of a call of a function of the client's."""
    return {"type": "function_call", "call_id": call_id or new_id("call"), "name": name, "arguments": ""}


class ResponseBuilder(ResponseEvents):
    """A Response while it is being written.

    One made from `stored` events goes on where they stop, with the open item still open. `sign`, when given, makes the
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
        super().__init__(emit, stored)
        self._logprobs = logprobs
        self._sign = sign
        self._open_call = open_call
        self._finish_text = finish_text
        self._delta_head = b""
        # The pieces of an item whose events do not tell them.
        self._unseen = ""
        self._unread: UnreadCall | None = None
        self.refused: list[Item] = []
        """Calls of this step that were none, each with what was wrong: no reader is told of them."""
        last = self.output[-1] if self.output else None
        self._open: Item | None = None
        self._kind: WrittenKind | None = None
        self._reader: PieceReader | None = None
        # The answer to a call may have begun, too, which its tool goes on with.
        if last is not None and last.get("status") == "in_progress" and kind_of(last).pairs != "answer":
            self._go_on(last)

    def begin_step(self, open_call: OpenCall, finish_text: FinishText | None = None) -> None:
        """A model begins to write, or goes on; what one before it wrote silently is no part of this."""
        self.silent, self._open_call, self._finish_text = "", open_call, finish_text
        self.refused = []

    def call_again(self, place: int, item: Item, arguments: str) -> None:
        """Write a call at a place, as a model wrote it in an earlier response; go on with one that was cut there."""
        if len(self.output) == place:
            self._add(item)
        # After a crash the open item may be one that a model wrote since.
        if self._open is not None and len(self.output) == place + 1:
            assert self._kind is not None
            written = self._kind.arguments(self._open) if self._delta_head and self._reader is None else ""
            self._piece(arguments[len(written) :], "")
            self._close("completed")

    def feed(self, delta: Delta) -> None:
        """Emit the events of one delta; `ChatEnd` closes the items and is otherwise left to `end`."""
        match delta:
            case Text():
                if self._ready("message", delta.text, delta.raw):
                    self._piece(delta.text, delta.raw, delta.logprobs)
            case Reasoning():
                if self._ready("reasoning", delta.text, delta.raw):
                    self._piece(delta.text, delta.raw)
            case ToolCallStart():
                self._close("completed")
                item = self._open_call(delta.name, delta.id)
                if isinstance(item, UnreadCall):
                    self._unread, self._unseen = item, ""
                    self.silent += delta.raw
                elif item is None:
                    self.silent += delta.raw
                else:
                    self._add(item, delta.raw)
            case ToolCallArguments():
                if self._open is None:
                    self._unseen += delta.text
                    self.silent += delta.raw
                else:
                    self._piece(delta.text, delta.raw)
            case ChatEnd():
                # A call cut by the token limit is not a call; a client must not run it.
                status = "completed" if delta.reason in ("stop", "tool_calls") else "incomplete"
                self._close(status, raw=delta.raw, last=True)
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
        self.event(LAST_EVENTS[status], {"response": final})
        return final

    # --- citations ---------------------------------------------------------------------------------------------------

    @property
    def open_text(self) -> str:
        """What is written of the message that is open; empty when none is."""
        return self._open["content"][0]["text"] if self._open is not None and self._open["type"] == "message" else ""

    def annotate(self, annotation: Json, raw: str = "") -> None:
        """Add an annotation to the open message; where none has begun, there is no text that it could belong to."""
        if self._open is None or self._open["type"] != "message":
            self.silent += raw
            return
        number = len(self._open["content"][0]["annotations"])
        where = {**self._where(self._open), "content_index": 0, "annotation_index": number}
        self.event("response.output_text.annotation.added", {**where, "annotation": annotation}, raw)

    def mark(self, text: str, check: Json, raw: str = "", logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        """Add a piece of text, with something that is to be known of it."""
        if not self._ready("message", text, raw):
            return
        assert self._open is not None
        shown = [logprob_json(entry) for entry in logprobs] if self._logprobs else []
        fields = {"content_index": 0, "delta": text, "logprobs": shown, "checks": [check]}
        self.event("response.output_text.delta", {**self._where(self._open), **fields}, raw)

    # --- items that the model writes ---------------------------------------------------------------------------------

    def _ready(self, kind: Literal["message", "reasoning"], text: str, raw: str) -> bool:
        """Have an item of this kind open; False where none is and there is no text to open it for."""
        if self._open is None or self._open["type"] != kind:
            if not text:
                self.silent += raw
                return False
            self._close("completed")
            empty: Item = {"role": "assistant"} if kind == "message" else {"summary": []}
            self._add({"type": kind, **empty, "content": []})
        return True

    def _add(self, item: Item, raw: str = "") -> None:
        """Open an item to be written into."""
        whole = {"id": new_id(kind_of(item).prefix), **item, "status": "in_progress"}
        place = len(self.output)
        self.event("response.output_item.added", {"output_index": place, "item": whole}, raw)
        kind = written_kind(whole)
        # The thinking is told as a summary where the client asked for one, and ours is the thinking itself.
        asked: Json = self.response.get("reasoning") or {}
        for event, fields in kind.opened(whole, summarised=bool(asked.get("summary"))):
            self.event(f"response.{event}", {**self._where(whole), **fields})
        self._go_on(self.output[place])

    def _go_on(self, item: Item) -> None:
        """Write into an item that is there; the bytes of its pieces' events up to their text are always the same."""
        self._open, self._unseen, self._kind = item, "", written_kind(item)
        self._reader = self._kind.reader(item)
        piece = self._kind.piece(item)
        self._delta_head = b""
        if piece is not None:
            head = {"type": f"response.{piece[0]}", **self._where(item), **piece[1]}
            self._delta_head = orjson.dumps(head)[:-1] + b',"delta":'

    def _close(self, status: Literal["completed", "incomplete"], raw: str = "", *, last: bool = False) -> None:
        """Close the open item, if any. `raw` is what the model wrote to end it; `last`: the step ends."""
        if self._open is None:
            self.silent += raw
            self._read(status)
            return
        assert self._kind is not None
        if self._reader is not None and (rest := self._reader.rest()):
            # What was written for it goes with the event that ends the item, which is stored with this one.
            silent, self.silent = self.silent, ""
            self._tell_piece(rest, "")
            self.silent = silent
        item = self._kind.whole(self._open, self._unseen)
        where = self._where(item)
        if self._kind.holds_answer and status == "completed" and (event := self._kind.ready(item)) is not None:
            # Its tool is run now, and tells what it returned in this very item.
            self.event(f"response.{event[0]}", {**where, **event[1]}, raw)
            self._open = None
            return
        if self._finish_text is not None and item["type"] == "message":
            text = self._finish_text(item["content"][0], last)
            for annotation in text["annotations"]:
                if annotation.get("matched") or annotation["type"] == "container_file_citation":
                    self.annotate(annotation)
            item = {**item, "content": [text, *item["content"][1:]]}
        for event, fields in self._kind.closed(item):
            self.event(f"response.{event}", {**where, **fields})
        closed = {**item, "status": status}
        if self._sign is not None and item["type"] == "reasoning":
            closed["encrypted_content"] = self._sign((item["summary"] or item["content"])[0]["text"])
        self.event("response.output_item.done", {"output_index": where["output_index"], "item": closed}, raw)
        self._open = None

    def _read(self, status: Literal["completed", "incomplete"]) -> None:
        """Tell a call that was not told while it was written, if it is one; all at once, so that no crash parts it."""
        call, self._unread = self._unread, None
        if call is None or status == "incomplete":
            return
        try:
            item = call.whole(self._unseen)
        except InvalidRequest as error:
            self.refused += call.refused(self._unseen, error.message)
            return
        self.tell_call(item)

    def tell_call(self, item: Item) -> None:
        """Add a call that is whole."""
        whole = {"id": new_id(kind_of(item).prefix), **item, "status": "in_progress"}
        kind, place = written_kind(whole), len(self.output)
        self.event("response.output_item.added", {"output_index": place, "item": kind.begun(whole)})
        for event, fields in kind.closed(whole):
            self.event(f"response.{event}", {**self._where(whole), **fields})
        self.event("response.output_item.done", {"output_index": place, "item": {**whole, "status": "completed"}})

    def _where(self, item: Item) -> Json:
        return {"item_id": item["id"], "output_index": len(self.output) - 1}

    def _piece(self, text: str, raw: str, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        # Written and folded by hand: this runs once for every token of every stream.
        assert self._open is not None and self._kind is not None
        if not self._delta_head:
            self._unseen += text
            self.silent += raw
            return
        if self._reader is not None and not (text := self._reader.feed(text)):
            self.silent += raw
            return
        self._tell_piece(text, raw, logprobs)

    def _tell_piece(self, text: str, raw: str, logprobs: tuple[TokenLogprob, ...] = ()) -> None:
        assert self._open is not None and self._kind is not None
        shown = [logprob_json(entry) for entry in logprobs] if self._logprobs else []
        tail = self._kind.grow(self._open, text, shown)
        self.send(self._delta_head + orjson.dumps(text) + tail + b',"sequence_number":%d}' % self.number, raw)
