"""What a model writes about numbered evidence, read as sentences with what each cites."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.harness.citations.reader import CitationReader, Said
from earthshine.harness.citations.sentences import sentences
from earthshine.harness.citations.sources import Passage, Quotation, Sources
from earthshine.harness.citations.support import supporting
from earthshine.research.report import Evidence

MOST = 6
"""Sentences of one section."""
_LONGEST_REPLY, _LONGEST = 6000, 700
_LEAD = re.compile(r"^(?:\s|[-*•#>]|\d{1,2}[.)](?=\s)|\*\*)+")
_FOREIGN = re.compile(r"://|www\.|```|[\[\]{}|<>]")
"""What no sentence of a report has: addresses, code, tags, links, marks that are none."""
_ASKS = "?؟？"
"""Ends of what says nothing: small models say the question again."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence, and the evidence that it names."""

    text: str
    evidence: tuple[Evidence, ...]


class Desk:
    """The evidence that a writer sees, numbered: numbers are what comes back."""

    def __init__(self, evidence: Sequence[Evidence], titles: dict[str, str]) -> None:
        """`titles`: of the sources, by their ids."""
        self._sources = Sources()
        self._by_place: dict[tuple[str, int], Evidence] = {}
        shown: list[str] = []
        for each in evidence:
            passage = Passage(each["source"], titles[each["source"]][:80], each["start"], each["quote"])
            self._by_place[each["source"], each["start"]] = each
            shown.append(self._sources.add(passage))
        self.shown = "\n".join(shown)
        self.count = self._sources.count

    def read(self, reply: str) -> list[Draft]:
        """Return the sentences of a reply in order, without what is no sentence of a report."""
        text, cited = "", list[tuple[int, Quotation]]()
        reader = CitationReader(self._sources)
        for event in (*reader.feed(reply.strip()[:_LONGEST_REPLY]), *reader.flush()):
            if isinstance(event, Said):
                text += event.text
            else:
                cited.append((len(text), event.quotation))
        drafts: list[Draft] = []
        spans = sentences(text)
        for place, (start, end) in enumerate(spans):
            following = spans[place + 1][0] if place + 1 < len(spans) else len(text) + 1
            mine = [quotation for at, quotation in cited if start < at <= following]
            words = " ".join(_LEAD.sub("", text[start:end]).replace("**", "").split())
            if words and len(words) <= _LONGEST and words[-1] not in _ASKS and not _FOREIGN.search(words):
                drafts.append(Draft(words, self._evidence(mine)))
        return drafts

    def numbered(self, number: int) -> Evidence | None:
        """Return the evidence of a number; None for one that was not shown."""
        found = self._evidence(self._sources.cut(number, number))
        return found[0] if found else None

    def supporting(self, text: str) -> tuple[Evidence, ...]:
        """Return the evidence that certainly says what a sentence says."""
        return self._evidence(supporting(text, self._sources))

    def _evidence(self, quotations: Sequence[Quotation]) -> tuple[Evidence, ...]:
        found = {(each.passage.file_id, each.passage.start): None for each in quotations}
        return tuple(self._by_place[place] for place in found)
