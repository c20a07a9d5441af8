"""One list out of several that were ranked by different measures: by ranks, and by how much each list is worth.

Source: Cormack, Clarke and Büttcher, Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods
(2009)
"""

from __future__ import annotations

from collections.abc import Sequence

K = 60
"""How little the first ranks differ from those after them; the authors' choice."""


def fuse(lists: Sequence[Sequence[int]], weights: Sequence[float] | None = None) -> list[tuple[int, float]]:
    """Return all ids and their scores, best first: 1 for what is first in each list that is not empty, never 0.

    `weights` are what the lists are worth beside each other, more than 0; without them, all the same.
    """
    scores: dict[int, float] = {}
    used = [(ranked, weight) for ranked, weight in zip(lists, weights or [1.0] * len(lists), strict=True) if ranked]
    whole = sum(weight for _, weight in used)
    for ranked, weight in used:
        for rank, each in enumerate(ranked, 1):
            scores[each] = scores.get(each, 0.0) + (K + 1) / (K + rank) * weight / whole
    return sorted(scores.items(), key=lambda found: (-found[1], found[0]))
