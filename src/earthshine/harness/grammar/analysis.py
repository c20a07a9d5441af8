"""What must hold of a rule set before it is used: all rules defined, able to end, and not left-recursive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from heapq import heapify, heappop, heappush
from math import inf

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar.nodes import Alt, Chars, Literal, Node, Ref, Repeat, Seq, children, references


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
    """Return the length of the shortest text of every rule; `inf` for a rule that never ends.

    Lengths are settled in rising order, so each part of each rule is looked at once (Knuth, "A generalization of
    Dijkstra's algorithm", 1977): linear but for the heap, however the rules refer to each other.
    """
    lengths: dict[str, float] = dict.fromkeys(rules, inf)
    parts = _Parts(rules)
    heap = parts.known
    heapify(heap)
    while heap:
        length, number = heappop(heap)
        for part in parts.settle(number, length, lengths):
            heappush(heap, part)
    return lengths


class _Parts:
    """Every node of every rule with a number of its own, and what is still unknown about its shortest text."""

    def __init__(self, rules: Mapping[str, Node]) -> None:
        self._above: list[int] = []
        self._nodes: list[Node | str] = []
        """A string is the rule of that name as a whole."""
        self._missing: list[int] = []
        """How many parts of a sequence are unknown; 0 for a node that is settled."""
        self._sums: list[float] = []
        self._users: dict[str, list[int]] = {name: [] for name in rules}
        self.known: list[tuple[float, int]] = []
        """Lengths and numbers of the nodes that need nobody else's length."""
        todo: list[tuple[Node | str, int]] = [(name, -1) for name in rules]
        while todo:
            node, above = todo.pop()
            number = self._add(node, above)
            inside = (rules[node],) if isinstance(node, str) else children(node)
            if isinstance(node, Ref):
                self._users[node.name].append(number)
            elif not inside or (isinstance(node, Repeat) and not node.minimum):
                self.known.append((len(node.text) if isinstance(node, Literal) else isinstance(node, Chars), number))
            else:
                todo += [(child, number) for child in inside]

    def _add(self, node: Node | str, above: int) -> int:
        self._nodes.append(node)
        self._above.append(above)
        self._missing.append(len(node.items) if isinstance(node, Seq) else 1)
        self._sums.append(0)
        return len(self._nodes) - 1

    def settle(self, number: int, length: float, lengths: dict[str, float]) -> list[tuple[float, int]]:
        """Note the length of a node, and return the lengths of others that are known by it."""
        if not self._missing[number]:
            return []
        self._missing[number] = 0
        node = self._nodes[number]
        if isinstance(node, str):
            lengths[node] = length
            return [(length, user) for user in self._users[node]]
        above = self._above[number]
        whole = self._nodes[above]
        if isinstance(whole, Seq) and self._missing[above]:
            self._sums[above] += length
            if self._missing[above] > 1:
                self._missing[above] -= 1
                return []
            return [(self._sums[above], above)]
        return [(length * whole.minimum if isinstance(whole, Repeat) else length, above)]


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
        path = {start: None}
        pending = [iter(() if start in finished else _beginnings(rules[start], shortest))]
        while pending:
            name = next(pending[-1], None)
            if name is None:
                pending.pop()
                finished.add(path.popitem()[0])
            elif name in path:
                chain = [*path]
                return [*chain[chain.index(name) :], name]
            elif name not in finished:
                path[name] = None
                pending.append(_beginnings(rules[name], shortest))
    return []
