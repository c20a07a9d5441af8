"""The passages of a document as they are to be stored, the same ones each time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from earthshine.documents.document import Heading
from earthshine.documents.documents import Documents
from earthshine.documents.store import unpack_layout
from earthshine.vector_stores.ingestion.passages import Chunking, Passage, cut, last_heading

_LONGEST_HEADING = 500


@dataclass(frozen=True, slots=True)
class NewPassage:
    """A passage that is to be stored."""

    number: int
    start: int
    end: int
    part: int
    label: str
    heading: str
    text: str

    @property
    def embedded(self) -> str:
        """What its vector is made of, and its words: with the heading, of which its own sentences may say nothing."""
        return embedded_text(self.heading, self.text)

    @property
    def size(self) -> int:
        """Bytes of its words, as they are stored."""
        return len((self.label + self.heading + self.text).encode())


def embedded_text(heading: str, text: str) -> str:
    """Return what a passage is found by."""
    return text if not heading or text.startswith(heading) else f"{heading}\n{text}"


async def in_groups(
    documents: Documents, file_id: str, chunking: Chunking, size: int
) -> AsyncGenerator[list[NewPassage]]:
    """Yield the passages of a document that is read, `size` at a time."""
    some: list[NewPassage] = []
    async for each in _passages(documents, file_id, chunking):
        some.append(each)
        if len(some) == size:
            yield some
            some = []
    if some:
        yield some


async def _passages(documents: Documents, file_id: str, chunking: Chunking) -> AsyncGenerator[NewPassage]:
    heading, number = "", 0
    async for part in documents.all_parts(file_id):
        headings = [Heading(*each) for each in unpack_layout(part.layout).get("headings", ())]
        for each in await asyncio.to_thread(_cut, part.text, headings, chunking, heading):
            start, end = part.start + each.start, part.start + each.end
            text = part.text[each.start : each.end]
            yield NewPassage(number, start, end, part.number, part.label, each.heading[:_LONGEST_HEADING], text)
            number += 1
        heading = last_heading(part.text, headings, heading)


def _cut(text: str, headings: Sequence[Heading], chunking: Chunking, heading: str) -> list[Passage]:
    return list(cut(text, headings, chunking, heading))
