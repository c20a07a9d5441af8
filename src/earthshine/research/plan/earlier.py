"""What an earlier report brings into a research: its evidence, where one goes on from it, and what is new since."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.research.gathering.library import Library
from earthshine.research.inquiry import Inquiry
from earthshine.research.plan.questions import ROUNDS, new
from earthshine.research.report import Changes, ResearchReport
from earthshine.research.state import Change, Question, next_number
from earthshine.text.normalization import normalise
from earthshine.tools.file_search.nearest import nearest

_MOST = 10
"""Pieces of earlier evidence that a new question begins with."""


def brought(inquiry: Inquiry, report: ResearchReport) -> Change:
    """Return the sources and the evidence of an earlier report; its questions too, where the question is the same."""
    change: Change = {"sources": report["sources"], "evidence": report["evidence"], "queries": []}
    if report["question"] != inquiry.question:
        return change
    rounds = ROUNDS[inquiry.effort]
    claims = {each["id"]: each for each in report["claims"]}
    questions: list[Question] = []
    for section in report["sections"]:
        ids = [each["id"] for each in report["evidence"] if each["question"] == section["id"]]
        ids += [one for each in section["claims"] for one in claims[each]["evidence"]]
        questions.append(
            {
                "id": section["id"],
                "text": section["heading"],
                "state": "answered",
                "evidence": list(dict.fromkeys(ids)),
                "tries": rounds,
                "rounds": rounds,
            }
        )
    if report["title"] not in (*(each["heading"] for each in report["sections"]), *report["not_found"]):
        # What the parts answer has no section of its own.
        questions.insert(0, {**new(inquiry, 1, report["title"]), "rounds": 0})
    first = next_number(each["id"] for each in questions)
    lacking = [new(inquiry, number, text) for number, text in enumerate(report["not_found"], first)]
    return {
        **change,
        "questions": [*questions, *({**each, "state": "not_found", "tries": rounds} for each in lacking)],
        "noted": [f"{each['question']} {each['source']}" for each in report["evidence"]],
    }


async def follow_up(inquiry: Inquiry, question: Question) -> Question:
    """Return a new question with the earlier evidence that is about it; answered, where a decision says that it is."""
    state = inquiry.state
    every = [each for each in state.evidence.values() if state.stands(each["id"])]
    near = nearest(question["text"], [each["quote"] for each in every])[:_MOST]
    if not near:
        return question
    evidence = [every[place] for place in near]
    told = "\n".join(each["quote"] for each in evidence)
    wish = f"Does the input answer this question: {question['text']}"
    likely = await inquiry.likely("plan", "follow-up", told, wish)
    if likely is None or likely < 0.5:
        return question
    return {**question, "evidence": [each["id"] for each in evidence], "state": "answered"}


async def changes(library: Library, report: ResearchReport, before: ResearchReport) -> Changes:
    """Return what is new in a report since an earlier one: claims that stand on words which that did not have."""
    old, now = _quotes(before), _quotes(report)
    texts = {each["url"] or each["file_id"]: each["file_id"] for each in report["sources"] if each["file_id"]}
    gone: list[str] = []
    places = {each["id"]: each["url"] or each["file_id"] for each in before["sources"]}
    evidence = {each["id"]: each for each in before["evidence"]}
    for claim in before["claims"]:
        mine = [evidence[each] for each in claim["evidence"] if each in evidence]
        if any(normalise(each["quote"]) in now for each in mine):
            continue
        kept = [(each["quote"], texts[places[each["source"]]]) for each in mine if places[each["source"]] in texts]
        if not [quote for quote, file_id in kept if quote in await library.text(file_id)]:
            gone.append(claim["text"])
    return {
        "since": before["id"],
        "since_at": before["created_at"],
        "added": [each["id"] for each in report["claims"] if not _stands_on(report, each["evidence"], old)],
        "gone": gone,
    }


def _quotes(report: ResearchReport) -> set[str]:
    return {normalise(each["quote"]) for each in report["evidence"]}


def _stands_on(report: ResearchReport, ids: Sequence[str], quotes: set[str]) -> bool:
    return any(normalise(each["quote"]) in quotes for each in report["evidence"] if each["id"] in ids)
