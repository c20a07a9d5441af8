"""What a model's replies mean, also of one that is held to no grammar: what is not asked for is left out."""

from __future__ import annotations

import re
from typing import Any, cast

import orjson

LONGEST = 200
"""Characters of a question or a query."""
_LIST = re.compile(r"\[[^\[\]]*\]", re.DOTALL)
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)、:](?!\d)|[\"'“«])+\s*")
_LINE_END = " \t\"'”»*,"
_MARKS = re.compile(r"\[\s*(\d{1,4})\s*\]")
_NUMBER = re.compile(r"(?<!\d)\d{1,4}(?!\d)")
_SHORT = 60
"""Characters up to which a reply without a list is one of numbers, and not a text that has some."""
_ADDRESS = re.compile(r"://|www\.|```|[<>{}]")


def strings(text: str, most: int) -> list[str]:
    """Return the texts of a JSON list, also of one that was cut; else the lines of a list. `most`: of them."""
    text = text.strip()[:8000]
    found = [each for each in _values(text) if isinstance(each, str)]
    if not found and not text.startswith(("[", "{")):
        lines = [line for line in text.splitlines() if line.strip()]
        listed = [line for line in lines if _BULLET.match(line)]
        found = listed or (lines if len(lines) == 1 else [line for line in lines if line.rstrip()[-1] in "?؟？"])
    words = (" ".join(_BULLET.sub("", each).split()).strip(_LINE_END)[:LONGEST] for each in found)
    return list(dict.fromkeys(each for each in words if len(each) > 1 and not _ADDRESS.search(each)))[:most]


def numbers(text: str, count: int, most: int) -> tuple[list[int], int]:
    """Return the numbers from 1 to `count` that a reply names, `most` at most; and how many others it names."""
    text = text.strip()[:2000]
    values = [each for each in _values(text) if isinstance(each, int) and not isinstance(each, bool)]
    if not values and not text.startswith("[]"):
        marked = _MARKS.findall(text) or (_NUMBER.findall(text) if len(text) <= _SHORT else [])
        values = [int(each) for each in marked]
    there = [each for each in dict.fromkeys(values) if 1 <= each <= count]
    return there[:most], len(set(values)) - len(there)


def query(text: str) -> str:
    """Return a reply as words to search for; empty where it is something else."""
    line = next((each for each in text.strip()[:2000].splitlines() if each.strip()), "")
    line = " ".join(_BULLET.sub("", line).split()).strip(_LINE_END + ".")
    return "" if _ADDRESS.search(line) or len(line.split()) > 14 or len(line) > LONGEST // 2 else line


def first_line(text: str) -> str:
    """Return the line of a question that asks, to stand where there is little room; else its first one."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    asking = next((line for line in lines if line[-1] in "?؟？"), lines[0] if lines else "")
    return asking if len(asking) <= LONGEST else asking[: LONGEST - 1].rsplit(" ", 1)[0] + "…"


def _values(text: str) -> list[Any]:
    """Return the values of the first JSON list in a text, also of one that a limit has cut."""
    listed = _LIST.search(text)
    begun = text[text.index("[") :] if "[" in text else ""
    for candidate in (listed[0] if listed else "", *(begun + end for end in ('"]', "]"))):
        try:
            read = orjson.loads(candidate)
        except orjson.JSONDecodeError:
            continue
        if isinstance(read, list):
            return cast("list[Any]", read)
    return []
