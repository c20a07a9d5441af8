"""What one type of item is: its fields on the wire, its events, and how a model is shown it.

A stored item is a plain dictionary that the official SDK's types accept: it always has an id, its content is a list of
typed parts, and it carries no nulls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal, Protocol, cast

from pydantic import Field, WrapValidator, field_validator

from earthshine.engines.deltas import Delta
from earthshine.errors import InvalidRequest
from earthshine.ids import new_id
from earthshine.tools.functions import FunctionName
from earthshine.wire.strict import Strict, rejection

Json = dict[str, Any]
Item = dict[str, Any]
"""An item in its stored form."""

ItemId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:\-]{1,128}$")]
Status = Literal["in_progress", "completed", "incomplete"]
_LONGEST_ID = 64
CallId = Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]

Event = tuple[str, Json]
"""The type of an event without `response.`, and its fields besides those that say which item it belongs to."""
Fold = Callable[[Item, Json], None]
"""Brings what one event says into its item."""


class StoredItem(Strict):
    """An item as a client sends it."""

    prefix: ClassVar[str]
    """What ids of this type begin with."""
    id: ItemId | None = None

    def stored(self) -> Item:
        """Return the stored form, with a new id unless the client gave one."""
        fields = self.model_dump(exclude_none=True, exclude={"id"})
        return {"id": self.id or new_id(self.prefix), **fields}


class CallItem(StoredItem):
    """A call, or its output, with who made it."""

    caller: Json | None = None
    """None for the model itself; else the program, by its call id."""

    @field_validator("caller")
    @classmethod
    def _known(cls, value: Json | None) -> Json | None:
        if value is None or value == {"type": "direct"}:
            return None
        name = value.get("caller_id")
        if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID or value != program_caller(name):
            raise rejection(
                InvalidRequest("A caller is {'type': 'direct'} or {'type': 'program', 'caller_id': the call id}.")
            )
        return value


class FunctionItem(CallItem):
    """Fields of calls of functions and their outputs."""

    namespace: FunctionName | None = None
    created_by: str | None = None


def program_caller(call_id: str) -> Json:
    """Return the `caller` of a call that a program made."""
    return {"type": "program", "caller_id": call_id}


def program_of(item: Item) -> str | None:
    """Return the call id of the program that made this call, or whose call this answers; None for the model's own.

    No model is shown what a program called: only what it printed.
    """
    caller = item.get("caller")
    return cast("str", caller["caller_id"]) if caller else None


class Prompt(Protocol):
    """The messages that a model is shown, while they are put together."""

    def say(self, text: str) -> None:
        """Add to what the model itself said."""
        ...

    def think(self, text: str) -> None:
        """Add to what the model itself thought."""
        ...

    def call(self, call_id: str, name: str, arguments: str) -> None:
        """Add a call that the model made; `arguments` is JSON text."""
        ...

    def answer(self, call_id: str, output: str | Item | Sequence[Item], place: str) -> None:
        """Add what a call returned: a text, a part of content, or several."""
        ...

    def passages(self, results: Sequence[Json]) -> str:
        """Return passages of files as a model reads them, with numbers that it can cite."""
        ...

    def marked(self, part: Json) -> str:
        """Return a text that the model wrote with the marks of its citations."""
        ...

    def hear(self, content: Sequence[Item], place: str) -> None:
        """Add what the user said."""
        ...

    def instruct(self, text: str) -> None:
        """Add instructions, where they stand."""
        ...

    def recall(self, text: str) -> None:
        """Add to the instructions what came before everything else."""
        ...


class ItemKind:
    """What is done with the items of one type. The defaults are those of a type that leaves nothing to do."""

    param: ClassVar[type[Strict] | WrapValidator]
    """What checks one that a client sends."""
    prefix: ClassVar[str] = "item"
    """What ids of this type begin with."""
    pairs: ClassVar[Literal["call", "answer"] | None] = None
    """Whether it calls, or answers a call by its `call_id`: the two are never parted."""
    holds_answer: ClassVar[bool] = False
    """Whether a call of this type is told what it returned in the same item: no other item answers it."""
    asks: ClassVar[bool] = False
    """Whether the model waits for an answer to it, which comes with the next request."""
    brings_words: ClassVar[bool] = False
    """Whether all its answers are what strangers wrote, such as a page: what a model reads there may command it."""
    signed: ClassVar[Literal["compaction", "reasoning"] | None] = None
    """What its `encrypted_content` is signed as."""
    folds: ClassVar[Mapping[str, Fold]] = {}
    """What is brought into it by which event, named without `response.`."""

    def always_kept(self, item: Item) -> bool:
        """Tell whether a model is shown it however much is left out."""
        return False

    def called(self, item: Item) -> str:
        """Return the name that a call calls, as the model knows it; empty for what is no call."""
        return ""

    def arguments(self, item: Item) -> str:
        """Return the arguments of a call, as JSON text that a model wrote; empty for what is no call."""
        return ""

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it to a model; `place` is what errors call it."""

    def account(self, item: Item) -> str:
        """Tell it in plain words, for a summary; empty for what has none."""
        return ""

    def answer(self, item: Item, output: str, begun: Item | None) -> Item:
        """Return the item that answers a call in words, without its id; `begun` is what was told of it before."""
        return {"type": "function_call_output", "call_id": item["call_id"], "output": output}

    def is_strangers(self, item: Item) -> bool:
        """Tell whether an item has brought what strangers wrote."""
        return self.brings_words and self.is_answered(item)

    def with_answer(self, item: Item, output: str, told: Item | None) -> Item:
        """Return a call that holds its answer with what came of it: what a model reads, and fields of the item."""
        raise NotImplementedError

    def with_failure(self, item: Item, message: str) -> Item:
        """Return a call that holds its answer with why there is none."""
        return self.with_answer(item, message, None)

    def is_answered(self, item: Item) -> bool:
        """Tell whether a call that holds its answer has it."""
        return False

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return what a model wrote that became this item; `calls`: how many calls it had made before."""
        return ()


class PieceReader(Protocol):
    """Reads what is told of an item out of the pieces that a model writes.

    What the stored pieces made of the item is all it needs to go on after a crash: so it gives nothing out of a piece
    after which that would not do, but holds it back whole.
    """

    def feed(self, text: str) -> str:
        """Take a piece; return what may be told now."""
        ...

    def rest(self) -> str:
        """Return what was held back; nothing follows."""
        ...


class WrittenKind(ItemKind):
    """A type whose items a model writes piece by piece."""

    def begun(self, item: Item) -> Item:
        """Return what is told first of one that nobody was told of while it was written."""
        return item

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Return the events that follow the one that added the empty item."""
        return ()

    def piece(self, item: Item) -> Event | None:
        """Return the event that tells of each piece, without the piece; None when pieces are not told."""
        return None

    def reader(self, item: Item) -> PieceReader | None:
        """Return what reads the pieces; None where they are told as they are."""
        return None

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add a piece; returns what its event says besides, as the end of a JSON object."""
        raise NotImplementedError

    def closed(self, item: Item) -> Iterable[Event]:
        """Return the events that come before the one that says it is done."""
        return ()

    def ready(self, item: Item) -> Event | None:
        """Return the event which says that a call that will hold its answer is written, and is run now."""
        return None

    def answered(self, item: Item) -> Iterable[Event]:
        """Return the events that come before the one that says a call which holds its answer is done."""
        return ()

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it as it is when it is done; `unseen`: the pieces that were not told."""
        return item


def append_part(field: str) -> Fold:
    """Return what brings a new part into a list of parts."""

    def fold(item: Item, event: Json) -> None:
        item[field].append(event["part"])

    return fold


def lengthen(field: str, index: str) -> Fold:
    """Return what brings a piece of text into a part."""

    def fold(item: Item, event: Json) -> None:
        item[field][event[index]]["text"] += event["delta"]

    return fold
