"""The calls of one program: made as the model's own are, each a step; those of an earlier time have their answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from earthshine.conversations.items import Item, kind_of, written_kind
from earthshine.conversations.items.mcp.approval import asked_name
from earthshine.errors import InvalidRequest
from earthshine.responses.items.programs import answer_of, calls_of
from earthshine.tools.base import NestedAnswer, NestedCall

if TYPE_CHECKING:
    from earthshine.responses.run.response_run import ResponseRun

_SHOWN = 200
"""Characters of a call in an error."""
_GROWN = ("arguments", "code")
"""What calls are written into, piece by piece."""
RunCalls = Callable[["ResponseRun", Sequence[int]], Awaitable[None]]
"""Has the calls at these places of the output answered."""


class CallsWait(Exception):
    """A program waits for what others answer: the response ends, and one that brings the answers goes on with it."""


class NestedCalls:
    """A `ToolContext.call`. The program may be run anew; its first calls are then those that it made before."""

    def __init__(self, response: ResponseRun, program: Item, run: RunCalls) -> None:
        self._response, self._program, self._run = response, program, run
        self._made = [item["id"] for item in calls_of(self._items, program["call_id"])]
        self._next = 0

    @property
    def _items(self) -> list[Item]:
        return [*self._response.turn.context, *self._response.builder.output]

    async def __call__(self, calls: Sequence[NestedCall]) -> list[NestedAnswer]:
        """Make calls. Raises `CallsWait`, and `InvalidRequest` for one that may not be made, or was another before."""
        ids = [self._begin(call) for call in calls]
        await self._answer(ids)
        items = self._items
        answers = [answer_of(next(item for item in items if item["id"] == each), items) for each in ids]
        found = [each for each in answers if each is not None]
        if len(found) < len(answers):
            self._response.waiting.add(self._program["call_id"])
            raise CallsWait
        return found

    async def finish(self) -> None:
        """Have those answered that were made before, and that the program did not ask for again."""
        left, self._next = self._made[self._next :], len(self._made)
        for each in left:
            place = self._place(each)
            if place is not None:
                self._close(place)
        await self._answer(left)

    def _begin(self, call: NestedCall) -> str:
        """Return the item of a call; one that is not there yet is added."""
        builder, number = self._response.builder, self._next
        if number == len(self._made):
            place = len(builder.output)
            item = self._response.toolset.nested_call(call, self._items, builder.output, self._program["call_id"])
            builder.call_again(place, item, call.arguments)
            self._made.append(builder.output[place]["id"])
        elif (there := self._place(self._made[number])) is not None:
            self._close(there, call.arguments)
        known = next(item for item in self._items if item["id"] == self._made[number])
        if not _is_same(known, call):
            raise InvalidRequest(
                "The program was run again, with what its calls had returned, and asked for something else: its call "
                f"{number + 1} was {_told(known)[:_SHOWN]}, and is now {call.name}({call.arguments})"[: 3 * _SHOWN]
                + ". It must do the same each time."
            )
        self._next = number + 1
        return known["id"]

    def _close(self, place: int, arguments: str | None = None) -> None:
        """Have a call written to its end that a crash has cut."""
        builder = self._response.builder
        if place == len(builder.output) - 1:
            item = builder.output[place]
            builder.call_again(place, item, kind_of(item).arguments(item) if arguments is None else arguments)

    async def _answer(self, ids: Sequence[str]) -> None:
        output, toolset = self._response.builder.output, self._response.toolset
        places = [place for each in ids if (place := self._place(each)) is not None]
        await self._run(self._response, [place for place in places if toolset.run_here(output[place]) is not None])

    def _place(self, item_id: str) -> int | None:
        """Return where an item is in this response; None for one of an earlier response."""
        output = self._response.builder.output
        return next((place for place, item in enumerate(output) if item["id"] == item_id), None)


def _is_same(known: Item, call: NestedCall) -> bool:
    """Tell whether an item is what this call became."""
    kind = written_kind(known)
    item = known | {name: "" for name in _GROWN if name in known}
    if kind.piece(item) is not None:
        reader = kind.reader(item)
        kind.grow(item, call.arguments if reader is None else reader.feed(call.arguments) + reader.rest(), [])
    return _called(known) == call.name and _arguments(kind.whole(item, call.arguments)) == _arguments(known)


def _called(call: Item) -> str:
    return asked_name(call) if kind_of(call).asks else kind_of(call).called(call)


def _arguments(call: Item) -> str:
    return call["arguments"] if kind_of(call).asks else kind_of(call).arguments(call)


def _told(call: Item) -> str:
    return f"{_called(call)}({_arguments(call)})"
