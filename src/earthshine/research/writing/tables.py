"""A table of figures side by side: the model says what belongs in it, and only what stands in its evidence does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast

import orjson

from earthshine.harness.citations.figures import figures
from earthshine.research.inquiry import Inquiry, Json
from earthshine.research.report import Cell, Evidence, Table
from earthshine.research.state import Question
from earthshine.research.weighing.quantities import quantities
from earthshine.research.weighing.support import misstated
from earthshine.research.writing.drafts import Desk
from earthshine.research.writing.words import language_name
from earthshine.text.normalization import normalise

_LEAST, _MOST = 3, 8
"""Rows."""
_LONGEST = 60
"""Characters of a cell."""
_TOKENS = 300
_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": _LONGEST}


async def table_of(inquiry: Inquiry, question: Question, evidence: Sequence[Evidence], desk: Desk) -> list[Table]:
    """Return a table, where the evidence has figures of one kind for several things; else none."""
    if not _has_several(evidence):
        return []
    language = language_name(inquiry.state.language)
    prompt = (
        f"Evidence, each sentence with its number:\n{desk.shown}\n\nQuestion: {question['text']}\n"
        f"Does the evidence give the same kind of figure for at least {_LEAST} different things? Then write a table as "
        f'JSON: {{"figure": what the figures are, in {language}, "rows": [{{"name": the thing, "value": its figure '
        'with its unit as it stands there, "number": of the sentence}]}. Else write {"figure": "", "rows": []}.'
    )
    told = await inquiry.ask("write", f"table {question['id']}", prompt, tokens=_TOKENS, schema=_schema(desk.count))
    return _read(told, question, desk, {each["id"]: each["title"] for each in inquiry.state.sources.values()})


def _has_several(evidence: Sequence[Evidence]) -> bool:
    """Tell whether one kind of figure stands in several sentences: a length, an amount, a share, a count."""
    kinds = Counter(kind for each in evidence for kind in {one.unit for one in quantities(each["quote"])})
    return any(count >= _LEAST for kind, count in kinds.items() if kind not in ("date", "year"))


def _read(text: str, question: Question, desk: Desk, titles: dict[str, str]) -> list[Table]:
    """Return the table that a reply is, with the rows whose name and figure stand in the evidence that they name."""
    try:
        told: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    if not isinstance(told, dict):
        return []
    given = cast("Json", told)
    heading, listed = given.get("figure"), given.get("rows")
    if not isinstance(heading, str) or not isinstance(listed, list) or any(figures(heading)):
        return []
    rows: dict[str, list[Cell]] = {}
    for each in cast("list[Any]", listed)[:_MOST]:
        if isinstance(each, dict) and (row := _row(cast("Json", each), desk, titles)) is not None:
            rows.setdefault(normalise(row[0]["text"]), row)
    if len(rows) < _LEAST:
        return []
    return [{"title": question["text"], "columns": ["", heading.strip()[:_LONGEST]], "rows": list(rows.values())}]


def _row(given: Json, desk: Desk, titles: dict[str, str]) -> list[Cell] | None:
    name, value, number = given.get("name"), given.get("value"), given.get("number")
    if not isinstance(name, str) or not isinstance(value, str) or not isinstance(number, int):
        return None
    name, value = name.strip()[:_LONGEST], value.strip()[:_LONGEST]
    evidence = desk.numbered(number)
    if evidence is None or not any(figures(value)) or misstated(value, [evidence["quote"]]):
        return None
    there = normalise(f"{evidence['quote']} {titles[evidence['source']]}")
    words = normalise(name).split()
    if not words or not all(word in there for word in (*words, *normalise(value).split())):
        return None
    return [{"text": name, "evidence": []}, {"text": value, "evidence": [evidence["id"]]}]


def _schema(count: int) -> Json:
    number = {"type": "integer", "enum": list(range(1, count + 1))}
    row: Json = {
        "type": "object",
        "properties": {"name": _TEXT, "value": _TEXT, "number": number},
        "required": ["name", "value", "number"],
        "additionalProperties": False,
    }
    rows: Json = {"type": "array", "items": row, "maxItems": _MOST}
    return {
        "type": "object",
        "properties": {"figure": {"type": "string", "maxLength": _LONGEST}, "rows": rows},
        "required": ["figure", "rows"],
        "additionalProperties": False,
    }
