"""A grammar: the set of texts that a model may write, and what may follow a text already written."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from earthshine.harness.grammar import analysis, gbnf_writer
from earthshine.harness.grammar.matcher import Matcher
from earthshine.harness.grammar.nodes import Alt, Node, Ref, Repeat, Seq, alt, literal, repeat, seq


class Grammar:
    """An immutable set of texts, described by a start node and named rules.

    `str(grammar)` is its GBNF, as llama.cpp reads it. Rules that the start does not need are dropped.
    Raises InvalidSchema when a rule is missing, begins with itself or can never end.
    """

    def __init__(self, start: Node | str, rules: Mapping[str, Node] | None = None) -> None:
        self.start: Node = literal(start) if isinstance(start, str) else start
        self.rules: Mapping[str, Node] = analysis.reachable(self.start, rules or {})
        analysis.check(self.rules)
        self._text: str | None = None

    def __str__(self) -> str:
        if self._text is None:
            self._text = gbnf_writer.write(self.start, self.rules)
        return self._text

    def __repr__(self) -> str:
        return f"Grammar({len(self.rules)} rules)"

    def matcher(self) -> Matcher:
        """Return a position at the beginning of a text, to be fed piece by piece."""
        return Matcher(self.start, self.rules)

    def accepts(self, text: str) -> bool:
        """Whether the text is a member."""
        matcher = self.matcher()
        return matcher.feed(text) and matcher.complete

    complete_after = accepts
    """Whether a reply may end after this prefix."""

    def is_prefix(self, text: str) -> bool:
        """Whether some member begins with the text."""
        return self.matcher().feed(text)

    def after(self, prefix: str) -> Grammar | None:
        """Return the residual grammar: exactly the texts that make `prefix` a member when appended to it.

        None when no member begins with `prefix`. This is how a reply that was cut goes on: the engine
        gets the prompt, the prefix and the residual. Its size is bounded by this grammar's and the
        nesting still open, not by the length of the prefix.
        """
        if not prefix:
            return self
        matcher = self.matcher()
        if not matcher.feed(prefix):
            return None
        start, extra = matcher.residual()
        return Grammar(start, {**self.rules, **extra})


class Rules:
    """Collects named rules while a grammar is being built, and keeps their names apart."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._once: dict[str, Ref] = {}

    def add(self, name: str, node: Node | str) -> Ref:
        """Add a rule under this name, or one like it when it is taken, and return the reference to it."""
        reserved = self.reserve(name)
        self.define(reserved, node)
        return reserved

    def reserve(self, name: str) -> Ref:
        """Return a reference whose rule follows with `define`, so that it may mention itself."""
        return Ref(gbnf_writer.unused(gbnf_writer.rule_name(name), self._taken, self._numbers))

    def define(self, reserved: Ref, node: Node | str) -> None:
        """Say what a reserved rule describes."""
        self._nodes[reserved.name] = literal(node) if isinstance(node, str) else node

    def once(self, key: str, build: Callable[[], Node]) -> Ref:
        """Return the rule of this key, built at the first call only."""
        if key not in self._once:
            # Reserved first: what `build` adds may refer back to this very rule.
            self._once[key] = self.reserve(key)
            try:
                self.define(self._once[key], build())
            except BaseException:
                del self._once[key]
                raise
        return self._once[key]

    def include(self, grammar: Grammar, name: str) -> Ref:
        """Take in a whole grammar under names of its own and return the reference to its start."""
        moved = {old: self.reserve(f"{name}-{old}") for old in grammar.rules}
        for old, node in grammar.rules.items():
            self.define(moved[old], _renamed(node, moved))
        return self.add(name, _renamed(grammar.start, moved))

    def grammar(self, start: Node | str) -> Grammar:
        """Return the grammar of everything that `start` describes."""
        return Grammar(start, self._nodes)


def _renamed(node: Node, names: Mapping[str, Ref]) -> Node:
    match node:
        case Ref(name):
            return names[name]
        case Seq(items):
            return seq(*(_renamed(item, names) for item in items))
        case Alt(options):
            return alt(*(_renamed(option, names) for option in options))
        case Repeat(item, minimum, maximum):
            return repeat(_renamed(item, names), minimum, maximum)
        case _:
            return node
