"""Where a JSON object ends, found while it is still being written."""

from __future__ import annotations


class JsonScanner:
    """Follows one JSON object over any number of pieces; it trusts the text to be well formed."""

    def __init__(self) -> None:
        self.complete = False
        """The object's closing brace was read."""
        self._depth = 0
        self._string = False
        self._escape = False

    def scan(self, text: str) -> int:
        """Read the next piece and return how many of its characters belong to the object."""
        if self.complete:
            return 0
        for i, char in enumerate(text):
            if self._string:
                self._in_string(char)
            elif char == '"':
                self._string = True
            elif char in "{[":
                self._depth += 1
            elif char in "}]":
                self._depth -= 1
                if self._depth == 0:
                    self.complete = True
                    return i + 1
        return len(text)

    def _in_string(self, char: str) -> None:
        if self._escape:
            self._escape = False
        elif char == "\\":
            self._escape = True
        elif char == '"':
            self._string = False
