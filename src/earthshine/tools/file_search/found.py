"""Passages that a search found, as results: neighbours joined, words cut from the document, as many as fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from earthshine.documents.documents import Documents
from earthshine.engines.estimates import text_tokens

Json = dict[str, Any]

NUMBERED = 1.2
"""What numbers add to the tokens of a text."""
_APART = 2
"""Characters between two passages of one document that nobody would miss."""


class Found(Protocol):
    """What is asked of a passage; see `vector_stores.search.Found`."""

    file_id: str
    filename: str
    attributes: Any
    score: float
    start: int
    end: int
    part: int
    label: str
    heading: str


async def results_of(found: Sequence[Any], documents: Documents) -> list[Json]:
    """Return the results of a search, the best first: a passage next to a better one of the same part lengthens it."""
    results: list[Json] = []
    for each in found:
        for other in results:
            beside = each.start <= other["end"] + _APART and each.end >= other["start"] - _APART
            if other["file_id"] == each.file_id and other["part_number"] == each.part and beside:
                if each.start < other["start"]:
                    other["heading"] = each.heading
                other["start"], other["end"] = min(other["start"], each.start), max(other["end"], each.end)
                break
        else:
            results.append(
                {
                    "file_id": each.file_id,
                    "filename": each.filename,
                    "score": each.score,
                    "attributes": dict(each.attributes or {}),
                    "start": each.start,
                    "end": each.end,
                    "part": each.label,
                    "part_number": each.part,
                    "heading": each.heading,
                }
            )
    for each in results:
        each["text"] = await documents.text(each["file_id"], each["start"], each["end"])
        each["end"] = each["start"] + len(each["text"])
    return [each for each in results if each["text"].strip()]


def fitting(results: Sequence[Json], room: int) -> list[Json]:
    """Return the best results that have `room` tokens together; one at least, as it may be long."""
    kept: list[Json] = []
    left = float(room)
    for each in results:
        left -= text_tokens(each["text"]) * NUMBERED
        if kept and left < 0:
            break
        kept.append(each)
    return kept
