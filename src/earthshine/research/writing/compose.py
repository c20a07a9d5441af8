"""The report, from what a research has come to: nothing is said here that was not written and checked before."""

from __future__ import annotations

from earthshine.research.inquiry import Inquiry
from earthshine.research.parsing import first_line
from earthshine.research.report import Changes, Claim, Method, ResearchReport, Section
from earthshine.research.state import State
from earthshine.text.normalization import normalise

_MOST_SUMMARY = 5


def composed(inquiry: Inquiry, created_at: int, changes: Changes | None) -> ResearchReport:
    """Return the report. `created_at`: Unix seconds."""
    state, response = inquiry.state, inquiry.moves.response
    claims: dict[str, Claim] = {}
    sections: list[Section] = []
    for question in state.living:
        written = state.sections.get(question["id"])
        said = [normalise(each["text"]) for each in (written["claims"] if written is not None else ())]
        new = [words for words in said if words not in claims]
        for words, claim in zip(said, written["claims"] if written is not None else (), strict=True):
            claims.setdefault(words, {**claim, "id": f"c{len(claims) + 1}"})
        # What was said before is not said again, unless nothing else answers this question.
        if ids := [claims[words]["id"] for words in new or said]:
            tables = written["tables"] if written is not None else []
            sections.append({"id": question["id"], "heading": question["text"], "claims": ids, "tables": tables})
    answered = {each["id"] for each in sections}
    report: ResearchReport = {
        "object": "research.report",
        "id": response.id,
        "created_at": created_at,
        "question": inquiry.question,
        "title": first_line(inquiry.question),
        "language": state.language,
        "summary": _summary(sections, list(claims.values())),
        "sections": sections,
        "contradictions": [
            each
            for each in state.contradictions
            if all(map(state.stands, (e for s in each["sides"] for e in s["evidence"])))
        ],
        "not_found": [each["text"] for each in state.living if each["id"] not in answered and not each["evidence"]],
        "claims": list(claims.values()),
        "evidence": [each for each in state.evidence.values() if state.stands(each["id"])],
        "sources": list(state.sources.values()),
        "method": _method(state, response.turn.create.model, inquiry.budget.limits),
    }
    return report if changes is None else {**report, "changes": changes}


def _summary(sections: list[Section], claims: list[Claim]) -> list[str]:
    """Return the first sentence of each section; those that are quotations only where there is no other."""
    by_id = {each["id"]: each for each in claims}
    firsts = [by_id[each["claims"][0]] for each in sections]
    written = [each for each in firsts if not each["quoted"]] or firsts
    return list(dict.fromkeys(each["id"] for each in written))[:_MOST_SUMMARY]


def _method(state: State, model: str, limits: dict[str, float]) -> Method:
    return {
        "model": model,
        "queries": state.queries,
        "rounds": state.rounds,
        "pages": len(state.read),
        "stages": [{**each, "seconds": round(each["seconds"], 2)} for each in state.costs.values()],
        "limits": limits,
        "stopped": state.stopped or "answered",
    }
