"""Regular expressions, as `pattern` and the formats use them, as grammar over plain text.

The subset is what is regular in ECMA 262: characters, escapes, classes, groups, alternatives and
quantifiers, with `^` and `$` at the ends. Look-around, back-references, word boundaries and Unicode
properties are refused. `\\d` and `\\w` are ASCII, as in ECMA 262; what they exclude (`\\D`, `[^\\w]`) is
what both ECMA 262 and validators with Unicode classes, such as Python's, exclude.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import NoReturn

from earthshine.errors import InvalidSchema
from earthshine.harness.grammar import EMPTY, Matcher, Node, alt, code_points, literal, one_of, repeat, seq
from earthshine.harness.grammar.nodes import LAST_CODE_POINT, Literal
from earthshine.harness.grammar.sampler import Sampler
from earthshine.harness.json_schema.budget import Budget
from earthshine.harness.json_schema.character_sets import LINE_ENDS, SHORTHANDS, Ranges, widest

MAX_LENGTH = 4000
MAX_DEPTH = 50
SAMPLE = 200
"""Characters of the texts that a pattern is tried with."""
MAX_WIDTH = 200
"""Open parts of the ways in which a text may be read at once.

The engine follows every one at every token, and compares each with each: `a?` 50 times over takes it 0.4 s, 100 times
2 s, and 200 times more than a minute.
"""
MAX_RANGES = 5_000
"""Ranges of characters in the classes of one pattern; `[^\\d]` has 67."""
MAX_COUNT = 100_000

_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_SEVERAL = frozenset("?*+{|")
"""What lets a text be read in several ways."""
_SYNTAX = frozenset("^$\\.*+?()[]{}|/-\"'#&,:;<=>@_`~!% ")

ANY_TEXT = repeat(code_points([(0, 0)], negated=True))
"""Any text without NUL, which databases refuse."""


def read_pattern(pattern: str, param: str, budget: Budget) -> Node:
    """Describe the texts in which the pattern is found. Raises InvalidSchema, with `param`, outside the subset."""
    if len(pattern) > MAX_LENGTH:
        raise InvalidSchema(f"A pattern may have at most {MAX_LENGTH} characters.", param=param)
    budget.spend(len(pattern), param)
    node = _Reader(pattern, param, budget).whole()
    if _SEVERAL.intersection(pattern):
        check_clear(node, {}, f"Pattern {pattern[:200]!r}", param)
    return node


def check_clear(node: Node, rules: Mapping[str, Node], what: str, param: str) -> None:
    """Refuse what lets a text be read in more ways than can be followed, such as `(a{0,99}){0,99}`; `what` names it."""
    try:
        for seed in range(2):
            text = Sampler(rules, Random(seed), SAMPLE).text(node)
            Matcher(node, rules, MAX_WIDTH).feed(text[:SAMPLE])
    except InvalidSchema:
        raise InvalidSchema(
            f"{what}: a text can be read in too many ways (more than {MAX_WIDTH} open parts); "
            "simplify what is optional or repeated.",
            param=param,
        ) from None


class _Reader:
    def __init__(self, pattern: str, param: str, budget: Budget) -> None:
        self._text = pattern
        self._param = param
        self._budget = budget
        self._at: int = 0
        self._depth: int = 0
        self._ranges: int = 0

    def whole(self) -> Node:
        """Read the alternatives at the top, where each may be anchored by itself."""
        options: list[Node] = []
        while True:
            at_start = self._take("^")
            node = self._sequence()
            at_end = self._take("$")
            options.append(seq(*([] if at_start else [ANY_TEXT]), node, *([] if at_end else [ANY_TEXT])))
            if not self._take("|"):
                break
        if self._at < len(self._text):
            self._fail(f"unexpected {self._peek()!r}")
        return alt(*options)

    def _alternatives(self) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        texts = [option.text for option in options if isinstance(option, Literal)]
        # Words that begin alike are one way up to where they differ.
        return one_of(texts) if len(texts) == len(options) else alt(*options)

    def _sequence(self) -> Node:
        items: list[Node] = []
        while (char := self._peek()) and char not in "|)":
            if char == "$" and (self._depth == 0) and self._text[self._at + 1 : self._at + 2] in ("", "|"):
                break
            items.append(self._quantified(self._atom(char)))
        return seq(*items) if items else EMPTY

    def _atom(self, char: str) -> Node:
        match char:
            case "(":
                return self._group()
            case "[":
                return self._char_class()
            case ".":
                self._at += 1
                return code_points([*LINE_ENDS, (0, 0)], negated=True)
            case "\\":
                return self._node(self._escape())
            case "^" | "$":
                self._fail("`^` and `$` are supported at the beginning and end of the pattern only")
            case "*" | "+" | "?" | "{":
                self._fail(f"nothing stands before {char!r}; write `\\{char}` for the character itself")
            case _:
                self._at += 1
                return literal(char)

    def _group(self) -> Node:
        self._at += 1
        if self._take("?"):
            if self._take("<"):
                end = self._text.find(">", self._at)
                if self._peek() in ("=", "!", "") or end < 0:
                    self._fail("look-behind is not supported")
                self._at = end + 1
            elif not self._take(":"):
                self._fail("look-ahead and inline flags are not supported")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"more than {MAX_DEPTH} groups inside each other")
        node = self._alternatives()
        if not self._take(")"):
            self._fail("expected `)`")
        self._depth -= 1
        return node

    def _quantified(self, node: Node) -> Node:
        match self._peek():
            case "*" | "+" | "?" as char:
                self._at += 1
                minimum, maximum = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            case "{":
                minimum, maximum = self._count()
            case _:
                return node
        self._take("?")  # lazy or not, the same texts match
        if self._peek() and self._peek() in "*+?{":
            self._fail("a quantifier follows a quantifier")
        return repeat(node, minimum, maximum)

    def _count(self) -> tuple[int, int | None]:
        start = self._at
        end = self._text.find("}", start)
        low, comma, high = self._text[start + 1 : max(end, start)].partition(",")
        self._at = end + 1
        numbers = [number for number in (low, high) if number]
        if end < 0 or not low or not all(number.isascii() and number.isdigit() for number in numbers):
            self._at = start
            self._fail("expected `{3}`, `{3,}` or `{3,5}`; write `\\{` for the character itself")
        minimum = int(low[:9])
        maximum = (int(high[:9]) if high else None) if comma else minimum
        if max(minimum, maximum or 0) > MAX_COUNT or (maximum is not None and maximum < minimum):
            self._at = start
            self._fail(f"repetition counts must be ordered and at most {MAX_COUNT}")
        return minimum, maximum

    def _char_class(self) -> Node:
        opened = self._at
        self._at += 1
        negated = self._take("^")
        ranges: Ranges = []
        while not self._take("]"):
            if not self._peek():
                self._at = opened
                self._fail("this character class is never closed")
            low = self._class_member(negated=negated)
            following = self._text[self._at + 1 : self._at + 2]
            if self._peek() == "-" and following not in ("]", ""):
                self._at += 1
                high = self._class_member(negated=negated)
                if not (self._single(low) and self._single(high)) or low[0][0] > high[0][0]:
                    self._fail("a range goes from one character up to another")
                low = [(low[0][0], high[0][0])]
            ranges += low
        if negated:
            ranges.append((0, 0))
        return self._node(ranges, negated=negated)

    def _class_member(self, *, negated: bool) -> Ranges:
        char = self._peek()
        if char == "\\":
            if self._text[self._at + 1 : self._at + 2] == "b":
                self._at += 2
                return [(0x08, 0x08)]
            return self._escape(negated=negated)
        self._at += 1
        return [(ord(char), ord(char))]

    def _escape(self, *, negated: bool = False) -> Ranges:
        """Read a backslash and what belongs to it, and return the characters that it stands for.

        `negated` says that they will be excluded.
        """
        self._at += 1
        char = self._peek()
        self._at += 1
        if char in SHORTHANDS:
            return widest(char) if negated else SHORTHANDS[char]
        if char and char in "DWS":
            members = SHORTHANDS[char.lower()] if negated else widest(char.lower())
            return list(code_points([*members, (0, 0)], negated=True).ranges)
        if char in _CONTROLS:
            return [(_CONTROLS[char], _CONTROLS[char])]
        if char and char in "xu":
            code = self._hexadecimal(2 if char == "x" else 4)
            return [(code, code)]
        if char and char in _SYNTAX:
            return [(ord(char), ord(char))]
        self._fail(f"the escape `\\{char}` is not supported")

    def _hexadecimal(self, length: int) -> int:
        if length == 4 and self._take("{"):
            length = max(0, self._text.find("}", self._at) - self._at)
            digits = self._text[self._at : self._at + length]
            self._at += length + 1
        else:
            digits = self._text[self._at : self._at + length]
            self._at += length
        try:
            code = int(digits, 16) if len(digits) == length and digits.isalnum() else -1
        except ValueError:
            code = -1
        if not 0 < code <= LAST_CODE_POINT:
            self._fail("expected the hexadecimal digits of a character other than NUL")
        return code

    def _node(self, ranges: Ranges, *, negated: bool = False) -> Node:
        self._budget.spend(len(ranges), self._param)
        self._ranges += len(ranges)
        if self._ranges > MAX_RANGES:
            self._fail(f"the character classes have more than {MAX_RANGES} ranges; use fewer, or smaller ones")
        try:
            return code_points(ranges, negated=negated)
        except InvalidSchema as error:
            self._fail(error.message)

    @staticmethod
    def _single(ranges: Ranges) -> bool:
        return len(ranges) == 1 and ranges[0][0] == ranges[0][1]

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, char: str) -> bool:
        if self._peek() != char:
            return False
        self._at += 1
        return True

    def _fail(self, what: str) -> NoReturn:
        raise InvalidSchema(f"Pattern {self._text[:200]!r}, at character {self._at + 1}: {what}.", param=self._param)
