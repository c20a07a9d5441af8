"""The writing side of events: each is numbered, folded into the Response as readers fold it, and handed on.

By the same function, `events.apply`, so that what a reader rebuilds and what the run believes cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import orjson

from earthshine.conversations.items import Item, kind_of, written_kind
from earthshine.ids import new_id
from earthshine.responses.reply.events import apply

Emit = Callable[[bytes, str], None]
Json = dict[str, Any]


class ResponseEvents:
    """A Response and the events that made it.

    `emit` takes each event as JSON bytes, with what the model wrote to cause it. Made from `stored` events, it goes on
    where they stop: same ids, next number.
    """

    def __init__(self, emit: Emit, stored: Iterable[bytes] = ()) -> None:
        self._emit = emit
        self.number = 0
        """Of the next event."""
        self.silent = ""
        """What the model wrote that shows nowhere (an end tag, a blank line): stored with the next event."""
        self.response: Json = {}
        for event in stored:
            self.response = apply(self.response, orjson.loads(event))
            self.number += 1

    @property
    def output(self) -> list[Item]:
        """The items so far."""
        return self.response.get("output", [])

    def emit_to(self, emit: Emit) -> None:
        """Send the events that follow to another place."""
        self._emit = emit

    def begin(self, response: Json) -> None:
        """Emit the opening events. A background response begins as queued."""
        self.event("response.created", {"response": response})
        self.event(f"response.{response['status']}", {"response": response})

    def run(self) -> None:
        """Move a queued response to in progress."""
        if self.response["status"] == "queued":
            self.event("response.in_progress", {"response": {**self.response, "status": "in_progress"}})

    # --- what tools do -----------------------------------------------------------------------------------------------

    def answer(self, answer: Item, status: Literal["completed", "incomplete"] = "completed") -> None:
        """Add what a call returned; of one that was said to be incomplete before, say how it is now."""
        place = self.answer_place(answer["call_id"])
        if place is None:
            place = len(self.output)
            item = {"id": new_id(kind_of(answer).prefix), **answer, "status": status}
            self.event("response.output_item.added", {"output_index": place, "item": item})
        item = {"id": self.output[place]["id"], **answer, "status": status}
        self.event("response.output_item.done", {"output_index": place, "item": item})

    def begin_answer(self, answer: Item) -> int:
        """Add an answer that is told while it comes, unless it is there; returns its place."""
        place = self.answer_place(answer["call_id"])
        if place is None:
            place = len(self.output)
            item = {"id": new_id(kind_of(answer).prefix), **answer, "status": "in_progress"}
            self.event("response.output_item.added", {"output_index": place, "item": item})
        return place

    def begin_item(self, place: int, item: Item) -> None:
        """Add an item that the server itself makes, at a place, unless it is there."""
        if len(self.output) == place:
            whole = {"id": new_id(kind_of(item).prefix), **item}
            self.event("response.output_item.added", {"output_index": place, "item": whole})
            self.tell(place, f"{item['type']}.in_progress", {})

    def end_item(self, place: int, fields: Json, outcome: Literal["completed", "failed"]) -> None:
        """Say what became of such an item."""
        item = {**self.output[place], **fields}
        self.tell(place, f"{item['type']}.{outcome}", {})
        self.event("response.output_item.done", {"output_index": place, "item": item})

    def put_answer(self, place: int, item: Item) -> None:
        """Put into a call what it returned, where the call's own item holds that."""
        for event, fields in written_kind(item).answered(item):
            self.tell(place, event, fields)
        self.event("response.output_item.done", {"output_index": place, "item": item})

    def answer_place(self, call_id: str) -> int | None:
        """Return where a call's answer is; None when there is none yet."""
        for place in range(len(self.output) - 1, -1, -1):
            item = self.output[place]
            if item.get("call_id") == call_id and kind_of(item).pairs == "answer":
                return place
        return None

    def answered_place(self, place: int) -> int:
        """Return where the answer to an answered call is: in another item, or in the call itself."""
        item = self.output[place]
        found = None if kind_of(item).holds_answer else self.answer_place(item["call_id"])
        return place if found is None else found

    def tell(self, place: int, event: str, fields: Json) -> None:
        """Emit an event about an item that is there already."""
        where = {"item_id": self.output[place]["id"], "output_index": place}
        self.event(f"response.{event}", {**fields, **where})

    # --- one event ---------------------------------------------------------------------------------------------------

    def event(self, kind: str, fields: Json, raw: str = "") -> None:
        """Emit an event; `raw` is what the model wrote to cause it."""
        event = orjson.dumps({"type": kind, **fields, "sequence_number": self.number})
        # The state takes its own copy, so that no later change reaches an event that was handed out.
        self.response = apply(self.response, orjson.loads(event))
        self.send(event, raw)

    def send(self, event: bytes, raw: str) -> None:
        """Hand on the event of the next number, which is folded already."""
        self.number += 1
        self._emit(event, self.silent + raw)
        self.silent = ""
