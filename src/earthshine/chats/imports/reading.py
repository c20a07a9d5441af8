"""A large file of JSON objects, one object at a time: in one list, or one after the other as JSON lines have them.

Where each object ends is found without decoding what is in it, so that a file of 100 MB needs no more memory than its
largest chat, and no single step takes long.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from mmap import mmap

from earthshine.errors import InvalidRequest

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]]', re.DOTALL)
_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*")

_QUOTE, _OPENING, _LIST = b'"'[0], frozenset(b"{["), b"["[0]


def objects(file: mmap | bytes) -> Generator[bytes]:
    """Yield the JSON text of each object. Raises `InvalidRequest` for what is no list of objects, or is cut off."""
    start = _START.match(file)
    begin = start.end() if start else 0
    if begin >= len(file) or file[begin] not in _OPENING:
        raise InvalidRequest("The file holds no JSON list or object.", code="invalid_json")
    # Objects of a list stand one level deeper than those that follow each other.
    outside = 1 if file[begin] == _LIST else 0
    depth = first = 0
    for token in _TOKEN.finditer(file, begin):
        place = token.start()
        letter = file[place]
        if letter == _QUOTE:
            continue
        if letter in _OPENING:
            if depth == outside:
                first = place
            depth += 1
            continue
        depth -= 1
        if depth == outside:
            yield file[first : token.end()]
        if depth < 0 or (depth == 0 and outside == 1):
            break
    if depth != 0:
        raise InvalidRequest(
            "The file is cut off: its last list or object does not end. What came before is imported; get the file "
            "whole and import it again.",
            code="invalid_json",
        )
