"""One list out of two that were ranked by different measures: by their scores, each made a share of the best one's.

The best of a list counts 1. A score of words is a share of the best one's; cosines of neighbouring texts are all high,
so that what counts is how far each is above that of the passage at rank `_DEPTH`.
Source: Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2023)
"""

from __future__ import annotations

from collections.abc import Sequence

_DEPTH = 20
_LEAST = 1e-3
"""Of the first rank; so that what is further down keeps its order, and counts a little."""

Scored = Sequence[tuple[int, float]]
"""Ids and scores, the best first."""


def fuse(words: Scored, near: Scored, weights: tuple[float, float]) -> list[tuple[int, float]]:
    """Return all ids and their scores, best first: 1 for what is first in each list that is not empty, never 0.

    `weights`: what words and meaning are worth beside each other, each more than 0.
    """
    lists = ((words, 0.0, weights[0]), (near, _floor(near), weights[1]))
    whole = sum(weight for found, _, weight in lists if found)
    scores: dict[int, float] = {}
    for found, low, weight in lists:
        best = found[0][1] - low if found else 0.0
        for rank, (each, score) in enumerate(found, 1):
            share = (score - low) / best if best > 0 else 1.0
            scores[each] = scores.get(each, 0.0) + max(share, _LEAST / rank) * weight / whole
    return sorted(scores.items(), key=lambda found: (-found[1], found[0]))


def _floor(near: Scored) -> float:
    """Return the cosine at rank `_DEPTH`; of fewer, what it would be if they went on falling: of two, both are near."""
    some = near[:_DEPTH]
    if len(some) < 2:
        return 0.0
    return some[0][1] - (some[0][1] - some[-1][1]) * (_DEPTH - 1) / (len(some) - 1)
