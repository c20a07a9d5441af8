"""Diffs in the V4A format, as models write them: repaired where it is plain what was meant, else refused in words.

A new file's lines all begin with `+`. A change is made of sections: `@@`, with or without a line that stands above the
place (a function's head), then lines that stay, after a space, that go, after `-`, and that come, after `+`.
`*** End of File` ends a section that reaches the end. There are no line numbers: what stays and goes says where.
Source: OpenAI's guide, https://platform.openai.com/docs/guides/tools-apply-patch.

Whether the file really has these lines only the client can tell: the server does not see it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from earthshine.errors import InvalidRequest

Change = Literal["create_file", "update_file", "delete_file"]

_FENCE = re.compile(r"\s*```[\w.+-]*[ \t]*\n(.*?)\n?[ \t]*```\s*", re.DOTALL)
_HEAD = re.compile(r"\*\*\* (Add|Update|Delete) File: *(.*)")
_CHANGES: dict[str, Change] = {"Add": "create_file", "Update": "update_file", "Delete": "delete_file"}
_END = "*** End of File"
_HUNK = re.compile(r"@@ *-\d+(?:,\d+)? \+\d+(?:,\d+)? *@@ ?(.*)")
"""What begins a section of a unified diff, which has the numbers of lines that V4A has not."""
_UNIFIED = re.compile(r"(?:diff --git |index [0-9a-f]+\.\.|(?:new|deleted) file mode |--- |\+\+\+ )")


@dataclass(frozen=True, slots=True)
class Patch:
    """What a diff says of itself, where it says something, and its lines."""

    change: Change | None
    path: str | None
    lines: Sequence[str]


def opened(text: str) -> Patch:
    """Return a diff without what models wrap it in: a fence, `*** Begin Patch`, the heads of unified diffs.

    Raises `InvalidRequest` for one of several files.
    """
    if (fenced := _FENCE.fullmatch(text)) is not None:
        text = fenced[1]
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    if lines and not lines[-1]:
        lines.pop()
    heads = [found for line in lines if (found := _HEAD.fullmatch(line.rstrip())) is not None]
    if len(heads) > 1:
        raise InvalidRequest("This patch is of several files. Call once for each file.")
    wrapped = ("*** Begin Patch", "*** End Patch")
    kept = [line for line in lines if line.rstrip() not in wrapped and not _HEAD.fullmatch(line.rstrip())]
    if any(line.startswith("*** Move to:") for line in kept):
        raise InvalidRequest("A file is not moved by a patch: create the new one, then delete the old one.")
    if not heads:
        return Patch(None, None, kept)
    return Patch(_CHANGES[heads[0][1]], heads[0][2].strip() or None, kept)


def new_file(lines: Sequence[str]) -> str:
    """Return the diff of a new file. Raises `InvalidRequest` where it is not plain which lines the file has."""
    lines = _without_heads(lines)
    if lines and lines[0].startswith("@@") and all(line.startswith("+") or not line for line in lines[1:]):
        lines = lines[1:]
    if lines and lines[-1].rstrip() == _END:
        lines = lines[:-1]
    if not any(line.startswith("+") for line in lines):
        return "\n".join(f"+{line}" for line in lines)
    for number, line in enumerate(lines, 1):
        if line and not line.startswith("+"):
            raise InvalidRequest(f"Line {number} of the diff, {line[:80]!r}, needs a '+': all lines of a new file do.")
    return "\n".join(line or "+" for line in lines)


def changed_file(lines: Sequence[str]) -> str:
    """Return the diff of a change, each line with its mark. Raises `InvalidRequest` for one that changes nothing."""
    marked = [_marked(line) for line in _without_heads(lines) if not line.startswith("\\ No newline")]
    while marked and marked[-1] == " ":
        marked.pop()
    gone = [line[1:] for line in marked if line.startswith("-")]
    come = [line[1:] for line in marked if line.startswith("+")]
    if not gone and not come:
        raise InvalidRequest(
            "This diff changes nothing. Begin each line that goes with '-', each line that comes with '+', and those "
            "around them, which stay, with a space."
        )
    if gone == come and _adjacent(marked):
        raise InvalidRequest("This diff takes out the very lines that it puts in. Write what is to be different.")
    empty = _empty_section(marked)
    if empty:
        raise InvalidRequest(f"After line {empty} of the diff, '@@', no lines follow. Write those that change there.")
    return "\n".join(marked)


def _marked(line: str) -> str:
    """Return a line with its mark: one that has none stays."""
    if line.rstrip() == _END:
        return _END
    if (hunk := _HUNK.fullmatch(line)) is not None:
        return f"@@ {hunk[1]}".rstrip()
    if line.startswith("@@"):
        # The line above the place is told between two pairs by some, as in unified diffs.
        place = line[2:].strip().removesuffix("@@").rstrip()
        return f"@@ {place}" if place else "@@"
    if line.startswith("***"):
        raise InvalidRequest(f"The line {line[:80]!r} is no part of a diff. Of such lines there is only {_END!r}.")
    return line if line.startswith((" ", "+", "-")) else f" {line}"


def _without_heads(lines: Sequence[str]) -> list[str]:
    """Return lines without the head of a unified diff, which stands above its first section."""
    place = 0
    while place < len(lines) and (not lines[place].strip() or _UNIFIED.match(lines[place])):
        place += 1
    headed = all(any(line.startswith(mark) for line in lines[:place]) for mark in ("--- ", "+++ "))
    return list(lines[place:]) if headed else list(lines)


def _adjacent(marked: Iterable[str]) -> bool:
    """Tell whether lines only go where the same come: what goes here and comes elsewhere is moved."""
    gone: list[str] = []
    come: list[str] = []
    for line in [*marked, "@@"]:
        if line.startswith("-"):
            gone.append(line[1:])
        elif line.startswith("+"):
            come.append(line[1:])
        elif gone != come:
            return False
        else:
            gone, come = [], []
    return True


def _empty_section(marked: Sequence[str]) -> int:
    """Return the number of the last `@@` behind which there is nothing; 0 when there is none.

    Several may follow each other: each names a line further inside.
    """
    for number in range(len(marked), 0, -1):
        line = marked[number - 1]
        if line.startswith("@@"):
            return number
        if line != _END:
            return 0
    return 0
