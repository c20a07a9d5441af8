"""The report, from what a research has come to: nothing is said here that was not written and checked before."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.harness.citations.figures import readings
from earthshine.research.inquiry import Inquiry
from earthshine.research.parsing import first_line
from earthshine.research.report import Changes, Claim, Method, ResearchReport, Section
from earthshine.research.state import Question, State
from earthshine.research.weighing.words import content
from earthshine.text.normalization import normalise

_MOST_SUMMARY = 5
_SUMS_UP = 3
"""Times as many sentences as those of a summary are in the sections, if it may say some of them again."""
_ALIKE = 0.6
"""Words in common, of all words of two sentences that say the same."""


def composed(inquiry: Inquiry, created_at: int, changes: Changes | None) -> ResearchReport:
    """Return the report. `created_at`: Unix seconds."""
    state, response = inquiry.state, inquiry.moves.response
    claims: list[Claim] = []
    sections: list[Section] = []
    summary: list[str] = []
    # The whole is last: what the parts say already is its summary.
    for question in sorted(state.living, key=lambda each: not each["rounds"]):
        written = state.sections.get(question["id"])
        if written is None or not written["claims"]:
            continue
        ids, new = _added(written["claims"], claims)
        section: Section = {
            "id": question["id"],
            "heading": question["text"],
            # What another section says stays here where nothing else answers; it is shown there alone.
            "claims": new or ids,
            "tables": written["tables"],
        }
        if not question["rounds"] and sections:
            # Beside others, it is the summary.
            summary, section["claims"] = ids, []
            sections[:0] = [section] if section["tables"] else []
        else:
            sections.append(section)
    answered = {each["id"] for each in sections}
    report: ResearchReport = {
        "object": "research.report",
        "id": response.id,
        "created_at": created_at,
        "question": inquiry.question,
        "title": first_line(inquiry.question),
        "language": state.language,
        "summary": _shorter(summary or _summary(sections, claims), sections),
        "sections": sections,
        "contradictions": [
            each
            for each in state.contradictions
            if all(map(state.stands, (e for s in each["sides"] for e in s["evidence"])))
        ],
        "not_found": list(dict.fromkeys(each["text"] for each in state.living if _is_missing(each, answered))),
        "claims": claims,
        "evidence": [each for each in state.evidence.values() if state.stands(each["id"])],
        "sources": list(state.sources.values()),
        "method": _method(state, response.turn.create.model, inquiry.budget.limits),
    }
    return report if changes is None else {**report, "changes": changes}


def _is_missing(question: Question, answered: set[str]) -> bool:
    """Tell whether a question has no answer: no evidence, or such as tells of something near it only."""
    return question["state"] == "not_found" or (question["id"] not in answered and not question["evidence"])


def _is_same(one: Claim, other: Claim) -> bool:
    """Tell whether two sentences say the same: in the same words, or in like ones of the same evidence."""
    if normalise(one["text"]) == normalise(other["text"]):
        return True
    if not set(one["evidence"]) & set(other["evidence"]) or readings(one["text"]) != readings(other["text"]):
        return False
    mine, theirs = content(one["text"]), content(other["text"])
    return len(mine & theirs) >= _ALIKE * len(mine | theirs)


def _added(written: Sequence[Claim], claims: list[Claim]) -> tuple[list[str], list[str]]:
    """Add what was not said before to the claims of a report; returns the ids of all that was written, and the new."""
    ids, new = list[str](), list[str]()
    for claim in written:
        known = next((each for each in claims if _is_same(each, claim)), None)
        ids.append(known["id"] if known is not None else f"c{len(claims) + 1}")
        if known is None:
            claims.append({**claim, "id": ids[-1]})
            new.append(ids[-1])
    return list(dict.fromkeys(ids)), new


def _summary(sections: list[Section], claims: list[Claim]) -> list[str]:
    """Return the first sentence of each section; those that are quotations only where there is no other."""
    by_id = {each["id"]: each for each in claims}
    firsts = [by_id[each["claims"][0]] for each in sections if each["claims"]]
    written = [each for each in firsts if not each["quoted"]] or firsts
    return list(dict.fromkeys(each["id"] for each in written))[:_MOST_SUMMARY] if len(firsts) > 1 else []


def _shorter(summary: list[str], sections: list[Section]) -> list[str]:
    """Return a summary without what the sections say as well, unless it saves reading them."""
    said = {claim for each in sections for claim in each["claims"]}
    return summary if len(said) >= _SUMS_UP * len(summary) else [each for each in summary if each not in said]


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
