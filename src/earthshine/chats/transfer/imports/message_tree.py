"""Trees of messages, as other programs keep chats, made into trees of turns.

A turn is what the person said and the reply to it. Replies of several messages are joined; a message without a reply is
a turn without a response; what the person never saw (system messages, tools) is passed over, its children going on from
whatever came before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from earthshine.chats.schemas import RatingSet
from earthshine.ids import new_id

Json = dict[str, Any]

MOST_JOINED = 50
"""Messages in one reply; what follows is a turn of its own, in which the person says nothing."""


@dataclass(slots=True)
class Message:
    """One message that people see."""

    role: Literal["user", "assistant"]
    items: list[Json]
    """In their stored form."""
    model: str | None = None
    at: int | None = None
    """Unix milliseconds."""
    compared: bool = False
    """Whether the replies to it are by several models that were asked at once."""


@dataclass(slots=True)
class Node:
    """A place in the tree; without a message it is passed over."""

    parent: str | None
    message: Message | None = None


@dataclass(slots=True)
class ImportedTurn:
    """A turn to be stored."""

    key: str
    """What it is called where it comes from."""
    parent: str | None
    input: list[Json]
    output: list[Json] | None
    """None for a turn without a response."""
    at: int
    """Unix milliseconds."""
    model: str | None = None
    group: str | None = None
    request: Json = field(default_factory=dict[str, Any])
    response: Json | None = None
    """The response as our own export has it."""
    rating: RatingSet | None = None
    rated_at: int | None = None
    """Unix seconds."""


@dataclass(slots=True)
class ImportedChat:
    """A chat to be stored."""

    source: Literal["chatgpt", "open_webui", "earthshine"]
    original_id: str
    title: str
    created: int
    updated: int
    """Unix milliseconds."""
    turns: list[ImportedTurn]
    """Parents before their children."""
    current: str | None
    """The key of the turn that was looked at last."""
    pinned: bool = False
    archived: bool = False
    settings: Json = field(default_factory=dict[str, Any])
    draft: str = ""
    title_source: str = "person"
    left_out: Counter[str] = field(default_factory=Counter[str])
    """What could not be taken, and how often."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A reply that is being joined: its last message, and those before it."""

    node: str
    before: _Step | None

    def path(self) -> list[str]:
        nodes: list[str] = []
        step: _Step | None = self
        while step is not None:
            nodes.append(step.node)
            step = step.before
        return nodes[::-1]


_End = tuple[str | None, _Step | None, str | None]
"""Where the walk goes on: what was said, the reply to it so far, and the turn above."""


class MessageTree:
    """Messages by their ids, with what comes after each."""

    def __init__(self, nodes: Mapping[str, Node], *, at: int) -> None:
        """`at`: the time of messages that tell none."""
        self._nodes = nodes
        self._at = at
        self._children: dict[str | None, list[str]] = {}
        self._turn_of: dict[str, str] = {}
        for name in self._in_order():
            self._children.setdefault(self._parents[name], []).append(name)

    def turns(self, *, model: str | None = None) -> list[ImportedTurn]:
        """Return all turns, parents before their children, siblings in their order.

        `model`: who wrote a reply of which no message names its model.
        """
        found: list[ImportedTurn] = []
        open_ends = self._below(None, None)
        while open_ends:
            said, step, parent = open_ends.pop()
            if step is None:
                assert said is not None
                open_ends += self._after_words(said, parent, found)
            else:
                open_ends += self._after_reply(said, step, parent, found)
        _in_time(found)
        for turn in found:
            if turn.output is not None:
                turn.model = turn.model or model
        return found

    def turn_of(self, name: str | None) -> str | None:
        """Return the turn that a message, or what is passed over after it, belongs to."""
        seen: set[str] = set()
        while name is not None and name in self._nodes and name not in seen:
            if name in self._turn_of:
                return self._turn_of[name]
            seen.add(name)
            name = self._nodes[name].parent
        return None

    def _below(self, name: str | None, parent: str | None) -> list[_End]:
        """Return what goes on below a turn, the last sibling first, as a stack wants it."""
        # A reply without words before it is a reply to nothing.
        ends: list[_End] = [(None, _Step(child, None), parent) for child in self._of_role(name, "assistant")]
        ends += [(child, None, parent) for child in self._of_role(name, "user")]
        return ends[::-1]

    def _after_words(self, said: str, parent: str | None, found: list[ImportedTurn]) -> list[_End]:
        replies, words = self._of_role(said, "assistant"), self._of_role(said, "user")
        ends: list[_End] = []
        if words or not replies:
            found.append(ImportedTurn(said, parent, self._message(said).items, None, self._time(said)))
            self._turn_of[said] = said
            ends += [(word, None, said) for word in words]
        ends += [(said, _Step(reply, None), parent) for reply in replies]
        return ends[::-1]

    def _after_reply(self, said: str | None, step: _Step, parent: str | None, found: list[ImportedTurn]) -> list[_End]:
        more, words = self._of_role(step.node, "assistant"), self._of_role(step.node, "user")
        path = step.path()
        full = len(path) >= MOST_JOINED
        ends: list[_End] = []
        if words or full or not more:
            found.append(self._turn(said, path, parent))
            ends += [(word, None, step.node) for word in words]
        ends += [(None, _Step(each, None), step.node) if full else (said, _Step(each, step), parent) for each in more]
        return ends[::-1]

    def _turn(self, said: str | None, path: list[str], parent: str | None) -> ImportedTurn:
        key = path[-1]
        for name in path if said is None else [said, *path]:
            self._turn_of.setdefault(name, key)
        self._turn_of[key] = key
        messages = [self._message(name) for name in path]
        group = f"group of {said}" if said is not None and self._message(said).compared else None
        return ImportedTurn(
            key,
            parent,
            [] if said is None else self._message(said).items,
            _apart([item for message in messages for item in message.items]),
            self._time(said if said is not None and path[0] == self._of_role(said, "assistant")[0] else path[0]),
            model=next((message.model for message in reversed(messages) if message.model), None),
            group=group,
        )

    def _message(self, name: str) -> Message:
        message = self._nodes[name].message
        assert message is not None
        return message

    def _time(self, name: str) -> int:
        return self._message(name).at or self._at

    def _of_role(self, name: str | None, role: str) -> list[str]:
        return [child for child in self._children.get(name, ()) if self._message(child).role == role]

    def _in_order(self) -> Iterator[str]:
        """Yield what is seen, and give each its parent among what is seen; a circle is opened at its first message."""
        visible = [name for name, node in self._nodes.items() if node.message is not None]
        self._parents = {name: self._seen_above(name) for name in visible}
        state: dict[str, int] = {}
        for number, name in enumerate(visible, 1):
            # Upwards until something known; whatever leads back to this very walk closes a circle.
            at: str | None = name
            below: str | None = None
            while at is not None and at not in state:
                state[at] = number
                below, at = at, self._parents[at]
            if at is not None and below is not None and state[at] == number:
                self._parents[at] = None
        yield from visible

    def _seen_above(self, name: str) -> str | None:
        seen = {name}
        above = self._nodes[name].parent
        while above is not None and above in self._nodes and above not in seen:
            if self._nodes[above].message is not None:
                return above
            seen.add(above)
            above = self._nodes[above].parent
        return None


def _in_time(turns: list[ImportedTurn]) -> None:
    """Let each turn be later than its parent and the siblings before it, whose order that is."""
    latest: dict[str | None, int] = {}
    for turn in turns:
        turn.at = max(turn.at, latest.get(turn.parent, 0) + 1)
        latest[turn.parent] = latest[turn.key] = turn.at


def _apart(items: Iterable[Json]) -> list[Json]:
    """Return items each with an id of its own: those of a reply that two branches share are there twice."""
    return [{**item, "id": new_id(str(item["id"]).partition("_")[0])} for item in items]
