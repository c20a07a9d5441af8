"""Documents that a reply may cite: what the server cut from the file that was read, told as a place in the document.

Source: `anthropic.types.TextCitation` of the official SDK.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from earthshine.conversations.items import Item
from earthshine.harness.citations.locate import locate

Json = dict[str, Any]

BETWEEN = "\n\n"
"""What stands between two blocks of a document in the text that is read of it."""


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document of a request that is read as a file."""

    index: int
    """Among all documents of the request, or among all search results."""
    title: str | None
    cites: bool
    text: str | None = None
    """As the client sent it; None for a file, whose text only its reader knows."""
    blocks: Sequence[str] = ()
    """Those of a document that is made of blocks: each is cited whole."""
    source: str | None = None
    """Where a search result is from."""
    file_id: str | None = None
    """The file that the request names."""
    is_pdf: bool = False
    """Whether it has pages; of a file of the project, its name says that."""

    def citation(self, annotation: Json) -> Json | None:
        """Return the place that a quotation was cut from; None where the document as it was sent does not have it."""
        quote, start = annotation["quote"], annotation["start"]
        told = {"document_index": self.index, "document_title": self.title, "file_id": self.file_id}
        if self.text is None:
            if self.is_pdf:
                page = annotation.get("part_number", 0) + 1
                pages = {"start_page_number": page, "end_page_number": page + 1}
                return {"type": "page_location", "cited_text": quote, **told, **pages}
            characters = {"start_char_index": start, "end_char_index": annotation["end"]}
            return {"type": "char_location", "cited_text": quote, **told, **characters}
        if (span := _span(quote, self.text, start)) is None:
            return None
        if not self.blocks:
            characters = {"start_char_index": span[0], "end_char_index": span[1]}
            return {"type": "char_location", "cited_text": self.text[slice(*span)], **told, **characters}
        ends = list(accumulate(len(block) + len(BETWEEN) for block in self.blocks))
        first = next(place for place, end in enumerate(ends) if span[0] < end)
        last = next(place for place, end in enumerate(ends) if span[1] <= end)
        cited = {"cited_text": "".join(self.blocks[first : last + 1])}
        blocks = {"start_block_index": first, "end_block_index": last + 1}
        if self.source is None:
            return {"type": "content_block_location", **cited, **told, **blocks}
        found = {"search_result_index": self.index, "source": self.source, "title": self.title}
        return {"type": "search_result_location", **cited, **found, **blocks}


def _span(quote: str, text: str, start: int) -> tuple[int, int] | None:
    """Return where a quotation stands in a text as it was sent; what was read of it has no more characters before."""
    if (at := text.find(quote, start)) >= 0:
        return at, at + len(quote)
    if (found := locate(quote, text[start:])) is not None:
        return start + found[0], start + found[1]
    return locate(quote, text)


def by_file(documents: Sequence[SourceDocument], items: Sequence[Item]) -> Mapping[str, SourceDocument]:
    """Return documents by the files that they became in the items of a response, where they stand in this order."""
    parts = [part for item in items if item.get("role") == "user" for part in item["content"]]
    files = [part for part in parts if part["type"] == "input_file"]
    found: dict[str, SourceDocument] = {}
    for file, document in zip(files, documents, strict=True):
        if document.text is None and file["filename"].lower().endswith(".pdf"):
            document = replace(document, is_pdf=True)
        found.setdefault(file["file_id"], document)
    return found
