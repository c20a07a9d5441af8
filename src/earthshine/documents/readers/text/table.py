"""CSV and TSV: one table, a line for each row. What sets cells apart is told by the first lines."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from earthshine.documents.document import Heads, Part
from earthshine.documents.errors import UnreadableFile
from earthshine.documents.readers.base import Source
from earthshine.documents.readers.long_text import LongText
from earthshine.documents.readers.text.encoding import encoding_of
from earthshine.documents.readers.text.plain import decoded

_SAMPLE = 50
"""Lines that decide."""
_SEPARATORS = ",;\t|،"
_CELL = 10_000_000
"""Characters of a cell; a quotation mark that nobody closes takes in all that follows."""


class TableTextReader:
    """Reads the rows of a file."""

    def open(self, source: Source) -> Heads:
        """Read all of it."""
        with source.path.open("rb") as file:
            encoding = encoding_of(file.read(2**20))
        text = LongText()
        if not encoding.sure:
            text.doubt("unsure")
        csv.field_size_limit(_CELL)
        lines = _lines(decoded(source.path, encoding))
        sample = list(islice(lines, _SAMPLE))
        separator = "\t" if source.kind == "tsv" else _separator(sample)
        try:
            text.table(csv.reader(chain(sample, lines), delimiter=separator))
        except csv.Error as error:
            raise UnreadableFile("damaged", f"It is no table: {error}.") from None
        self._parts = text.parts()
        if not self._parts:
            raise UnreadableFile("empty")
        return Heads(source.kind, len(self._parts))

    def parts(self, first: int) -> Iterator[Part]:
        """Yield the parts."""
        yield from self._parts[first:]


def _lines(texts: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    for text in texts:
        first, *rest = text.split("\n")
        kept.append(first)
        for line in rest:
            yield "".join(kept) + "\n"
            kept = [line]
    yield "".join(kept)


def _separator(sample: list[str]) -> str:
    """Return what divides most lines, and most of them into equally many cells."""

    def divides(separator: str) -> tuple[int, int]:
        counts = [line.count(separator) for line in sample if line.strip()]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (counts.count(usual) if usual else 0, usual)

    return max(_SEPARATORS, key=divides)
