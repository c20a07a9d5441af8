"""The notes of a report: each piece of evidence that is cited has one, numbered as they are first met."""

from __future__ import annotations

from collections.abc import Iterable

from earthshine.research.formats.document import Line, Mark, Text
from earthshine.research.formats.plain import clean, day, direction_of, host, link
from earthshine.research.formats.words import Words, quoted
from earthshine.research.report import Evidence, ResearchReport, ResearchSource, Side


class Notes:
    """Gives out marks, and keeps what stands behind them."""

    def __init__(self, report: ResearchReport, words: Words) -> None:
        self._language, self._words = report["language"], words
        self._evidence = {each["id"]: each for each in report["evidence"]}
        self._claims = {each["id"]: each for each in report["claims"]}
        self._sources = {each["id"]: each for each in report["sources"]}
        self._numbers: dict[str, int] = {}

    def marks(self, evidence: Iterable[str]) -> Line:
        """Return the marks of some evidence, once each; what no longer stands has none."""
        there = (each for each in dict.fromkeys(evidence) if each in self._evidence)
        return [Mark(self._numbers.setdefault(each, len(self._numbers) + 1), each) for each in there]

    def claim(self, claim: str) -> Line:
        """Return a claim with its marks; in quotation marks, with our translation, where it is words of a source."""
        told = self._claims[claim]
        if told["quoted"] and (first := self._first(told["evidence"])) is not None:
            return [*self._quotation(told["text"], first), *self.marks(told["evidence"])]
        return [Text(clean(told["text"])), *self.marks(told["evidence"])]

    def side(self, side: Side) -> Line:
        """Return what one side says with its marks."""
        first = self._first(side["evidence"])
        if first is None:
            return [Text(clean(side["text"]))]
        if side["text"] == first["quote"]:
            return [*self._quotation(side["text"], first), *self.marks(side["evidence"])]
        return [self._foreign(clean(side["text"]), first["language"]), *self.marks(side["evidence"])]

    def claims(self, claims: Iterable[str]) -> Line:
        """Return some claims as one paragraph."""
        line: Line = []
        for each in claims:
            line += [Text(self._words.gap), *self.claim(each)] if line else self.claim(each)
        return line

    def lines(self) -> list[Line]:
        """Return the notes, that with number 1 first."""
        return [self._note(self._evidence[each]) for each in self._numbers]

    def source_names(self, evidence: Iterable[str]) -> list[Text]:
        """Return the titles of the sources of some evidence, once each."""
        sources = dict.fromkeys(self._evidence[each]["source"] for each in evidence if each in self._evidence)
        return [self.title(self._sources[each]) for each in sources]

    def title(self, source: ResearchSource) -> Text:
        """Return the title of a source, which leads to it."""
        title = clean(source["title"]) or host(source["url"]) or source["id"]
        return self._foreign(title, source["language"], link(source["url"]))

    def source(self, source: str) -> ResearchSource:
        """Return a source."""
        return self._sources[source]

    def _first(self, evidence: Iterable[str]) -> Evidence | None:
        return next((self._evidence[each] for each in evidence if each in self._evidence), None)

    def _quotation(self, text: str, evidence: Evidence) -> Line:
        language = evidence["language"]
        line: Line = [self._foreign(quoted(clean(text), language or self._language), language)]
        if evidence["translation"]:
            told = quoted(clean(evidence["translation"]), self._language)
            line.append(Text(f" [{self._words.named(self._words.common.translation)}{told}]"))
        return line

    def _note(self, evidence: Evidence) -> Line:
        source = self._sources[evidence["source"]]
        words = self._words
        place = [f"{words['part']}\u00a0{clean(evidence['part'])}"] if evidence["part"] else []
        named: Line = [Text(" — "), self.title(source)]
        for each in (*place, host(source["url"]), source["published"] or ""):
            if each:
                named += [Text(" · "), dated(each) if each is source["published"] else self._foreign(clean(each), "")]
        return [*self._quotation(evidence["quote"], evidence), *named]

    def _foreign(self, text: str, language: str, address: str = "") -> Text:
        """Return words of a source: with their direction, and with their language where it is another one."""
        other = language if language != self._language else ""
        return Text(text, other, direction_of(language, text), link=address)


def dated(iso: str) -> Text:
    """Return a day, month or year as `2026-11-30`, which is written from left to right everywhere."""
    return Text(clean(iso), direction="ltr")


def moment(seconds: float) -> Text:
    """Return the day of a moment."""
    return dated(day(seconds))
