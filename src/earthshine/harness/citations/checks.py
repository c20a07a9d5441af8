"""What is known of a finished message: what each of its sentences stands on, and whether that has its figures.

And whether a quotation that the model typed stands in the passage that it cites for it, or elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from earthshine.harness.citations.figures import missing, readings
from earthshine.harness.citations.sentences import sentences
from earthshine.harness.citations.sources import Sources, index_of
from earthshine.harness.citations.support import supporting

Json = dict[str, Any]

_CODE = re.compile(r"(?:^|\n)[^\S\n]*```.*?(?:\n[^\S\n]*```|\Z)", re.DOTALL)
_ENDS = " \t\n.,;:!?…،؛؟。，；：！？"


def checked(part: Json, sources: Sources) -> Json:
    """Return a part of a message with a `check` at each citation of a file or a page, and `checks` of its text.

    `check` is `ok`, `figures` (the sentence has figures that its passages have not) or `elsewhere`. A sentence that
    cites nothing, or nothing that has its figures, is given the citations that are `matched`.
    """
    text: str = part["text"]
    annotations = [dict(each) for each in part["annotations"]]
    others = [each for each in annotations if not _is_mine(each)]
    checks: list[Json] = list(part.get("checks") or ())
    kept: list[Json] = []
    for start, end, cited in _cited_sentences(text, annotations):
        cited = _supported(text, start, end, cited, sources)
        passages = [sources.passage_at(each["file_id"], each["start"], each["end"]) or "" for each in cited]
        lacking = missing(text[start:end], passages) if cited else []
        marked = [each for each in cited if not each.get("typed")]
        for each in cited:
            apart = each.get("typed") and marked and not any(_meet(each, other, sources) for other in marked)
            each["check"] = "figures" if lacking else "elsewhere" if apart else "ok"
        for figure in lacking:
            place = {"start": start + figure.start, "end": start + figure.end}
            checks.append({"type": "figure", **place, "verdict": "not_in_passage"})
        kept += cited
    told = sorted([*others, *kept], key=lambda each: index_of(each) if _is_mine(each) else len(text))
    return {**part, "annotations": told, **({"checks": checks} if checks else {})}


def _supported(text: str, start: int, end: int, cited: list[Json], sources: Sources) -> list[Json]:
    """Return the citations of a sentence; where they do not have what it says, those that do in their place."""
    claim = text[start:end]
    if cited and not missing(claim, [*sources.said, *(each["quote"] for each in cited)]):
        return cited
    # What has none of the figures may be the neighbour of what has them, or the heading above it.
    true = [each for each in cited if each.get("typed") or readings(claim) & readings(each["quote"])]
    said = text[: start + len(claim.rstrip(_ENDS))]
    found = [{**each.annotation(said), "matched": True} for each in supporting(claim, sources)]
    new = [each for each in found if not any(_holds(other, each) for other in true)]
    return [each for each in cited if each in true or not any(_meet(each, other, sources) for other in new)] + new


def _cited_sentences(text: str, annotations: list[Json]) -> Iterator[tuple[int, int, list[Json]]]:
    """Yield the sentences with their citations: those behind a sentence's end belong to it, too. Code has none."""
    mine = sorted(filter(_is_mine, annotations), key=index_of)
    code = [found.span() for found in _CODE.finditer(text)]
    spans = sentences(text) or [(0, len(text))]
    for place, (start, end) in enumerate(spans):
        following = spans[place + 1][0] if place + 1 < len(spans) else len(text) + 1
        cited = [each for each in mine if index_of(each) <= following]
        mine = mine[len(cited) :]
        if cited or not any(first < end and start < last for first, last in code):
            yield start, end, cited


def _is_mine(annotation: Json) -> bool:
    return annotation["type"] in ("file_citation", "url_citation") and "start" in annotation and "file_id" in annotation


def _holds(one: Json, other: Json) -> bool:
    return one["file_id"] == other["file_id"] and one["start"] <= other["start"] and other["end"] <= one["end"]


def _meet(one: Json, other: Json, sources: Sources) -> bool:
    """Tell whether two citations are of one passage."""
    if one["file_id"] != other["file_id"]:
        return False
    start, end = min(one["start"], other["start"]), max(one["end"], other["end"])
    return sources.passage_at(one["file_id"], start, end) is not None
