"""Writes reports for tests from a few lines each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from earthshine.research.report import Cell, Claim, Evidence, Method, ResearchReport, ResearchSource, Side, Table

DAY = 1_764_460_800
"""The 30th of November 2025."""

Quote = tuple[int, str, str, str]
"""The number of its source from 0, its words, their language, and our translation."""
Told = tuple[str, Sequence[int]]
"""Words, and the numbers of the quotations that they stand on."""


def source(number: int, title: str, url: str, language: str, **others: Any) -> ResearchSource:
    """A source that was read."""
    told: dict[str, Any] = {
        "id": f"s{number + 1}",
        "file_id": f"file-{number + 1}",
        "url": url,
        "title": title,
        "kind": "secondary",
        "published": "2025-06-0" + str(1 + number % 9),
        "fetched_at": DAY,
        "sha256": hashlib.sha256(title.encode()).hexdigest(),
        "language": language,
        "copy_of": None,
        "dropped": None,
        "question": "q1",
        **others,
    }
    return told  # pyright: ignore[reportReturnType]


def evidence(quotes: Sequence[Quote]) -> list[Evidence]:
    return [
        {
            "id": f"e{number + 1}",
            "source": f"s{place + 1}",
            "start": 100 * number,
            "end": 100 * number + len(words),
            "quote": words,
            "part": "4" if number % 3 == 2 else "",
            "part_number": 4 if number % 3 == 2 else 0,
            "language": language,
            "translation": translation,
            "question": "q1",
        }
        for number, (place, words, language, translation) in enumerate(quotes)
    ]


def table(title: str, columns: list[str], rows: Sequence[tuple[str, ...]], cites: Sequence[int]) -> Table:
    """A table each of whose figures stands in the same quotations."""

    def cell(place: int, text: str) -> Cell:
        return {"text": text, "evidence": [f"e{each + 1}" for each in cites] if place else []}

    return {
        "title": title,
        "columns": columns,
        "rows": [[cell(place, text) for place, text in enumerate(row)] for row in rows],
    }


def report(
    language: str,
    title: str,
    question: str,
    sources: list[ResearchSource],
    quotes: Sequence[Quote],
    sections: Sequence[tuple[str, Sequence[Told], Sequence[Table]]],
    *,
    contradictions: Sequence[tuple[str, Sequence[Told]]] = (),
    not_found: Sequence[str] = (),
    queries: Sequence[str] = ("water",),
) -> ResearchReport:
    """A report whose summary is the first claim of each section; a claim that is its quotation counts as quoted."""
    claims: list[Claim] = []
    parts: list[Any] = []
    for number, (heading, told, tables) in enumerate(sections):
        ids: list[str] = []
        for text, cites in told:
            ids.append(f"c{len(claims) + 1}")
            quoted = len(cites) == 1 and quotes[cites[0]][1] == text
            its = [f"e{each + 1}" for each in cites]
            claims.append({"id": ids[-1], "text": text, "evidence": its, "support": 0.9, "quoted": quoted})
        parts.append({"id": f"q{number + 1}", "heading": heading, "claims": ids, "tables": list(tables)})
    return {
        "object": "research.report",
        "id": "resp_1",
        "created_at": DAY,
        "question": question,
        "title": title,
        "language": language,
        "summary": [part["claims"][0] for part in parts],
        "sections": parts,
        "contradictions": [
            {"about": about, "sides": [_side(text, cites) for text, cites in sides]} for about, sides in contradictions
        ],
        "not_found": list(not_found),
        "claims": claims,
        "evidence": evidence(quotes),
        "sources": sources,
        "method": _method(queries, len(sources)),
    }


def _side(text: str, cites: Sequence[int]) -> Side:
    return {"text": text, "evidence": [f"e{each + 1}" for each in cites]}


def _method(queries: Sequence[str], pages: int) -> Method:
    costs = (("plan", 812, 96, 2.4, 1), ("search", 0, 0, 6.2, 4), ("note", 18_420, 611, 48.9, 12))
    return {
        "model": "qwen2.5-1.5b",
        "queries": list(queries),
        "rounds": 2,
        "pages": pages,
        "stages": [
            {"stage": stage, "input_tokens": read, "output_tokens": wrote, "seconds": seconds, "calls": calls}  # pyright: ignore[reportAssignmentType]
            for stage, read, wrote, seconds, calls in costs
        ],
        "limits": {"tokens": 60_000, "pages": 24},
        "stopped": "nothing_new",
    }
