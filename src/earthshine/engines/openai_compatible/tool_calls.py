"""The tool calls of an upstream's reply, put in order: each whole, under a name and an id of its own.

Upstreams number calls from 0, from 1, all alike or not at all; they leave ids out, use one twice or in each turn anew;
and some send pieces of several calls in turns. A reader gets one call after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.engines.deltas import Delta, ToolCallArguments, ToolCallStart
from earthshine.engines.openai_compatible.values import arguments_in, json_object, refuse, string
from earthshine.errors import UpstreamFailed

_LONGEST_ID = 64
_LONGEST_LOOK = 2**16
"""Arguments that are longer are not read to find out whether they are complete, since each piece may ask that."""


@dataclass(slots=True)
class _Call:
    name: str
    id: str
    type: str
    arguments: list[str] = field(default_factory=list[str])
    length: int = 0

    def add(self, text: str) -> None:
        self.arguments.append(text)
        self.length += len(text)

    def complete(self) -> bool:
        """Tell whether the arguments are a whole JSON text, or there are none."""
        if not self.length or self.length > _LONGEST_LOOK:
            return not self.length
        try:
            orjson.loads("".join(self.arguments))
        except orjson.JSONDecodeError:
            return False
        return True


class CallReader:
    """Reads the calls of one reply. Ids in `taken` are those of earlier turns: a call with one gets another."""

    def __init__(self, taken: Collection[str]) -> None:
        self._ids = set(taken)
        self._calls: list[_Call] = []
        self._by_index: dict[int, int] = {}
        self._by_id: dict[str, int] = {}
        self._shown = 0
        """The call that is being given out; those after it wait until it is complete."""
        self._given = 0
        """Pieces of it that were given out."""

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self._calls)

    def read(self, value: Any, *, whole: bool) -> Iterator[Delta]:
        """Return the deltas of one piece of a call; `whole`: it is a call by itself."""
        call = json_object(value, "a tool call")
        function = json_object(call.get("function"), "the function of a tool call")
        name, kind = (
            string(function.get("name"), "the name of a tool"),
            string(call.get("type"), "the type of a tool call"),
        )
        given, index = _id(call.get("id")), call.get("index")
        if index is not None and type(index) is not int:
            refuse("the index of a tool call")
        text = arguments_in(function.get("arguments"))
        place = None if whole else self._place(index, given)
        known = None if place is None else self._calls[place]
        if known is not None and name and _begins_another(known, name, given, text):
            if known.name == name and known.id == given and "".join(known.arguments) == text:
                return  # it says all of it once more
            place = None
        if place is None:
            if not name:
                raise UpstreamFailed("The upstream began a tool call without a name.")
            place = len(self._calls)
            self._calls.append(_Call(name, given, kind or "function"))
        if index is not None:
            self._by_index[index] = place
        if given:
            self._by_id[given] = place
        if text:
            if place < self._shown and text.strip():
                raise UpstreamFailed("The upstream went on with the arguments of a tool call that was complete.")
            self._calls[place].add(text)
        yield from self._show()

    def rest(self) -> Iterator[Delta]:
        """Return what waited for the end of the reply."""
        yield from self._show(ended=True)

    def _place(self, index: int | None, given: str) -> int | None:
        """Return the call that a piece belongs to by its number, else by its id, else the last."""
        if index is not None:
            return self._by_index.get(index)
        if given and (found := self._by_id.get(given)) is not None:
            return found
        return len(self._calls) - 1 if self._calls else None

    def _show(self, *, ended: bool = False) -> Iterator[Delta]:
        while self._shown < len(self._calls):
            place, call = self._shown, self._calls[self._shown]
            if not self._given:
                self._given = 1
                free = 0 < len(call.id) <= _LONGEST_ID and call.id not in self._ids
                self._ids.add(call.id)
                yield ToolCallStart(place, call.name, call.id if free else None, f"{call.name}\n", call.type)
            for text in call.arguments[self._given - 1 :]:
                self._given += 1
                yield ToolCallArguments(place, text, text)
            if not ended and (place + 1 == len(self._calls) or not call.complete()):
                return
            if not call.length:
                yield ToolCallArguments(place, "{}", "{}")
            self._shown, self._given = place + 1, 0


def _begins_another(known: _Call, name: str, given: str, text: str) -> bool:
    """Tell whether a piece that names a tool begins another call than the one that it is numbered as."""
    if (given and known.id and given != known.id) or name != known.name:
        return True
    return bool(known.length) and text.lstrip().startswith("{") and known.complete()


def _id(value: Any) -> str:
    return str(value) if type(value) is int else string(value, "the id of a tool call")
