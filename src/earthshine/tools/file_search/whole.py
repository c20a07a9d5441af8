"""Reading documents from beginning to end for a question: section by section, then what was kept, until it fits.

Each section is a step of the run in which the model is asked for a note of one line, and for the numbers of the
sentences that matter. These are kept as they stand in the document, so that the answer can cite them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import orjson

from earthshine.documents.documents import Documents
from earthshine.engines.estimates import text_tokens
from earthshine.engines.requests import ChatRequest, OutputFormat, Sampling
from earthshine.harness.citations.sentences import sentences
from earthshine.harness.citations.sources import Passage, Sources
from earthshine.tools.base import ToolContext

Json = dict[str, Any]

MOST_CHARACTERS = 600_000
"""Of all documents that one question has read; of a longer one only these are, and that is told."""
_MOST_FILES = 8
_MOST_KEPT = 8
"""Sentences of one section that are kept."""
_LONGEST_NOTE = 300
_SMALLEST_SECTION, _LARGEST_SECTION = 400, 3000
"""Tokens."""
_SCHEMA: Json = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "maxLength": _LONGEST_NOTE},
        "sentences": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": _MOST_KEPT},
    },
    "required": ["note", "sentences"],
    "additionalProperties": False,
}
_TASK = (
    "Question about the whole document: {question}\nNote in one line, in the language of the question, what this part "
    "says about it, and list the numbers of the sentences that say it. Leave both empty where it says nothing."
)


@dataclass(frozen=True, slots=True)
class _Section:
    """Some of a document, or what was kept of it."""

    passages: tuple[Passage, ...]
    notes: tuple[str, ...] = ()

    @property
    def tokens(self) -> int:
        return sum(text_tokens(each.text) + 24 for each in self.passages) + sum(map(text_tokens, self.notes))


class WholeReading:
    """Reads documents for one question."""

    def __init__(self, documents: Documents, context: ToolContext) -> None:
        self._documents, self._context = documents, context
        self._section = max(_SMALLEST_SECTION, min(_LARGEST_SECTION, context.room))
        self._asked = 0

    async def about(self, question: str, files: Sequence[tuple[str, str]]) -> Json | None:
        """Return `results`, and the files that were `read`: fields of a search's item. None where there is no text.

        `files`: ids and names. What fits is read as it is; else the model reads it in sections.
        """
        sections: list[_Section] = []
        read: list[Json] = []
        left = MOST_CHARACTERS
        for file_id, filename in list(dict.fromkeys(files))[:_MOST_FILES]:
            pieces, told = await self._sections(file_id, filename, left)
            if pieces:
                sections += pieces
                read.append(told)
                left -= told["characters"]
        if not sections:
            return None
        rounds = len(sections) + 1
        while _tokens(sections) > self._context.room and (joined := list(_joined(sections, self._section))):
            if len(joined) >= rounds:
                break
            rounds = len(joined)
            found = [await self._distil(question, each, rounds) for each in joined]
            sections = [each for each in found if each is not None]
        return {"results": [result for each in sections for result in _results(each)], "read": read}

    async def _sections(self, file_id: str, filename: str, most: int) -> tuple[list[_Section], Json]:
        """Return a document in sections, and what is told of it."""
        await self._documents.read(file_id)
        pieces: list[Passage] = []
        characters, parts, whole = 0, 0, 0
        async for part in self._documents.all_parts(file_id):
            whole += len(part.text)
            if characters >= most:
                continue
            parts, characters = parts + 1, characters + len(part.text)
            for start, end in packed(part.text, self._section):
                text = part.text[start:end]
                pieces.append(Passage(file_id, filename, part.start + start, text, part.label, part.number))
        told: Json = {"file_id": file_id, "filename": filename, "characters": characters, "parts": parts}
        if characters < whole:
            told["of_characters"] = whole
        return list(_joined([_Section((each,)) for each in pieces], self._section)), told

    async def _distil(self, question: str, section: _Section, of: int) -> _Section | None:
        """Have a section read; returns what of it matters, None where nothing does."""
        self._asked += 1
        sources = Sources()
        shown = [*map(sources.add, section.passages), *(f"Note: {each}" for each in section.notes)]
        asked = "\n\n".join(("A part of a document:", *shown, _TASK.format(question=question[:1000])))
        request = ChatRequest(
            messages=[{"role": "user", "content": asked}],
            output=OutputFormat("json_schema", _SCHEMA),
            reasoning_effort="none",
            sampling=Sampling(temperature=0, max_tokens=200),
        )
        note, numbers = _noted(await self._context.ask(f"read {self._asked}", request))
        progress = {"progress": {"read": self._asked, "of": max(of, self._asked)}}
        self._context.tell("file_search_call.searching", {**progress, "queries": self._context.queries})
        kept: list[Passage] = []
        for number in numbers:
            for cut in sources.cut(number, number):
                before = cut.passage
                kept.append(
                    Passage(before.file_id, before.filename, cut.start, cut.quote, before.part, before.part_number)
                )
        return _Section(tuple(kept), (note,) if note else ()) if kept or note else None


def _tokens(sections: Sequence[_Section]) -> int:
    return sum(each.tokens for each in sections)


def _noted(answer: str) -> tuple[str, list[int]]:
    """Return the note and the numbers in a model's answer; nothing, where it is none."""
    try:
        told: Any = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return "", []
    if not isinstance(told, dict):
        return "", []
    given = cast("Json", told)
    numbers: Any = given.get("sentences")
    listed = cast("list[Any]", numbers) if isinstance(numbers, list) else []
    return (
        " ".join(str(given.get("note") or "").split())[:_LONGEST_NOTE],
        sorted({each for each in listed if isinstance(each, int)})[:_MOST_KEPT],
    )


def packed(text: str, tokens: int) -> list[tuple[int, int]]:
    """Return a text in pieces of so many tokens at most, cut between sentences."""
    pieces: list[tuple[int, int]] = []
    size = 0
    for start, end in sentences(text):
        more = text_tokens(text[start:end]) + 4
        if pieces and size + more <= tokens:
            pieces[-1] = (pieces[-1][0], end)
            size += more
        else:
            pieces.append((start, end))
            size = more
    return pieces


def _joined(sections: Sequence[_Section], tokens: int) -> Iterator[_Section]:
    """Join neighbours as long as they have so many tokens together at most."""
    here: list[_Section] = []
    for each in sections:
        if here and _tokens(here) + each.tokens > tokens:
            yield _one(here)
            here = []
        here.append(each)
    if here:
        yield _one(here)


def _one(sections: Sequence[_Section]) -> _Section:
    passages = tuple(passage for each in sections for passage in each.passages)
    return _Section(passages, tuple(note for each in sections for note in each.notes))


def _results(section: _Section) -> Iterator[Json]:
    note = " ".join(section.notes)
    for place, passage in enumerate(section.passages):
        yield {
            "file_id": passage.file_id,
            "filename": passage.filename,
            "start": passage.start,
            "end": passage.start + len(passage.text),
            "text": passage.text,
            "part": passage.part,
            "part_number": passage.part_number,
            **({"note": note} if note and place == 0 else {}),
        }
    if note and not section.passages:
        yield {"text": "", "note": note}
