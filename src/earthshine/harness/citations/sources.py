"""The sentences that a model is shown in one prompt, each with a number, and what the server cuts for a number."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from earthshine.harness.citations.locate import Folded, Span, fold, locate
from earthshine.harness.citations.sentences import sentences

LONGEST_QUOTATION = 2000
"""Characters of one quotation; a longer range of sentences ends with the last one that fits."""
_LONGEST_SENTENCE = 2000
"""Characters before a citation in which its sentence begins."""
_NOTE = re.compile(r"\[\d{1,3}\]")
"""The number of a note in a document, which a model would take for that of a sentence."""
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
"""Small models misread the digits of Arabic and Persian; what is cut from the document keeps them."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document's canonical text."""

    file_id: str
    filename: str
    start: int
    """Where it begins in the canonical text, in Unicode characters."""
    text: str
    part: str = ""
    """The label of the page, slide, sheet or chapter that it begins in."""
    part_number: int = 0
    heading: str = ""
    url: str = ""
    """Where the document was fetched, if it is a page of the web; `filename` is its title then."""
    citable: bool = True
    """Whether it still stands so in the document; what does not is shown, for it was said, and cannot be cited."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words that the server cut from a document."""

    passage: Passage
    start: int
    """Offsets into the canonical text."""
    end: int
    quote: str

    def annotation(self, text: str) -> dict[str, object]:
        """Return a citation of OpenAI's API, to be put at the end of a text, with what is ours beside it.

        A `url_citation` of a page of the web, which is about the text's last sentence; else a `file_citation`.
        """
        passage = self.passage
        told: dict[str, object] = {"type": "file_citation", "file_id": passage.file_id}
        if passage.url:
            begin = spans[-1][0] if (spans := sentences(text[-_LONGEST_SENTENCE:])) else 0
            begin += max(0, len(text) - _LONGEST_SENTENCE)
            told |= {"type": "url_citation", "url": passage.url, "title": passage.filename}
            told |= {"start_index": begin, "end_index": len(text)}
        else:
            told |= {"filename": passage.filename, "index": len(text)}
        told |= {"start": self.start, "end": self.end, "quote": self.quote}
        if passage.part and not passage.url:
            told |= {"part": passage.part, "part_number": passage.part_number}
        return told


@dataclass(slots=True)
class _Shown:
    passage: Passage
    first: int
    """The number of its first sentence."""
    spans: Sequence[Span]
    folded: Folded | None = None


@dataclass(slots=True)
class Sources:
    """The passages of one prompt, in the order in which the model sees them. Numbers begin at 1 and leave none out."""

    count: int = 0
    """Sentences so far, which is the last number."""
    used: bool = False
    """Whether the prompt is about files, though they may have nothing to show."""
    said: list[str] = field(default_factory=list[str])
    """What the user said: whoever repeats that in quotation marks quotes no document."""
    _shown: list[_Shown] = field(default_factory=list[_Shown])
    _said: list[Folded] = field(default_factory=list[Folded])

    def add(self, passage: Passage) -> str:
        """Number the sentences of a passage, and return it as a model reads it.

        The numbers stand behind the sentences, as in the answer: a small model that copies one copies its number.
        """
        spans = sentences(passage.text)
        shown = _Shown(passage, self.count + 1, spans)
        self._shown.append(shown)
        self.count += len(spans)
        lines = (
            f"{' '.join(_NOTE.sub('', passage.text[start:end]).translate(_DIGITS).split())} [{number}]"
            for number, (start, end) in enumerate(spans, shown.first)
        )
        return "\n".join((f"<{_place(passage)}>", *lines))

    def cut(self, first: int, last: int) -> list[Quotation]:
        """Return the words of the sentences from number `first` to number `last`: of each passage, what is in it.

        Numbers that nobody was shown have no words.
        """
        found: list[Quotation] = []
        begin = max(0, bisect_right(self._shown, first, key=lambda each: each.first) - 1)
        for shown in self._shown[begin:]:
            if shown.first > last:
                break
            inside = shown.spans[max(0, first - shown.first) : max(0, last - shown.first + 1)]
            if inside and shown.passage.citable:
                start, longest = inside[0][0], inside[0][0] + LONGEST_QUOTATION
                end = max(inside[0][1], *(stop for _, stop in inside if stop <= longest), 0)
                found.append(_quotation(shown.passage, start, end))
        return found

    def sentences(self) -> Iterator[Quotation]:
        """Yield the sentences that can be cited, in order."""
        for shown in self._shown:
            if shown.passage.citable:
                for start, end in shown.spans:
                    yield _quotation(shown.passage, start, end)

    def find(self, words: str) -> Quotation | None:
        """Return where words that a model typed stand in what it was shown, as they stand there."""
        for shown in self._shown:
            if not shown.passage.citable:
                continue
            if shown.folded is None:
                shown.folded = fold(shown.passage.text)
            if (span := locate(words, shown.passage.text, shown.folded)) is not None:
                return _quotation(shown.passage, *span)
        return None

    def marked(self, text: str, annotations: Sequence[dict[str, Any]]) -> str:
        """Return a text that was written before with the marks that it had: what a model wrote is what it is shown."""
        for each in sorted(annotations, key=index_of, reverse=True):
            numbers = None if each.get("typed") or each.get("matched") else self._numbers(each)
            if numbers is not None:
                place = index_of(each)
                text = f"{text[:place]} [{numbers}]{text[place:]}"
        return text

    def _numbers(self, annotation: dict[str, Any]) -> str | None:
        for shown in self._shown:
            passage = shown.passage
            first = annotation.get("start", -1) - passage.start
            if passage.file_id == annotation.get("file_id") and 0 <= first < len(passage.text):
                last = annotation["end"] - passage.start
                inside = [place for place, (start, end) in enumerate(shown.spans) if first <= start and end <= last]
                if inside:
                    numbers = shown.first + inside[0], shown.first + inside[-1]
                    return "-".join(map(str, dict.fromkeys(numbers)))
        return None

    def was_said(self, words: str) -> bool:
        """Tell whether these are the user's own words."""
        if len(self._said) < len(self.said):
            self._said += [fold(text) for text in self.said[len(self._said) :]]
        return any(locate(words, text, folded) for text, folded in zip(self.said, self._said, strict=True))

    def passage_at(self, file_id: str, start: int, end: int) -> str | None:
        """Return the text of the passage that a place of a document lies in, if it was shown."""
        for shown in self._shown:
            passage = shown.passage
            if passage.file_id == file_id and passage.start <= start and end <= passage.start + len(passage.text):
                return passage.text
        return None


def index_of(annotation: dict[str, Any]) -> int:
    """Return where in a text a citation stands."""
    return annotation["index"] if "index" in annotation else annotation["end_index"]


def _quotation(passage: Passage, start: int, end: int) -> Quotation:
    return Quotation(passage, passage.start + start, passage.start + end, passage.text[start:end])


def _place(passage: Passage) -> str:
    """Say in a line where a passage stands."""
    said = [passage.filename, passage.url] if passage.url else [passage.filename]
    if passage.part:
        said.append(passage.part)
    if passage.heading:
        said.append(passage.heading)
    return " | ".join(" ".join(each.split()) for each in said)
