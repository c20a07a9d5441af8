"""One list out of several that were ranked by different measures: by ranks alone.

Source: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods
(2009)
"""

from __future__ import annotations

from collections.abc import Sequence

K = 60
"""How little the first ranks differ from those after them; the authors' choice."""


def fuse(lists: Sequence[Sequence[int]]) -> list[tuple[int, float]]:
    """Return all ids and their scores, best first: 1 for what is first in each list that is not empty, never 0."""
    scores: dict[int, float] = {}
    used = [ranked for ranked in lists if ranked]
    for ranked in used:
        for rank, each in enumerate(ranked, 1):
            scores[each] = scores.get(each, 0.0) + (K + 1) / (K + rank) / len(used)
    return sorted(scores.items(), key=lambda found: (-found[1], found[0]))
