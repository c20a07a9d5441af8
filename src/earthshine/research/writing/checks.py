"""Whether a sentence may stand: it has evidence, its figures are there, and the evidence says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from earthshine.research.gathering.subject import capitals_of, has
from earthshine.research.inquiry import Inquiry
from earthshine.research.report import Evidence
from earthshine.research.weighing.support import misstated, score, strangers
from earthshine.research.writing.drafts import Desk, Draft
from earthshine.text.normalization import normalise

Verdict = Literal["ok", "uncited", "figures", "unsupported"]

_BY_WORDS = 0.75
"""Words in common from which on nobody is asked."""
_LEAST_BY_WORDS = 0.2
"""Words in common with evidence in its language below which no model is asked: a small one calls anything likely."""
_LIKELY = 0.6
"""Below it a small model only guesses: then the words of the evidence stand in the place of the sentence."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence with the evidence that it has."""

    verdict: Verdict
    evidence: tuple[Evidence, ...]
    support: float | None = None
    """The probability that its evidence says so; None where nobody had to ask."""


async def check(inquiry: Inquiry, name: str, draft: Draft, desk: Desk) -> Checked:
    """Check a sentence; evidence that has what the named evidence lacks takes its place."""
    evidence = draft.evidence or desk.supporting(draft.text)
    if not evidence:
        return Checked("uncited", ())
    if not _states_figures(draft.text, evidence):
        evidence = desk.supporting(draft.text)
        if not _states_figures(draft.text, evidence):
            return Checked("figures", evidence or draft.evidence)
    if not await _is_about(inquiry, draft.text, evidence):
        return Checked("unsupported", evidence)
    shared = score(draft.text, _quotes(evidence))
    if shared >= _BY_WORDS:
        return Checked("ok", evidence)
    if shared < _LEAST_BY_WORDS and all(each["language"] in ("", inquiry.state.language) for each in evidence):
        return Checked("unsupported", evidence)
    titles = [inquiry.state.sources[each["source"]]["title"] for each in evidence]
    if strangers(draft.text, [*_quotes(evidence), *titles, inquiry.question]):
        return Checked("unsupported", evidence)
    said = "\n".join(_quotes(evidence))
    likely = await inquiry.likely("check", name, said, f"Does the input say this: {draft.text}")
    if likely is None:
        return Checked("unsupported", evidence)  # where the model shows no probabilities, words alone decide
    return Checked("ok" if likely >= _LIKELY else "unsupported", evidence, round(likely, 4))


async def _is_about(inquiry: Inquiry, text: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether evidence speaks of whom a sentence names of the question: itself, its title, or what is before it.

    In another language a name may be written otherwise.
    """
    plain, state = normalise(text), inquiry.state
    told = [*capitals_of(inquiry.question), *state.names]
    named = [name for name in map(normalise, told) if name and has(plain, name)]
    if not named or any(each["language"] not in ("", state.language) for each in evidence):
        return True
    near: list[str] = []
    for each in evidence:
        source = state.sources[each["source"]]
        near += [each["quote"], source["title"], await inquiry.library.before(source["file_id"], each["start"])]
    known = normalise("\n".join(near))
    return all(has(known, name) for name in named)


def _states_figures(text: str, evidence: Sequence[Evidence]) -> bool:
    """Tell whether one piece of evidence has all figures of a sentence.

    Those of two pieces together make a third fact: the inhabitants of one year, and the year of something else.
    """
    return any(not misstated(text, [each["quote"]]) for each in evidence)


def _quotes(evidence: Sequence[Evidence]) -> list[str]:
    return [each["quote"] for each in evidence]
