"""What must hold of a rule set before it is used: all rules defined, able to end, and not left-recursive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar.nodes import Alt, Chars, Literal, Node, Ref, Repeat, Seq, references


def reachable(start: Node, rules: Mapping[str, Node]) -> dict[str, Node]:
    """Return the rules that `start` needs. Raises InvalidSchema when one is missing."""
    needed: dict[str, Node] = {}
    todo = sorted(references(start), reverse=True)
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        if name not in rules:
            raise InvalidSchema(f"The grammar has no rule {name!r}; add `{name} ::= ...`.")
        needed[name] = rules[name]
        todo.extend(sorted(references(rules[name]) - needed.keys(), reverse=True))
    return needed


def check(rules: Mapping[str, Node]) -> None:
    """Refuse rules that never end and rules that begin with themselves, with InvalidSchema."""
    shortest = shortest_texts(rules)
    for name, length in shortest.items():
        if length == inf:
            raise InvalidSchema(f"The rule {name!r} can never end; give it an alternative that does.")
    cycle = _left_recursion(rules, shortest)
    if cycle:
        path = " -> ".join(cycle)
        raise InvalidSchema(f"The rule {cycle[0]!r} begins with itself ({path}); make it recurse on the right.")


def shortest_text(node: Node, shortest: Mapping[str, float]) -> float:
    """Return the length of the shortest text of the node, in characters; `inf` when there is none."""
    match node:
        case Literal(text):
            return len(text)
        case Chars():
            return 1
        case Ref(name):
            return shortest[name]
        case Seq(items):
            return sum(shortest_text(item, shortest) for item in items)
        case Alt(options):
            return min(shortest_text(option, shortest) for option in options)
        case Repeat(item, minimum):
            return minimum * shortest_text(item, shortest) if minimum else 0


def shortest_texts(rules: Mapping[str, Node]) -> dict[str, float]:
    """Return the length of the shortest text of every rule; `inf` for a rule that never ends."""
    shortest: dict[str, float] = dict.fromkeys(rules, inf)
    users: dict[str, list[str]] = {name: [] for name in rules}
    for name, node in rules.items():
        for used in references(node):
            users[used].append(name)
    todo = list(rules)[::-1]
    while todo:
        name = todo.pop()
        length = shortest_text(rules[name], shortest)
        if length < shortest[name]:
            shortest[name] = length
            todo.extend(users[name])
    return shortest


def _beginnings(node: Node, shortest: Mapping[str, float]) -> Iterator[str]:
    """Yield the rules whose text may come first in the node's text."""
    match node:
        case Ref(name):
            yield name
        case Seq(items):
            for item in items:
                yield from _beginnings(item, shortest)
                if shortest_text(item, shortest):
                    return
        case Alt(options):
            for option in options:
                yield from _beginnings(option, shortest)
        case Repeat(item):
            yield from _beginnings(item, shortest)
        case _:
            return


def _left_recursion(rules: Mapping[str, Node], shortest: Mapping[str, float]) -> list[str]:
    """Return a chain of rules that leads from one back to itself at its very beginning, or an empty list."""
    finished: set[str] = set()
    for start in rules:
        path = [start]
        pending = [iter(() if start in finished else _beginnings(rules[start], shortest))]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                finished.add(path.pop())
            elif name in path:
                return [*path[path.index(name) :], name]
            elif name not in finished:
                path.append(name)
                pending.append(_beginnings(rules[name], shortest))
    return []
