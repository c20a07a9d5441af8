"""Reads GBNF, llama.cpp's notation for grammars, as llama.cpp does: a client's, and in tests what our writer wrote.

    root  ::= "yes" | "no" ", " because
    because ::= [a-z ]{3,80} "."          # comments run to the end of the line

A rule ends with its line, except inside parentheses and after `::=` and `|`. Token references
(`<think>`, `<[12]>`) name tokens of one model and are refused.
"""

from __future__ import annotations

from typing import NoReturn

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar.grammar import Grammar
from earthshine.harness.grammar.nodes import (
    LAST_CODE_POINT,
    SURROGATES,
    Node,
    Ref,
    alt,
    any_char,
    code_points,
    literal,
    references,
    repeat,
    seq,
)

MAX_DEPTH = 100
"""Groups inside groups that are followed before a grammar is refused."""
MAX_LENGTH = 100_000
MAX_COUNT = 1_000_000
"""The largest repetition count that is taken; nothing longer could ever be generated."""

_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "[": "[", "]": "]", "-": "-"}
_HEX_DIGITS = {"x": 2, "u": 4, "U": 8}
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_DIGITS = frozenset("0123456789")


def parse(text: str, *, param: str | None = None) -> Grammar:
    """Read a grammar; the rule `root` is the start. Raises InvalidSchema, with `param`, that names line and column."""
    if len(text) > MAX_LENGTH:
        raise InvalidSchema(f"A grammar may have at most {MAX_LENGTH} characters.", param=param)
    rules = _Reader(text, param).rules()
    try:
        if "root" not in rules:
            raise InvalidSchema("The grammar has no rule named `root` to start from; add `root ::= ...`.")
        if any("root" in references(node) for node in rules.values()):
            return Grammar(Ref("root"), rules)
        return Grammar(rules.pop("root"), rules)
    except InvalidSchema as error:
        raise InvalidSchema(error.message, param=param) from None


class _Reader:
    def __init__(self, text: str, param: str | None) -> None:
        self._text = text
        self._param = param
        self._at = 0
        self._depth = 0

    def rules(self) -> dict[str, Node]:
        rules: dict[str, Node] = {}
        self._skip(newlines=True)
        while self._peek():
            name = self._name()
            self._skip(newlines=False)
            if not self._text.startswith("::=", self._at):
                self._fail(f"expected `::=` after the rule name {name!r}")
            self._at += 3
            self._skip(newlines=True)
            if name in rules:
                self._fail(f"the rule {name!r} is defined twice")
            rules[name] = self._alternatives(nested=False)
            if self._peek() not in ("", "\n", "\r"):
                self._fail(f"unexpected {self._peek()!r}")
            self._skip(newlines=True)
        return rules

    def _alternatives(self, *, nested: bool) -> Node:
        options = [self._sequence(nested=nested)]
        while self._peek() == "|":
            self._at += 1
            self._skip(newlines=True)
            options.append(self._sequence(nested=nested))
        return alt(*options)

    def _sequence(self, *, nested: bool) -> Node:
        items: list[Node] = []
        while (char := self._peek()) and char not in "|)\r\n":
            if char in "*+?{":
                if not items:
                    self._fail(f"nothing stands before {char!r} to be repeated")
                minimum, maximum = self._count(nested=nested)
                try:
                    items[-1] = repeat(items[-1], minimum, maximum)
                except InvalidSchema as error:
                    self._fail(error.message)
            else:
                items.append(self._symbol(char))
            self._skip(newlines=nested)
        return seq(*items)

    def _symbol(self, char: str) -> Node:
        if char in _WORD:
            return Ref(self._name())
        match char:
            case '"':
                return self._literal()
            case "[":
                return self._char_class()
            case ".":
                self._at += 1
                return any_char()
            case "(":
                return self._group()
            case "<" | "!":
                self._fail("token references are not supported; write the text that the token stands for")
            case _:
                self._fail(f"unexpected {char!r}")

    def _group(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"more than {MAX_DEPTH} groups inside each other; give the inner ones rules of their own")
        self._at += 1
        self._skip(newlines=True)
        node = self._alternatives(nested=True)
        if self._peek() != ")":
            self._fail("expected `)`")
        self._at += 1
        self._depth -= 1
        return node

    def _literal(self) -> Node:
        opened = self._at
        self._at += 1
        chars: list[str] = []
        while self._peek() != '"':
            if not self._peek():
                self._fail("this text is never closed", at=opened)
            chars.append(chr(self._char()))
        self._at += 1
        return literal("".join(chars))

    def _char_class(self) -> Node:
        opened = self._at
        self._at += 1
        negated = self._peek() == "^"
        self._at += negated
        ranges: list[tuple[int, int]] = []
        while self._peek() != "]":
            if not self._peek():
                self._fail("this character class is never closed", at=opened)
            low = high = self._char()
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in ("]", ""):
                self._at += 1
                high = self._char()
            ranges.append((low, high))
        self._at += 1
        try:
            return code_points(ranges, negated=negated)
        except InvalidSchema as error:
            self._fail(error.message, at=opened)

    def _char(self) -> int:
        """Read one character or escape and return its code point."""
        start = self._at
        char = self._text[start]
        self._at += 1
        if char != "\\":
            code = ord(char)
        else:
            kind = self._peek()
            self._at += 1
            if kind in _ESCAPED and kind:
                return ord(_ESCAPED[kind])
            if kind not in _HEX_DIGITS or not kind:
                self._fail(f"unknown escape `\\{kind}`; a backslash is written twice", at=start)
            digits = self._text[self._at : self._at + _HEX_DIGITS[kind]]
            self._at += _HEX_DIGITS[kind]
            try:
                code = int(digits, 16) if len(digits) == _HEX_DIGITS[kind] and digits.isalnum() else -1
            except ValueError:
                code = -1
            if not 0 <= code <= LAST_CODE_POINT:
                self._fail(f"`\\{kind}` needs {_HEX_DIGITS[kind]} hexadecimal digits of a character", at=start)
        if SURROGATES[0] <= code <= SURROGATES[1]:
            self._fail("half of a surrogate pair is not a character; write `\\U` and eight digits", at=start)
        return code

    def _count(self, *, nested: bool) -> tuple[int, int | None]:
        char = self._text[self._at]
        self._at += 1
        if char != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
        self._skip(newlines=nested)
        minimum = self._integer()
        maximum: int | None = minimum
        self._skip(newlines=nested)
        if self._peek() == ",":
            self._at += 1
            self._skip(newlines=nested)
            maximum = self._integer() if self._peek() in _DIGITS else None
            self._skip(newlines=nested)
        if self._peek() != "}":
            self._fail("expected `}` to close the repetition")
        self._at += 1
        return minimum, maximum

    def _integer(self) -> int:
        start = self._at
        while self._peek() in _DIGITS:
            self._at += 1
        digits = self._text[start : self._at]
        if not digits:
            self._fail("expected a number")
        if len(digits) > 7 or int(digits) > MAX_COUNT:
            self._fail(f"a repetition of more than {MAX_COUNT} times is not supported", at=start)
        return int(digits)

    def _name(self) -> str:
        start = self._at
        while self._peek() in _WORD:
            self._at += 1
        if start == self._at:
            self._fail(f"expected a rule name (letters, digits, `-`), not {self._peek()!r}")
        return self._text[start : self._at]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _skip(self, *, newlines: bool) -> None:
        """Pass over blanks and comments."""
        blank = " \t\r\n" if newlines else " \t"
        while (char := self._peek()) and (char in blank or char == "#"):
            if char == "#":
                while self._peek() not in ("", "\r", "\n"):
                    self._at += 1
            else:
                self._at += 1

    def _fail(self, what: str, *, at: int | None = None) -> NoReturn:
        before = self._text[: self._at if at is None else at]
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        raise InvalidSchema(f"Grammar, line {line}, column {column}: {what}.", param=self._param)
