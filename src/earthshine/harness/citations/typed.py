"""Judges a quotation that a model typed itself: it is looked for in what the model was shown.

One that stands there is replaced by the very words; one that does not loses its quotation marks. Titles and terms in
quotation marks stay as they are, and so do the user's own words.
"""

from __future__ import annotations

from dataclasses import dataclass

from earthshine.harness.citations.sources import Quotation, Sources
from earthshine.text.normalization import runs

_LEAST_WORDS = 4
"""Words from which on something in quotation marks is a quotation, and not a title or a term."""
_LEAST_UNSPACED = 6
"""The same in characters of scripts without spaces."""
_MARKS = ' \t\n«»“”„"「」『』*_'


@dataclass(frozen=True, slots=True)
class Judged:
    """What is shown in the place of a quotation."""

    text: str
    stands: bool = True
    quotation: Quotation | None = None
    """Where it stands, if it is one."""


def judge(sources: Sources, opening: str, inner: str, closing: str) -> Judged:
    """Judge what stands between two quotation marks, or behind the `>` of Markdown."""
    words = inner.strip(_MARKS)
    if not is_quotation(words):
        return Judged(opening + inner + closing)
    found = sources.find(words)
    if found is not None:
        cut = " ".join(found.quote.split())
        # Spaces alone are no difference: lines are broken as the page was.
        shown = words if " ".join(words.split()) == cut else cut
        return Judged(opening + inner.replace(words, shown, 1) + closing, quotation=found)
    if sources.was_said(words):
        return Judged(opening + inner + closing)
    return Judged(inner.lstrip(" ") if opening == ">" else inner, stands=False)


def is_quotation(words: str) -> bool:
    """Tell whether words in quotation marks are long enough to be somebody's sentence."""
    spaced, unspaced = 0, 0
    for run in runs(words[:1000]):
        unspaced += run.unspaced
        spaced += not run.unspaced
        if spaced >= _LEAST_WORDS or unspaced >= _LEAST_UNSPACED:
            return True
    return False
