"""What messages say, as Markdown in which each citation of a file is a footnote: the file, the page, the quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from earthshine.harness.citations.sources import index_of
from earthshine.text.filenames import place_in

Json = dict[str, Any]

_ROW_END, _FENCE = re.compile(r"[ \t]*\|[ \t]*\Z"), re.compile(r" {0,3}(?:`{3,}|~{3,})[ \t]*\Z")
"""What stands behind the end of a table's row, or behind what closes code, would change what it is."""


def with_footnotes(items: Iterable[Json], first: int = 1) -> tuple[str, int]:
    """Return the text of messages with their footnotes below it, numbered from `first` on, and the next number.

    A passage that is cited again keeps its number. Without citations the text is that of `message_text`.
    """
    notes: dict[str, int] = {}
    said: list[str] = []
    for item in items:
        content: str | list[Json] = item["content"] if item.get("type", "message") == "message" else []
        parts: list[Json] = [{"text": content}] if isinstance(content, str) else content
        for part in parts:
            text: str = part.get("text") or part.get("refusal") or ""
            marks: list[tuple[int, str]] = []
            for each in part.get("annotations") or ():
                # Of pages, those that were kept here; others cite themselves, by a link in the text.
                if each["type"] == "file_citation" or (each["type"] == "url_citation" and "file_id" in each):
                    number = notes.setdefault(_note(each), first + len(notes))
                    marks.append((index_of(each), f"[^{number}]"))
            said += [_marked(text, marks)] if text else []
    if notes:
        said.append("\n".join(f"[^{number}]: {note}" for note, number in notes.items()))
    return "\n\n".join(said), first + len(notes)


def _note(citation: Json) -> str:
    place = place_in(citation.get("filename") or "", citation.get("part") or "")
    if citation["type"] == "url_citation":
        place = f"{' '.join(citation['title'].split())}, <{citation['url']}>"
    quote = " ".join((citation.get("quote") or "").split())
    return " ".join((f"{place}: “{quote}”" if quote else place).split())


def _marked(text: str, marks: list[tuple[int, str]]) -> str:
    for place, mark in sorted(marks, key=lambda each: each[0], reverse=True):
        before, after = text[:place], text[place:]
        line = before[before.rfind("\n") + 1 :]
        if found := _ROW_END.search(line):
            before, after = before[: len(before) - len(found[0])], found[0] + after
        text = before + ("\n\n" if _FENCE.match(line) else "") + mark + after
    return text
