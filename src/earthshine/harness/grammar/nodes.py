"""The parts that grammars are made of, and the functions that put them together.

A node is an immutable description of a set of texts. Build nodes with the functions below, not with
the classes: they join neighbours, drop empty parts and check their arguments. Wherever a node is
wanted, a plain string stands for itself.

    seq("<tool>", one_of("read", "write"), optional(seq(" ", repeat(char_class("az"), 1))), "</tool>")
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from earthshine.errors import InvalidSchema

LAST_CODE_POINT = 0x10FFFF
SURROGATES = (0xD800, 0xDFFF)
"""Halves of UTF-16 pairs: no text in UTF-8 contains them, so no grammar does."""
MAX_SHARING = 30
"""Branchings up to which the common beginnings of texts are shared."""


@dataclass(frozen=True, slots=True)
class Literal:
    """Exactly this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set, given as inclusive code point ranges that are sorted and do not touch."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, code_point: int) -> bool:
        index = bisect_right(self.ranges, (code_point, LAST_CODE_POINT)) - 1
        return index >= 0 and code_point <= self.ranges[index][1]

    def complement(self) -> tuple[tuple[int, int], ...]:
        """Return the ranges of all other characters."""
        gaps: list[tuple[int, int]] = []
        start = 0
        for low, high in (*_merged((*self.ranges, SURROGATES)), (LAST_CODE_POINT + 1, 0)):
            if start < low:
                gaps.append((start, low - 1))
            start = high + 1
        return tuple(gaps)


@dataclass(frozen=True, slots=True)
class Ref:
    """Whatever the rule of that name describes."""

    name: str


@dataclass(frozen=True, slots=True)
class Seq:
    """One item after the other."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alt:
    """Any one of the options."""

    options: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The item, `minimum` to `maximum` times over; a `maximum` of None sets no limit."""

    item: Node
    minimum: int
    maximum: int | None


Node: TypeAlias = Literal | Chars | Ref | Seq | Alt | Repeat

EMPTY = Literal("")
"""The empty text."""


def literal(text: str) -> Literal:
    """Describe exactly this text. Raises InvalidSchema for a lone surrogate, which no model can write."""
    if any(SURROGATES[0] <= ord(char) <= SURROGATES[1] for char in text):
        raise InvalidSchema(f"{text[:100]!r} contains half of a surrogate pair; write the whole character.")
    return Literal(text)


def char_class(*members: str, negated: bool = False) -> Chars:
    """Describe one character out of `members`: each a single character, or two as a range (`"az"`)."""
    if not all(1 <= len(member) <= 2 for member in members):
        raise ValueError("each member is one character, or the first and the last of a range")
    return code_points(((ord(member[0]), ord(member[-1])) for member in members), negated=negated)


def any_char() -> Chars:
    """Describe any one character, line breaks included."""
    return code_points([], negated=True)


def code_points(ranges: Iterable[tuple[int, int]], *, negated: bool = False) -> Chars:
    """Describe one character out of inclusive code point ranges. Raises InvalidSchema when none is left."""
    listed = tuple(ranges)
    for low, high in listed:
        if not 0 <= low <= high <= LAST_CODE_POINT:
            raise InvalidSchema(f"The character range U+{low:04X} to U+{high:04X} is empty or out of bounds.")
    wanted = Chars(_merged(listed)).complement() if negated else _without_surrogates(_merged(listed))
    if not wanted:
        raise InvalidSchema("A character class that matches no character can never be written.")
    return Chars(wanted)


def seq(*items: Node | str) -> Node:
    """Describe the items one after the other."""
    flat: list[Node] = []
    for item in items:
        node = literal(item) if isinstance(item, str) else item
        for part in node.items if isinstance(node, Seq) else (node,):
            if isinstance(part, Literal) and flat and isinstance(flat[-1], Literal):
                flat[-1] = Literal(flat[-1].text + part.text)
            elif part != EMPTY:
                flat.append(part)
    return flat[0] if len(flat) == 1 else Seq(tuple(flat)) if flat else EMPTY


def alt(*options: Node | str) -> Node:
    """Describe any one of the options; equal ones count once. At least one is needed."""
    flat: dict[Node, None] = {}
    for option in options:
        node = literal(option) if isinstance(option, str) else option
        flat.update(dict.fromkeys(node.options if isinstance(node, Alt) else (node,)))
    if not flat:
        raise ValueError("a choice needs at least one option")
    return next(iter(flat)) if len(flat) == 1 else Alt(tuple(flat))


def one_of(texts: Iterable[str]) -> Node:
    """Describe any one of the texts, sharing their common beginnings so that thousands stay fast."""
    ordered = sorted({literal(text).text for text in texts})
    if not ordered:
        raise ValueError("a choice needs at least one option")
    return _prefix_tree(ordered)


def repeat(item: Node | str, minimum: int = 0, maximum: int | None = None) -> Node:
    """Describe the item repeated `minimum` to `maximum` times, both included."""
    node = literal(item) if isinstance(item, str) else item
    if minimum < 0 or (maximum is not None and maximum < minimum):
        raise InvalidSchema(f"A repetition of {minimum} to {maximum} times is impossible.")
    if maximum == 0 or node == EMPTY:
        return EMPTY
    return node if minimum == maximum == 1 else Repeat(node, minimum, maximum)


def optional(item: Node | str) -> Node:
    """Describe the item or nothing."""
    return repeat(item, 0, 1)


def ref(name: str) -> Ref:
    """Describe what the rule of that name describes; `Rules` gives out the names."""
    return Ref(name)


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly inside this one."""
    match node:
        case Seq(items):
            return items
        case Alt(options):
            return options
        case Repeat(item):
            return (item,)
        case _:
            return ()


def references(node: Node) -> set[str]:
    """Return the names of all rules that the node mentions."""
    names: set[str] = set()
    todo = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, Ref):
            names.add(current.name)
        todo.extend(children(current))
    return names


def _prefix_tree(ordered: list[str], depth: int = 0) -> Node:
    """Group sorted, distinct texts by their first character, then by what each group shares."""
    if len(ordered) == 1 or depth == MAX_SHARING:
        return alt(*ordered)
    groups: dict[str, list[str]] = {}
    for text in ordered:
        groups.setdefault(text[:1], []).append(text)
    options: list[Node] = []
    for group in groups.values():
        first, last = group[0], group[-1]
        shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
        tail = _prefix_tree([text[shared:] for text in group], depth + 1) if len(group) > 1 else EMPTY
        options.append(seq(first[:shared], tail))
    return alt(*options)


def _merged(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return tuple(merged)


def _without_surrogates(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    first, last = SURROGATES
    kept: list[tuple[int, int]] = []
    for low, high in ranges:
        if low < first:
            kept.append((low, min(high, first - 1)))
        if high > last:
            kept.append((max(low, last + 1), high))
    return tuple(kept)
