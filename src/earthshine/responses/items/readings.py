"""What one prompt shows of files: the passages that searches found, and files that stand in messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, cast

from earthshine.conversations.items import Item
from earthshine.harness.citations.sources import Passage, Sources
from earthshine.tools.browser.names import BROWSER

Json = dict[str, Any]

CITE = "Behind each sentence of yours, repeat the number of the sentence that says it, like [2] or [4-5]."
ANSWER = f"Answer the question from these sentences, in its own language. {CITE}"
"""It stands last: small models forget what they read before the sentences."""
Place = tuple[str, int, int]
"""A file's id, and offsets into its canonical text."""


@dataclass(slots=True)
class Readings:
    """The `sources` number what is shown, in the order of the prompt."""

    files: Mapping[str, Sequence[Passage]] = field(default_factory=dict[str, Sequence[Passage]])
    """By the id of a file that stands in a message: what of it is shown."""
    gone: Set[Place] = frozenset()
    """Passages of earlier searches that no longer stand in their documents: they are shown, and cannot be cited."""
    unread: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the id of a file that stands in a message: why it cannot be read."""
    pictures: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the id of a file that is a picture in a message or a tool's output: its bytes as a `data:` URL."""
    sources: Sources = field(default_factory=Sources)

    def begin(self) -> None:
        """Begin anew: nothing is shown yet."""
        self.sources = Sources()

    def results(self, results: Sequence[Json]) -> str:
        """Return what a search found, as a model reads it."""
        self.sources.used = True
        shown: list[str] = []
        for each in results:
            passage = passage_of(each)
            place = passage.file_id, passage.start, passage.start + len(passage.text)
            if each.get("start") is None or place in self.gone:
                passage = replace(passage, citable=False)
            if each.get("note"):
                shown.append(f"<{passage.filename} | {passage.part}: noted> {each['note']}")
            if passage.url and not passage.file_id:
                # What a search engine says of a page is no sentence of the page.
                shown.append(f"<{passage.filename} | {passage.url} | not opened> {passage.text}")
            elif passage.text:
                shown.append(self.sources.add(passage))
        return "\n\n".join((*shown, ANSWER)) if shown else ""

    def file(self, file_id: str, filename: str) -> str:
        """Return what is shown of a file that stands in a message."""
        self.sources.used = True
        if file_id in self.unread:
            return f"[the file {filename}, which cannot be read: {self.unread[file_id]}]"
        if file_id not in self.files:
            return f"[the file {filename}]"
        shown = [self.sources.add(passage) for passage in self.files[file_id]]
        if not shown:
            return f"[the file {filename}, in which there is no text]"
        return "\n\n".join((*shown, CITE))


def passage_of(result: Json) -> Passage:
    """Return the passage that a result of a search is."""
    return Passage(
        file_id=result.get("file_id") or "",
        filename=result.get("filename") or result.get("title") or "",
        url=result.get("url") or "",
        start=result.get("start") or 0,
        text=result.get("text") or "",
        part=result.get("part") or "",
        part_number=result.get("part_number") or 0,
        heading=result.get("heading") or "",
    )


def files_in(items: Sequence[Item]) -> dict[str, str]:
    """Return the names of the files that stand in messages, by id, in order."""
    return {
        part["file_id"]: part.get("filename") or ""
        for item in items
        if item.get("role") == "user"
        for part in item["content"]
        if part["type"] == "input_file"
    }


def pictures_in(items: Sequence[Item]) -> list[str]:
    """Return the ids of the files that are shown as pictures, each once, in order."""
    found: dict[str, None] = {}
    for item in items:
        if item.get("name") == BROWSER:
            continue  # pictures of its screen are for people
        for parts in (item.get("content"), item.get("output")):
            if isinstance(parts, dict):  # a screenshot stands by itself
                parts = [cast("Json", parts)]
            for part in cast("list[Json]", parts) if isinstance(parts, list) else ():
                if part.get("type") in ("input_image", "computer_screenshot") and part.get("file_id"):
                    found[part["file_id"]] = None
    return list(found)


def last_said(items: Sequence[Item]) -> str:
    """Return the user's last words."""
    for item in reversed(items):
        if item.get("role") == "user":
            return "\n".join(part["text"] for part in item["content"] if part["type"] == "input_text")
    return ""
