"""Writes a grammar as GBNF, in the forms that llama.cpp takes without trouble.

Three habits of llama.cpp are minded. Above 2,000 rounds it turns a limit into no limit, and it writes
out every round, so long repetitions are composed of blocks. It counts the rules inside a repeated
group against that bound, so such a group becomes a rule of its own. And it refuses a repetition of
what may be empty, so the item loses its empty text first.
"""

from __future__ import annotations

from collections.abc import Mapping

from earthshine.harness.grammar.analysis import shortest_text, shortest_texts
from earthshine.harness.grammar.nodes import (
    EMPTY,
    LAST_CODE_POINT,
    Alt,
    Chars,
    Literal,
    Node,
    Ref,
    Repeat,
    Seq,
    alt,
    repeat,
    seq,
)

BLOCK = 128
"""Rounds in one block of a long repetition."""
UNSPLIT = 2 * BLOCK
"""Rounds up to which a repetition is left in one piece."""

_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\\": "\\\\", '"': '\\"'}
_CLASS_ESCAPES = _ESCAPES | {"[": "\\[", "]": "\\]", "-": "\\-", "^": "\\x5E"}


def write(start: Node, rules: Mapping[str, Node]) -> str:
    """Return the GBNF of a start node and its rules, `root` first."""
    return _Writer(start, rules).text()


def rule_name(name: str) -> str:
    """Return the name with everything replaced that GBNF does not allow in one."""
    kept = "".join(char if char.isascii() and char.isalnum() else "-" for char in name[:60])
    return kept.strip("-") or "rule"


def unused(base: str, taken: set[str], numbers: dict[str, int]) -> str:
    """Return the name, numbered when it is taken, and take it; `numbers` remembers how far each name has come."""
    name, number = base, numbers.get(base, 1)
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    numbers[base] = number
    taken.add(name)
    return name


class _Writer:
    def __init__(self, start: Node, rules: Mapping[str, Node]) -> None:
        self._rules = dict(rules)
        self._shortest = shortest_texts(rules)
        self._names: dict[str, str] = {}
        self._lines: dict[str, str] = {}
        self._own: dict[Node, str] = {}
        """Rules that only the text needs, by what they describe."""
        self._nonempty: dict[str, Ref] = {}
        self._taken = {"root"}
        self._numbers: dict[str, int] = {}
        if isinstance(start, Ref):
            self._names[start.name] = "root"
        else:
            self._lines["root"] = ""
        for name in rules:
            if name not in self._names:
                self._names[name] = self._unused(rule_name(name))
        if isinstance(start, Ref):
            self._write_rule(start.name)
        else:
            self._lines["root"] = self._format(start)

    def text(self) -> str:
        for name in list(self._rules):
            self._write_rule(name)
        return "".join(f"{name} ::= {body}\n" for name, body in self._lines.items())

    def _write_rule(self, name: str) -> None:
        printed = self._names[name]
        if printed not in self._lines:
            self._lines[printed] = ""
            self._lines[printed] = self._format(self._rules[name])

    def _unused(self, base: str) -> str:
        return unused(base, self._taken, self._numbers)

    def _format(self, node: Node, *, grouped: bool = False) -> str:
        """Write a node; `grouped` where a bare `|` would be misread."""
        match node:
            case Literal(text):
                return '"' + "".join(_escaped(char, _ESCAPES) for char in text) + '"'
            case Chars():
                return _char_class(node)
            case Ref(name):
                return self._names[name]
            case Seq(items):
                return " ".join(self._format(item, grouped=True) for item in items)
            case Alt(options):
                body = " | ".join(self._format(option, grouped=True) for option in options)
                return f"({body})" if grouped else body
            case Repeat(item, minimum, maximum):
                if shortest_text(item, self._shortest) == 0:
                    item, minimum = self._without_empty(item), 0
                if item is None:
                    return '""'
                return self._repetition(self._symbol(item), minimum, maximum)

    def _symbol(self, node: Node) -> str:
        """Write a node as one symbol, naming it if need be."""
        if isinstance(node, Literal | Chars | Ref):
            return self._format(node)
        return self._named(node, "part")

    def _named(self, node: Node, base: str) -> str:
        name = self._own.get(node)
        if name is None:
            name = self._own[node] = self._unused(base)
            self._lines[name] = ""
            self._lines[name] = self._format(node)
        return name

    def _repetition(self, symbol: str, minimum: int, maximum: int | None) -> str:
        if maximum is None and minimum <= 1:
            return symbol + ("+" if minimum else "*")
        if maximum is None:
            return f"{self._exactly(symbol, minimum)} {symbol}*"
        if (minimum, maximum) == (0, 1):
            return f"{symbol}?"
        if maximum <= UNSPLIT:
            return f"{symbol}{{{minimum}}}" if minimum == maximum else f"{symbol}{{{minimum},{maximum}}}"
        parts = [self._exactly(symbol, minimum)] if minimum else []
        if maximum > minimum:
            parts.append(self._up_to(symbol, maximum - minimum))
        return " ".join(parts)

    def _exactly(self, symbol: str, count: int) -> str:
        if count <= UNSPLIT:
            return f"{symbol}{{{count}}}"
        blocks, left = divmod(count, BLOCK)
        written = self._exactly(self._block(symbol), blocks)
        return f"{written} {symbol}{{{left}}}" if left else written

    def _up_to(self, symbol: str, count: int) -> str:
        """Write 0 to `count` rounds as some blocks and then single rounds.

        The single rounds reach from 0 to at least BLOCK - 1, so that every number can be composed.
        """
        if count <= UNSPLIT:
            return f"{symbol}{{0,{count}}}"
        blocks = (count - BLOCK + 1) // BLOCK
        return f"{self._up_to(self._block(symbol), blocks)} {symbol}{{0,{count - blocks * BLOCK}}}"

    def _block(self, symbol: str) -> str:
        key = Ref(f"{symbol} block")
        if key not in self._own:
            name = self._own[key] = self._unused("block")
            self._lines[name] = f"{symbol}{{{BLOCK}}}"
        return self._own[key]

    def _without_empty(self, node: Node) -> Node | None:
        """Return the node less the empty text; None when nothing is left."""
        match node:
            case Ref(name):
                return self._rule_without_empty(name)
            case Alt(options):
                kept = [k for option in options if (k := self._without_empty(option)) is not None]
                return alt(*kept) if kept else None
            case Seq(items):
                choices: list[Node] = []
                for index, item in enumerate(items):
                    first = self._without_empty(item)
                    if first is not None:
                        choices.append(seq(first, *items[index + 1 :]))
                    if shortest_text(item, self._shortest):
                        break
                return alt(*choices) if choices else None
            case Repeat(item, minimum, maximum):
                kept = self._without_empty(item)
                return None if kept is None else repeat(kept, max(1, 0 if kept != item else minimum), maximum)
            case _:
                return None if node == EMPTY else node

    def _rule_without_empty(self, name: str) -> Node | None:
        if self._shortest[name]:
            return Ref(name)
        if name not in self._nonempty:
            made = f"{name} without its empty text"
            self._nonempty[name] = Ref(made)
            self._shortest[made] = 1
            body = self._without_empty(self._rules[name])
            if body is None:
                self._nonempty[name] = Ref("")
            else:
                self._rules[made] = body
                self._names[made] = self._unused(rule_name(name) + "-some")
                self._write_rule(made)
        reference = self._nonempty[name]
        return reference if reference.name else None


def _char_class(node: Chars) -> str:
    if node.ranges[-1][1] != LAST_CODE_POINT:
        return f"[{_ranges(node.ranges)}]"
    others = node.complement()
    return f"[^{_ranges(others)}]" if others else "."


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    written: list[str] = []
    for low, high in ranges:
        written.append(_escaped(chr(low), _CLASS_ESCAPES))
        if high > low:
            written.append(("-" if high > low + 1 else "") + _escaped(chr(high), _CLASS_ESCAPES))
    return "".join(written)


def _escaped(char: str, escapes: Mapping[str, str]) -> str:
    if char in escapes:
        return escapes[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
