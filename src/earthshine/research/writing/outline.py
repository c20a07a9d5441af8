"""The living outline: which question is next, what contradicts what, and which section has to be written."""

from __future__ import annotations

from itertools import zip_longest

from earthshine.research.inquiry import Inquiry
from earthshine.research.report import Contradiction, Side
from earthshine.research.state import Question, State
from earthshine.research.weighing.contradictions import pairs
from earthshine.wire import aside

_MOST_CANDIDATES, _MOST_CONTRADICTIONS = 10, 6
_DISAGREE = 0.5
_MOST_TOGETHER = 12
"""Pieces of evidence of the parts of a question that answer the whole."""


def next_open(state: State) -> Question | None:
    """Return the question to look for next: the one that was looked for least; None where all have had their rounds."""
    open_ones = [each for each in state.living if each["state"] == "open" and each["tries"] < each["rounds"]]
    return min(open_ones, key=lambda each: each["tries"], default=None)


def to_close(state: State) -> list[Question]:
    """Return the questions as they are when the search is over, those that change: what is open has no answer.

    A question that was not looked for itself (`rounds` of 0) has the evidence of its parts, some of each.
    """
    changed: list[Question] = []
    for each in state.living:
        over: Question = each
        if not each["rounds"]:
            parts = [part for part in state.living if part["rounds"]]
            rows = zip_longest(*([one["id"] for one in state.evidence_of(part)] for part in parts))
            ids = [one for row in rows for one in row if one is not None]
            none = all(part["state"] == "not_found" for part in parts)
            over = {**each, "evidence": list(dict.fromkeys(ids))[:_MOST_TOGETHER]}
            over["state"] = "not_found" if none else "open"
        if over["state"] == "open":
            over = {**over, "state": "answered" if state.evidence_of(over) else "not_found"}
        if over != each:
            changed.append(over)
    return changed


def next_section(state: State) -> Question | None:
    """Return the first question whose section is not written, or was with other evidence."""
    for each in state.living:
        written = state.sections.get(each["id"])
        if written is None or written["evidence"] != [one["id"] for one in state.evidence_of(each)]:
            return each
    return None


def to_weigh(state: State) -> list[str]:
    """Return the ids of the evidence that is to be compared; empty where that is done."""
    ids = [each for each in state.evidence if state.stands(each)]
    return [] if ids == state.weighed else ids


async def weigh(inquiry: Inquiry, ids: list[str]) -> None:
    """Find evidence of different sources that does not agree, and keep what a decision confirms."""
    state = inquiry.state
    evidence = [state.evidence[each] for each in ids]
    found: list[Contradiction] = []
    candidates = await aside(sum(len(each["quote"]) for each in evidence) * 8, pairs, evidence)
    for one, other, about in candidates[:_MOST_CANDIDATES]:
        first, second = evidence[one], evidence[other]
        texts = [f"{state.sources[each['source']]['title']}: {each['quote']}" for each in (first, second)]
        name = f"{first['id']} {second['id']}"
        wish = "Do the two texts say different things about the same fact, so that both cannot be true?"
        likely = await inquiry.likely("weigh", name, "\n\n".join(texts), wish)
        # Where the model shows no probabilities, the figures alone have to do.
        if likely is None or likely >= _DISAGREE:
            sides: list[Side] = [{"text": each["quote"], "evidence": [each["id"]]} for each in (first, second)]
            _join(found, {"about": about, "sides": sides})
    await inquiry.keep("weigh", "weigh", {"contradictions": found[:_MOST_CONTRADICTIONS], "weighed": ids})


def _join(found: list[Contradiction], new: Contradiction) -> None:
    """Add a contradiction; to one about the same thing, of which it has a side, only the other side."""
    for each in found:
        there = {one for side in each["sides"] for one in side["evidence"]}
        mine = [side for side in new["sides"] if not there & set(side["evidence"])]
        if each["about"] == new["about"] and len(mine) < len(new["sides"]):
            each["sides"] += mine
            return
    found.append(new)
