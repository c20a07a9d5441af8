"""A large file of JSON values, one at a time: in lists, or one after the other as JSON lines have them.

Where each value ends is found without decoding what is in it, so that a file of 100 MB needs no more memory than its
largest chat, and no single step takes long.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from mmap import mmap

from earthshine.errors import InvalidRequest

_TOKEN = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+){0,10000}+("?)', re.DOTALL)
"""Some of the inside of a text, up to its end if that is near: no single step takes long, and none is taken back."""
_MARK = rb"\xef\xbb\xbf"
"""Some programs begin a file with it."""
_START = re.compile(rb"(?:" + _MARK + rb")?[ \t\r\n]*")
_BARE = re.compile(rb"[^,\s" + _MARK + rb"]+")
"""A number, a word, or anything else that stands where an object should."""
_TOLD = 100
"""Bytes of that which are told."""
MOST_BYTES = 64 * 2**20
"""Of one chat. Of a longer one, as a small packed file may hold, a few more are given."""

_QUOTE, _OPENING, _LIST = b'"'[0], frozenset(b"{["), b"["[0]


def split_objects(file: mmap | bytes) -> Generator[bytes]:
    """Yield the text of each object, and of whatever else stands where one should.

    Objects stand in a list or follow one another, and so may lists. Raises `InvalidRequest` for a file that begins with
    neither, is cut off, or closes what it never opened.
    """
    start = _START.match(file)
    begin = start.end() if start else 0
    if begin >= len(file) or file[begin] not in _OPENING:
        raise InvalidRequest("The file holds no JSON list or object.", code="invalid_json")
    # Objects of a list stand one level deeper than those that follow each other.
    outside = depth = first = 0
    reached = begin
    at = begin
    while token := _TOKEN.search(file, at):
        place, at, letter = token.start(), token.end(), file[token.start()]
        if depth <= outside:
            yield from _bare(file, reached, place)
            reached = at
        if letter == _QUOTE:
            end = _end_of_text(file, at)
            if end is None:
                reached = place
                break
            reached = at = end
            if depth <= outside:
                yield b'""'
            continue
        if letter in _OPENING:
            if depth == 0:
                outside = 1 if letter == _LIST else 0
            if depth == outside:
                first = place
            depth += 1
            continue
        depth -= 1
        if depth < 0:
            raise InvalidRequest(
                f"The file closes a list or an object at byte {place} that it never opened. What came before is "
                "imported; get the file whole and import it again.",
                code="invalid_json",
            )
        if depth == outside:
            yield file[first : min(at, first + MOST_BYTES + 1)]
            reached = at
        if depth == 0:
            outside = 0
            reached = at
    if depth != 0:
        raise InvalidRequest(
            "The file is cut off: its last list or object does not end. What came before is imported; get the file "
            "whole and import it again.",
            code="invalid_json",
        )
    yield from _bare(file, reached, len(file))


def _end_of_text(file: mmap | bytes, at: int) -> int | None:
    """Return where the text ends whose inside begins at `at`; None for one that does not end."""
    while at < len(file) and (inside := _INSIDE.match(file, at)) and inside.end() > at:
        at = inside.end()
        if inside[1]:
            return at
    return None


def _bare(file: mmap | bytes, start: int, end: int) -> Iterator[bytes]:
    for found in _BARE.finditer(file, start, end):
        # Whatever it is, it is no chat, and may be as long as the file.
        yield file[found.start() : min(found.end(), found.start() + _TOLD)]
