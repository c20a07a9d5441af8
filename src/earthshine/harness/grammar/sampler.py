"""Draws random members of a grammar: a pattern is tried with some before it is taken."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from earthshine.harness.grammar.analysis import shortest_text, shortest_texts
from earthshine.harness.grammar.nodes import Alt, Chars, Literal, Node, Ref, Repeat, Seq

_PRINTABLE = (0x20, 0x7E)


class Sampler:
    """Walks a grammar at random; once `length` characters are out it heads for the shortest end."""

    def __init__(self, rules: Mapping[str, Node], rng: Random, length: int) -> None:
        self._rules = rules
        self._shortest = shortest_texts(rules)
        self._rng = rng
        self._left = length

    def text(self, start: Node) -> str:
        """Return one random text of the node."""
        written: list[str] = []
        todo: list[Node] = [start]
        while todo:
            node = todo.pop()
            match node:
                case Literal(text):
                    written.append(text)
                    self._left -= len(text)
                case Chars():
                    written.append(self._char(node))
                    self._left -= 1
                case Ref(name):
                    todo.append(self._rules[name])
                case Seq(items):
                    todo.extend(reversed(items))
                case Alt(options):
                    todo.append(self._option(options))
                case Repeat(item, minimum, maximum):
                    if minimum:
                        left = None if maximum is None else maximum - minimum
                        todo.append(Repeat(item, 0, left))
                        todo.extend([item] * minimum)
                    elif maximum != 0 and self._left > 0 and self._rng.random() < 0.8:
                        todo.append(Repeat(item, 0, None if maximum is None else maximum - 1))
                        todo.append(item)
        return "".join(written)

    def _option(self, options: tuple[Node, ...]) -> Node:
        if self._left > 0:
            return self._rng.choice(options)
        return min(options, key=lambda option: shortest_text(option, self._shortest))

    def _char(self, chars: Chars) -> str:
        """Prefer printable ASCII, as models do, but visit everything else too."""
        if self._rng.random() < 0.9:
            near = [code for code in range(_PRINTABLE[0], _PRINTABLE[1] + 1) if code in chars]
            if near:
                return chr(self._rng.choice(near))
        return chr(self._rng.randint(*self._rng.choice(chars.ranges)))
