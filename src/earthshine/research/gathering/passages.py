"""The part of a source that the model is shown for a question: its best sentences, as many as a small prompt takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.engines.estimates import text_tokens
from earthshine.harness.citations.sources import Passage
from earthshine.research.weighing.languages import language_of
from earthshine.tools.file_search.nearest import nearest
from earthshine.tools.file_search.whole import packed

Json = dict[str, Any]

ROOM = 700
"""Tokens that are shown of one source."""
_PIECE = 110
_TITLE = 80
_READ = 4000
"""Characters that tell a text's language."""


def best(file_id: str, title: str, text: str, wanted: str, room: int) -> list[Passage]:
    """Return what of a text is nearest to some words, in the order of the text; its beginning where nothing is."""
    spans = packed(text, _PIECE)
    pieces = [text[start:end] for start, end in spans]
    kept: list[int] = []
    near = nearest(wanted, pieces)
    if not near or language_of(text[:_READ]) != language_of(wanted):
        # A text in another language shares hardly more than a name with the question.
        near += [place for place in range(len(pieces)) if place not in near]
    for place in near:
        room -= text_tokens(pieces[place])
        if kept and room < 0:
            break
        kept.append(place)
    passages: list[tuple[int, int]] = []
    for start, end in (spans[place] for place in sorted(kept)):
        if passages and not text[passages[-1][1] : start].strip():
            passages[-1] = passages[-1][0], end
        else:
            passages.append((start, end))
    return [Passage(file_id, title[:_TITLE], start, text[start:end]) for start, end in passages]


def chosen(file_id: str, title: str, results: Sequence[Json], room: int) -> list[Passage]:
    """Return the passages that a search of files has chosen, the best first until there is no room."""
    passages: list[Passage] = []
    for each in results:
        room -= text_tokens(each["text"])
        if passages and room < 0:
            break
        text, part = each["text"][: 8 * ROOM], each.get("part") or ""
        number = each.get("part_number") or 0
        passages.append(Passage(file_id, title[:_TITLE], each["start"], text, part, number))
    return sorted(passages, key=lambda each: each.start)
