"""Which of some functions do what a few words ask for, by the words of their names and descriptions.

Words are compared as `text.normalization` folds them, Arabic ones with and without their particles, and scripts without
spaces by pairs of characters; rare words count more. No model is asked, so it takes no time and can be explained.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, cast

from earthshine.text.normalization import runs
from earthshine.text.proclitics import spellings
from earthshine.text.search_terms import Term
from earthshine.tools.functions import FunctionTool, NamespaceTool

Function = tuple[FunctionTool, NamespaceTool | None]

_MOST_WORDS = 32
"""Words of a query that count."""
_MOST_CHARACTERS = 400_000
"""Characters of all descriptions together that count, of each as many as of every other."""
_LONGEST = 4000
"""Characters of one description, or of a query, that count."""
_NAME, _ABOUT, _AROUND = 4.0, 2.0, 1.0
"""What a word weighs in the name, in the description, and in the namespace or the parameters."""
_SHORTEST = 3
"""Letters from which on a word also finds those that begin with it; one more, for those that it begins with."""
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def ranked(query: str, functions: Sequence[Function]) -> list[Function]:
    """Return the functions that share a word with the query, the best first."""
    index = _Index(functions)
    scores: dict[int, float] = {}
    for word in list(dict.fromkeys(words(query[:_LONGEST])))[:_MOST_WORDS]:
        found = index.find(word)
        rarity = math.log(1 + len(functions) / max(1, len(found)))
        for place, weight in found.items():
            scores[place] = scores.get(place, 0.0) + weight * rarity
    return [functions[place] for place in sorted(scores, key=lambda place: (-scores[place], place))]


def words(text: str) -> Iterator[str]:
    """Yield the words of a text, also of names such as `getOpenOrders`; pairs of characters where no spaces are."""
    before, reached = "", -1
    for run in runs(_HUMPS.sub(" ", text)):
        if not run.unspaced:
            yield from run.tokens
            continue
        token = "".join(run.tokens)
        yield before + token if reached == run.start else token
        before, reached = token, run.end


class _Index:
    """What each word says about which functions."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self._weights: dict[str, dict[int, float]] = {}
        most = min(_LONGEST, _MOST_CHARACTERS // max(1, len(functions)))
        for place, (tool, namespace) in enumerate(functions):
            around = _parameter_names(tool)
            if namespace is not None:
                around += f" {namespace.name} {namespace.description[:most]}"
            for text, weight in ((around, _AROUND), (tool.description or "", _ABOUT), (tool.name, _NAME)):
                for word in words(text[:most]):
                    self._weights.setdefault(word, {})[place] = weight
        self._in_order = sorted(self._weights)

    def find(self, word: str) -> dict[int, float]:
        """Return the functions that a word is about, with its weight; half of it where words only begin alike."""
        found: dict[int, float] = {}
        for term in spellings(Term((word,))):
            asked = term.words[0]
            for other, share in [(asked, 1.0), *((other, 0.5) for other in self._alike(asked))]:
                for place, weight in self._weights.get(other, {}).items():
                    found[place] = max(found.get(place, 0.0), share * weight)
        return found

    def _alike(self, word: str) -> Iterator[str]:
        """Yield the words that begin with this one, and those that it begins with."""
        if len(word) >= _SHORTEST:
            for place in range(bisect_right(self._in_order, word), len(self._in_order)):
                if not self._in_order[place].startswith(word):
                    break
                yield self._in_order[place]
        for size in range(_SHORTEST + 1, len(word)):
            yield word[:size]


def _parameter_names(tool: FunctionTool) -> str:
    properties: Any = (tool.parameters or {}).get("properties")
    return " ".join(map(str, cast("dict[str, Any]", properties))) if isinstance(properties, dict) else ""
