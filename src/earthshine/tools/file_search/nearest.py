"""Passages of documents that are in no store, by the words of a question: what an index does, for one question.

Words are cut as the indexes of vector stores cut them; a passage's score is BM25 (Robertson and Zaragoza, 2009).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from earthshine.search.analysis import passage_terms, query_terms

_K, _B = 1.2, 0.75
_STEM = 0.6
"""What a stem counts beside the word as it is written."""


def nearest(question: str, passages: Sequence[str]) -> list[int]:
    """Return the places of the passages that share a word with a question, the best first."""
    terms = [passage_terms(each) for each in passages]
    languages = tuple(dict.fromkeys(each.language for each in terms if each.language))
    asked = query_terms(question, languages)
    scores = [0.0] * len(passages)
    for weight, wanted, counted in (
        (1.0, set(asked.words), [Counter(each.words) for each in terms]),
        (_STEM, set(asked.stems), [Counter(each.stems) for each in terms]),
    ):
        _add(scores, weight, wanted, counted)
    found = [place for place, score in enumerate(scores) if score > 0]
    return sorted(found, key=lambda place: (-scores[place], place))


def _add(scores: list[float], weight: float, wanted: set[str], counted: Sequence[Counter[str]]) -> None:
    lengths = [each.total() for each in counted]
    usual = sum(lengths) / max(1, len(lengths)) or 1.0
    for word in wanted:
        having = [place for place, each in enumerate(counted) if word in each]
        rarity = math.log(1 + (len(counted) - len(having) + 0.5) / (len(having) + 0.5))
        for place in having:
            times = counted[place][word]
            scores[place] += weight * rarity * times * (_K + 1) / (times + _K * (1 - _B + _B * lengths[place] / usual))
