"""What is known of a finished message: whether the figures of each cited sentence stand in the passages that it cites.

And whether a quotation that the model typed stands in the passage that it cites for it, or elsewhere.
"""

from __future__ import annotations

from typing import Any

from earthshine.harness.citations.figures import missing
from earthshine.harness.citations.sentences import sentences
from earthshine.harness.citations.sources import Sources

Json = dict[str, Any]


def checked(part: Json, sources: Sources) -> Json:
    """Return a part of a message with a `check` at each citation of a file, and `checks` of its text.

    `check` is `ok`, `figures` (the sentence has figures that its passages have not) or `elsewhere`.
    """
    text: str = part["text"]
    annotations: list[Json] = [dict(each) for each in part["annotations"]]
    checks: list[Json] = list(part.get("checks") or ())
    for start, end, cited in _cited_sentences(text, annotations):
        passages = [sources.passage_at(each["file_id"], each["start"], each["end"]) or "" for each in cited]
        lacking = missing(text[start:end], passages)
        marked = [each for each in cited if not each.get("typed")]
        for each in cited:
            apart = each.get("typed") and marked and not any(_meet(each, other, sources) for other in marked)
            each["check"] = "figures" if lacking else "elsewhere" if apart else "ok"
        for figure in lacking:
            place = {"start": start + figure.start, "end": start + figure.end}
            checks.append({"type": "figure", **place, "verdict": "not_in_passage"})
    return {**part, "annotations": annotations, **({"checks": checks} if checks else {})}


def _cited_sentences(text: str, annotations: list[Json]) -> list[tuple[int, int, list[Json]]]:
    """Return the sentences that have citations, with these: those behind its end belong to a sentence, too."""
    mine = [each for each in annotations if each["type"] == "file_citation" and "start" in each]
    if not mine:
        return []
    spans, place = sentences(text), 0
    by_sentence: dict[int, list[Json]] = {}
    for each in sorted(mine, key=lambda each: each["index"]):
        while place + 1 < len(spans) and spans[place + 1][0] < each["index"]:
            place += 1
        by_sentence.setdefault(place, []).append(each)
    spans = spans or [(0, 0)]
    return [(spans[place][0], spans[place][1], cited) for place, cited in by_sentence.items()]


def _meet(one: Json, other: Json, sources: Sources) -> bool:
    """Tell whether two citations are of one passage."""
    if one["file_id"] != other["file_id"]:
        return False
    start, end = min(one["start"], other["start"]), max(one["end"], other["end"])
    return sources.passage_at(one["file_id"], start, end) is not None
