"""Follows a text through a grammar, character by character, as a set of live stacks.

A stack says what must still come: its top is the node being matched and how far along it is, below
lies what follows. Stacks share their tails and equal ones are one object, so the set stays as small
as the grammar's ambiguity. A repetition is one cell that counts, never an unrolled list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from itertools import count
from weakref import WeakValueDictionary

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar.nodes import EMPTY, Alt, Chars, Literal, Node, Ref, Repeat, Seq, alt, repeat, seq

MAX_WIDTH = 20_000
"""Levels of stacks that are followed at once."""


class Cell:
    """One level of a stack: `node`, of which `done` parts are behind us, and then `rest`.

    A part is a character of a literal, an item of a sequence or a round of a repetition. Rounds of an
    unlimited repetition are counted up to its minimum only.
    """

    __slots__ = ("__weakref__", "done", "node", "rest", "tops")

    def __init__(self, node: Node, done: int, rest: Cell | None) -> None:
        self.node = node
        self.done = done
        self.rest = rest
        self.tops: tuple[Cell | None, ...] | None = None
        """The stacks that this one opens into, with a character wanted next; computed once."""

    def remainder(self) -> Node:
        """Return the node that describes what is left of this level alone."""
        match self.node:
            case Literal(text):
                return Literal(text[self.done :])
            case Seq(items):
                return seq(*items[self.done :])
            case Repeat(item, minimum, maximum):
                left = None if maximum is None else maximum - self.done
                return repeat(item, max(0, minimum - self.done), left)
            case node:
                return node


class Matcher:
    """A position in the language of a rule set; `feed` moves it forward."""

    def __init__(self, start: Node, rules: Mapping[str, Node], limit: int = MAX_WIDTH) -> None:
        """Stand at the beginning of a text; `limit` is how many levels are followed before InvalidSchema."""
        self._rules = rules
        self._limit = limit
        self._cells: WeakValueDictionary[tuple[int, int, int], Cell] = WeakValueDictionary()
        self._live: set[Cell | None] = set(self._open(self._push(start, None)))

    @property
    def alive(self) -> bool:
        """Whether the text so far is the beginning of some member."""
        return bool(self._live)

    @property
    def width(self) -> int:
        """In how many ways the text so far can be read."""
        return len(self._live)

    @property
    def complete(self) -> bool:
        """Whether the text so far is a member."""
        return None in self._live

    def feed(self, text: str) -> bool:
        """Advance over `text`; False, from then on, when no member continues like this."""
        for char in text:
            code_point = ord(char)
            following: set[Cell | None] = set()
            for cell in self._live:
                if cell is not None:
                    following.update(self._step(cell, char, code_point))
            self._live = following
            self._check(following)
            if not following:
                return False
        return bool(self._live)

    def residual(self) -> tuple[Node, dict[str, Node]]:
        """Return what may still follow: a start node and the rules it needs beside the original ones.

        Raises ValueError when nothing may follow, not even the end.
        """
        if not self._live:
            raise ValueError("the text is not the beginning of any member")
        numbers = (name for number in count() if (name := f"after-{number}") not in self._rules)
        names: dict[Cell, str] = {}
        rules: dict[str, Node] = {}
        live = [cell for cell in self._live if cell is not None]
        todo = list(live)
        while todo:
            below = todo.pop().rest
            if below is not None and below not in names:
                left = below.remainder()
                if below.rest is None and isinstance(left, Ref):
                    names[below] = left.name  # no rule that only stands for another
                else:
                    names[below] = next(numbers)
                    todo.append(below)
        # One rule for each open level, so that stacks that share a level still do when matched again.
        for cell, name in names.items():
            if name not in self._rules:
                rules[name] = _level(cell, names)
        return alt(*(_level(cell, names) for cell in live), *([EMPTY] if self.complete else [])), rules

    def _check(self, cells: Sized) -> None:
        if len(cells) > self._limit:
            raise InvalidSchema("A text can be read in too many ways; simplify what is repeated.")

    def _cell(self, node: Node, done: int, rest: Cell | None) -> Cell:
        key = (id(node), done, id(rest))
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(node, done, rest)
        return cell

    def _push(self, node: Node, rest: Cell | None) -> Cell | None:
        return rest if node == EMPTY else self._cell(node, 0, rest)

    def _step(self, cell: Cell, char: str, code_point: int) -> tuple[Cell | None, ...]:
        """Return the stacks after the character, or none when this stack wants another one."""
        node = cell.node
        if isinstance(node, Literal):
            if node.text[cell.done] != char:
                return ()
            done = cell.done + 1
            return (self._cell(node, done, cell.rest),) if done < len(node.text) else self._open(cell.rest)
        return self._open(cell.rest) if isinstance(node, Chars) and code_point in node else ()

    def _open(self, stack: Cell | None) -> tuple[Cell | None, ...]:
        """Expand a stack until a character is on top of each resulting one, or nothing is left."""
        if stack is None:
            return (None,)
        if stack.tops is not None:
            return stack.tops
        tops: dict[Cell | None, None] = {}
        seen: set[Cell] = set()
        # Rounds begun here: one that is met again has matched nothing, so more rounds add nothing.
        begun: set[Cell | None] = set()
        todo: list[Cell | None] = [stack]
        while todo:
            cell = todo.pop()
            if cell is None or isinstance(cell.node, Literal | Chars):
                tops[cell] = None
            elif cell in begun and cell not in seen:
                seen.add(cell)
                todo.append(cell.rest)
            elif cell not in seen:
                seen.add(cell)
                self._check(seen)
                todo.extend(self._expand(cell, begun))
        stack.tops = tuple(tops)
        return stack.tops

    def _expand(self, cell: Cell, begun: set[Cell | None]) -> list[Cell | None]:
        """Replace the top of a stack by what it consists of."""
        rest = cell.rest
        match cell.node:
            case Ref(name):
                return [self._push(self._rules[name], rest)]
            case Alt(options):
                return [self._push(option, rest) for option in options]
            case Seq(items) as node:
                done = cell.done + 1
                below = self._cell(node, done, rest) if done < len(items) else rest
                return [self._push(items[cell.done], below)]
            case Repeat(item, minimum, maximum) as node:
                done = min(cell.done + 1, minimum) if maximum is None else cell.done + 1
                below = self._cell(node, done, rest) if done != maximum else rest
                if below is not rest:
                    begun.add(below)
                opened = [self._push(item, below)]
                return [rest, *opened] if cell.done >= minimum else opened
            case node:
                raise AssertionError(f"{node} stands for a character and is not expanded")


def _level(cell: Cell, names: Mapping[Cell, str]) -> Node:
    """Describe what is left of a level, and go on with the level below."""
    return cell.remainder() if cell.rest is None else seq(cell.remainder(), Ref(names[cell.rest]))
