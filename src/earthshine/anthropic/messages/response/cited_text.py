"""A text whose sentences cite: each that does becomes a block of its own, with what it cites."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from earthshine.anthropic.messages.pieces import CitedText, Piece
from earthshine.engines.deltas import Text
from earthshine.harness.citations.sentences import sentences
from earthshine.harness.citations.sources import index_of

Json = dict[str, Any]
Cite = Callable[[Json], Json | None]
"""Returns the citation that an annotation of a response is here; None for one that is none."""


class CitedSentences:
    """Holds one message's text back, by its last sentence: what that cites is known when the next one begins."""

    def __init__(self, cite: Cite) -> None:
        self._cite = cite
        self._held = ""
        self._given = 0
        """Characters that were given out."""
        self._found: list[tuple[int, Json]] = []
        """Citations, and where they stand in what is held."""

    def text(self, text: str) -> Iterator[Piece]:
        """Take a piece of text; yields what is certain."""
        self._held += text
        spans = sentences(self._held)
        if len(spans) > 1:
            yield from self._give(spans, len(spans) - 1)

    def cite(self, annotation: Json) -> None:
        """Take a citation. One of a sentence that was given out comes too late, and is left out."""
        place = index_of(annotation) - self._given
        citation = self._cite(annotation) if place >= 0 else None
        if citation is not None:
            self._found.append((place, citation))

    def rest(self) -> Iterator[Piece]:
        """Yield what is held when the text is over; another may begin then."""
        spans = sentences(self._held)
        yield from self._give(spans, len(spans))
        self._held, self._given, self._found = "", 0, []

    def _give(self, spans: Sequence[tuple[int, int]], count: int) -> Iterator[Piece]:
        plain, begin = "", 0
        for number in range(count):
            end, last = spans[number][1], number + 1 == len(spans)
            until = len(self._held) if last else spans[number + 1][0]
            cited = list[Json]()
            for place, citation in self._found:
                if place <= until and citation not in cited:
                    cited.append(citation)
            self._found = [each for each in self._found if each[0] > until]
            sentence, begin = self._held[begin : until if last else end], until if last else end
            if not cited:
                plain += sentence
                continue
            if plain:
                yield Text(plain)
            plain = ""
            yield CitedText(sentence, cited)
        if plain:
            yield Text(plain)
        self._held, self._given = self._held[begin:], self._given + begin
        self._found = [(place - begin, citation) for place, citation in self._found]
