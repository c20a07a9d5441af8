"""The sentence of a source that says what a sentence of an answer says, for models that name none or a wrong one.

Small models say what is right and number it wrong. Words and figures decide, never an opinion: what is found shares the
figures of the answer, or nearly all of its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from earthshine.harness.citations.figures import Figure, missing, readings
from earthshine.harness.citations.sources import Quotation, Sources
from earthshine.search.analysis import passage_terms

_LEAST_SHARED, _LEAST_SHARE = 3, 0.7
"""Words that a sentence without figures has in common with its source, and the share of its words that they are."""
_MOST = 3
"""Sentences that one sentence of an answer is about."""
_LONGEST_CLAIM = 1000


def supporting(claim: str, sources: Sources) -> list[Quotation]:
    """Return the sentences that say what a claim says; none, unless that is certain.

    Figures that the user said prove nothing.
    """
    claim = claim[:_LONGEST_CLAIM]
    asked = list(missing(claim, sources.said))
    if not asked:
        return _by_words(claim, sources)
    found: list[Quotation] = []
    while asked and len(found) < _MOST:
        best = _by_figures(claim, asked, sources)
        if best is None:
            break
        found.append(best)
        asked = [each for each in asked if not _has(best.quote, each)]
    return found


def _by_figures(claim: str, asked: Sequence[Figure], sources: Sources) -> Quotation | None:
    """Return the sentence that has most of some figures, and of those with as many, most of the words."""
    having = [(sum(_has(each.quote, figure) for figure in asked), each) for each in sources.sentences()]
    most = max((count for count, _ in having), default=0)
    best = [each for count, each in having if count == most > 0]
    if not best:
        return None
    words = _words(claim)
    shared = [len(words & _words(each.quote)) for each in best]
    place = max(range(len(best)), key=lambda place: (shared[place], -place))
    # A long figure that stands in one place is proof enough, also in another language.
    telling = len(best) == 1 and any(each.end - each.start > 1 for each in asked if _has(best[0].quote, each))
    return best[place] if shared[place] > most or telling else None


def _by_words(claim: str, sources: Sources) -> list[Quotation]:
    words = _words(claim)
    if len(words) < _LEAST_SHARED:
        return []
    least = max(_LEAST_SHARED, _LEAST_SHARE * len(words))
    best = max(sources.sentences(), key=lambda each: len(words & _words(each.quote)), default=None)
    return [best] if best is not None and len(words & _words(best.quote)) >= least else []


def _has(text: str, figure: Figure) -> bool:
    return bool(figure.readings & readings(text))


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    terms = passage_terms(text)
    return frozenset(terms.stems or terms.words)
