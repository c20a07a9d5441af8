"""Detects the beginning of a tool call in free text, as small models really write it.

Few small models keep to the format of their own template: they write bare JSON, JSON in a code fence or in a tag of
their own making, JSON in double braces (a slip in the templates that taught them), or a call as Python writes it in a
list. Whatever begins a line and names a known tool in the place of a call's name is taken for a call; the reply then
goes on in the model's real format, under its grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earthshine.harness.parsing.json_scanner import JsonScanner

_KEYS = ("name", "function", "tool", "tool_name", "function_name")
_ARGUMENTS = ("arguments", "parameters")
_PREFIX = "functions."
_WRAPPERS = ("function", "tool_calls", "tool_call", "function_call")
_LONGEST_SKIPPED = 2_000
"""Characters of arguments before a name that are held back; each piece reads them again."""


@dataclass(frozen=True, slots=True)
class DetectedCall:
    """A call was begun; `name` is None when only its tag is known."""

    name: str | None


class ToolCallDetector:
    """Reads free text piece by piece and holds back no more than what may begin a call."""

    def __init__(self, names: Sequence[str], *, at_line_start: bool = True) -> None:
        self._names = tuple(names)
        self._held = ""
        self._line_start = at_line_start

    def feed(self, text: str) -> tuple[str, DetectedCall | None]:
        """Take a piece; return the text that is no call, and the call that begins behind it."""
        self._held += text
        safe = ""
        while self._held:
            if self._line_start:
                verdict = _Reader(self._held, self._names).call()
                if isinstance(verdict, str):
                    self._held = ""
                    return safe, DetectedCall(verdict)
                if verdict is None:
                    break
            end = self._held.find("\n") + 1
            self._line_start = end > 0
            cut = end or len(self._held)
            safe, self._held = safe + self._held[:cut], self._held[cut:]
        return safe, None

    def flush(self) -> str:
        """Return what is still held back; the text has ended."""
        rest, self._held = self._held, ""
        return rest


class _MoreNeeded(Exception):
    pass


class _Reader:
    """Reads one possible beginning of a call from the start of a text."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        self._text = text
        self._names = names
        self._at = 0

    def call(self) -> str | Literal[False] | None:
        """Return the tool's name; False when this is no call, None when more text is needed to tell."""
        try:
            return self._call()
        except _MoreNeeded:
            return None

    def _call(self) -> str | Literal[False]:
        return self._marked() or self._bare()

    def _marked(self) -> str | None:
        """Skip a fence or tags; return the name where it stands behind them without JSON."""
        self._space()
        if self._fence():
            python = self._text[: self._at].rstrip().endswith("tool_code")
            self._space()
            if python and (name := self._one_of(self._names, "(")):
                return name
        if self._literal("<function="):
            return self._one_of(self._names, ">")
        if self._pattern(r"<\|?[a-zA-Z_]{1,30}\|?>|\[[A-Z_]{2,30}\]", r"<\|?[a-zA-Z_]{0,30}\|?|\[[A-Z_]{0,30}"):
            self._space()
            while self._pattern(r"<\|[a-zA-Z_]{1,30}\|>", r"<\|?[a-zA-Z_]{0,30}\|?"):
                self._space()
            return self._one_of(self._names, ":", _PREFIX)
        return None

    def _bare(self) -> str | Literal[False]:
        """Return the name out of JSON, or of a list as Python writes it."""
        while True:
            while self._literal("["):
                self._space()
                name = self._one_of(self._names, "(")
                if name:
                    return name
            if not self._literal("{"):
                return False
            self._space()
            if self._literal("{"):
                self._space()
            if self._type_member():
                self._space()
            if self._arguments_member():
                self._space()
            key = self._string((*_KEYS, *_WRAPPERS))
            self._space()
            if key is None or not self._literal(":"):
                return False
            self._space()
            if key in _KEYS and not self._ahead("{"):
                return self._string(self._names, _PREFIX) or False
            if key not in _WRAPPERS:
                return False

    def _type_member(self) -> bool:
        """Skip `"type": "function",`."""
        start = self._at
        for token in ('"type"', ":", '"function"', ","):
            self._space()
            if not self._literal(token):
                if token.startswith(self._text[self._at :]):
                    raise _MoreNeeded
                self._at = start
                return False
        return True

    def _arguments_member(self) -> bool:
        """Skip arguments that are written before the name, unless they are long."""
        start = self._at
        if self._string(_ARGUMENTS):
            self._space()
            if self._literal(":"):
                self._space()
                if self._ahead("{") and self._value():
                    self._space()
                    if self._literal(","):
                        return True
        self._at = start
        return False

    def _value(self) -> bool:
        scanner = JsonScanner()
        self._at += scanner.scan(self._text[self._at : self._at + _LONGEST_SKIPPED])
        if not scanner.complete and len(self._text) - self._at == 0:
            raise _MoreNeeded
        return scanner.complete

    def _fence(self) -> bool:
        return self._pattern(r"```[a-zA-Z_]*\s", r"`{1,2}|```[a-zA-Z_]*")

    def _space(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        if self._at == len(self._text):
            raise _MoreNeeded

    def _ahead(self, char: str) -> bool:
        return self._text.startswith(char, self._at)

    def _literal(self, text: str) -> bool:
        if self._text.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _string(self, options: Sequence[str], prefix: str = "") -> str | None:
        """Read one of the options in quotes; `prefix` may stand before it."""
        for begin, end in (('"', '"'), ("'", "'"), *([('"' + prefix, '"')] if prefix else [])):
            found = self._one_of(options, end, begin)
            if found is not None:
                return found
        return None

    def _one_of(self, options: Sequence[str], end: str, begin: str = "") -> str | None:
        """Read one of the options between two marks."""
        for option in options:
            if self._literal(begin + option + end):
                return option
        rest = self._text[self._at :]
        if any((begin + option + end).startswith(rest) for option in options):
            raise _MoreNeeded
        return None

    def _pattern(self, pattern: str, beginning: str) -> bool:
        """Skip what matches; ask for more when all that is left may be its beginning."""
        found = re.compile(pattern).match(self._text, self._at)
        if found:
            self._at = found.end()
            return True
        if re.compile(beginning).fullmatch(self._text, self._at):
            raise _MoreNeeded
        return False
