"""What is shown of a page: a window from some place on, the sentences around some words, or those that answer best."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from earthshine.documents.documents import Documents
from earthshine.documents.search import MOST_SECONDS, places, terms_of
from earthshine.errors import InvalidRequest
from earthshine.harness.citations.sentences import sentences
from earthshine.tools.file_search.found import NUMBERED
from earthshine.tools.file_search.nearest import nearest
from earthshine.tools.file_search.whole import packed
from earthshine.webpages.pages import WebPage
from earthshine.wire import aside

Json = dict[str, Any]

_CHARACTERS = 8
"""Of a token, at most, in a text that is worth reading."""
_AROUND, _MOST_PLACES = 400, 5
"""Characters on each side of words that were looked for, and places that are shown."""
_MOST_SEARCHED = 300_000
"""Characters of a page in which the best sentences are looked for."""
_PIECE = 120
"""Tokens of what is looked for there."""


class PageText:
    """Reads pages that are kept."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    async def window(self, page: WebPage, start: int, room: int) -> list[Json]:
        """Return what stands from `start` on, in `room` tokens. Raises `InvalidRequest` for a place behind its end."""
        if start >= max(1, page.characters):
            raise InvalidRequest(f"The page ends at character {page.characters}; `start` must be below that.")
        text = await self._documents.text(page.file_id, start, start + room * _CHARACTERS)
        pieces = await aside(len(text), packed, text, max(50, int(room / NUMBERED)))
        return [_result(page, text, start, *pieces[0])] if pieces else []

    async def around(self, page: WebPage, pattern: str) -> list[Json]:
        """Return the sentences around the places where words stand: together, or else any of them."""
        text = await self._documents.text(page.file_id, 0, page.characters)
        found = await aside(len(text), _places, text, pattern)
        spans: list[tuple[int, int]] = []
        for start, end in found:
            begin, last = _whole_sentences(text, start, end)
            if spans and begin <= spans[-1][1]:
                spans[-1] = spans[-1][0], max(last, spans[-1][1])
            else:
                spans.append((begin, last))
        return [_result(page, text, 0, *span) for span in spans]

    async def best(self, pages: Sequence[WebPage], question: str, room: int) -> list[Json]:
        """Return what of some pages a question is about, in `room` tokens, page by page."""
        pieces: list[Json] = []
        for page in pages:
            text = await self._documents.text(page.file_id, 0, min(page.characters, _MOST_SEARCHED))
            spans = await aside(len(text), packed, text, _PIECE)
            pieces += [_result(page, text, 0, *span) for span in spans]
        texts: list[str] = [each["text"] for each in pieces]
        order = await aside(sum(map(len, texts)), nearest, question, texts)
        most = max(1, int(room / (_PIECE * NUMBERED)))
        # What no word points to begins at the beginning.
        kept = sorted((order or range(len(pieces)))[:most])
        results: list[Json] = []
        for each in (pieces[place] for place in kept):
            before = results[-1] if results else None
            if before is not None and before["file_id"] == each["file_id"] and before["end"] == each["start"]:
                before["end"], before["text"] = each["end"], before["text"] + each["text"]
            else:
                results.append(each)
        return [each for each in results if each["text"].strip()]


def _result(page: WebPage, text: str, shift: int, start: int, end: int) -> Json:
    where = {"file_id": page.file_id, "start": shift + start, "end": shift + end}
    return {"url": page.url, "title": page.title, **where, "text": text[start:end]}


def _places(text: str, pattern: str) -> list[tuple[int, int]]:
    deadline = time.monotonic() + MOST_SECONDS
    quoted = '"' + pattern.replace('"', " ") + '"'
    for query in (quoted, pattern):
        found, _ = places(text, terms_of(query), most=_MOST_PLACES, deadline=deadline)
        if found:
            return [(each.start, each.end) for each in found]
    return []


def _whole_sentences(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the whole sentences around a place, as far as they are near."""
    low, high = max(0, start - _AROUND), min(len(text), end + _AROUND)
    spans = [(low + first, low + last) for first, last in sentences(text[low:high])]
    if low > 0 and spans and spans[0][1] <= start:
        spans = spans[1:]
    if high < len(text) and spans and spans[-1][0] >= end:
        spans = spans[:-1]
    return (spans[0][0], spans[-1][1]) if spans else (low, high)
