"""A part as JSON, from the child that reads to the server, and into rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from earthshine.documents.document import Heading, Heads, Line, Part, Table


def layout_json(part: Part) -> dict[str, Any]:
    """Return what a part has beside its text, kind and label, without what is empty."""
    layout = {
        "width": part.width,
        "height": part.height,
        "lines": [[line.start, line.end, *line.box] for line in part.lines],
        "headings": [[each.start, each.end, each.level] for each in part.headings],
        "tables": [[each.start, each.end] for each in part.tables],
        "doubts": list(part.doubts),
    }
    return {name: value for name, value in layout.items() if value}


def part_json(part: Part) -> dict[str, Any]:
    """Return all of a part."""
    return {"kind": part.kind, "label": part.label, "text": part.text, **layout_json(part)}


def part_of(fields: Mapping[str, Any]) -> Part:
    """Return the part that `part_json` describes. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
    part = Part(
        kind=fields["kind"],
        label=fields["label"],
        text=fields["text"],
        width=float(fields.get("width", 0)),
        height=float(fields.get("height", 0)),
        lines=tuple(Line(s, e, (l, t, r, b)) for s, e, l, t, r, b in fields.get("lines", ())),  # noqa: E741
        headings=tuple(Heading(*each) for each in fields.get("headings", ())),
        tables=tuple(Table(*each) for each in fields.get("tables", ())),
        doubts=tuple(fields.get("doubts", ())),
    )
    for each in (*part.lines, *part.headings, *part.tables):
        if not 0 <= each.start <= each.end <= len(part.text):
            raise ValueError("a place that is not in the text")
    return part


def heads_json(heads: Heads) -> dict[str, Any]:
    """Return all of what is known of a document before its parts are read."""
    return {"kind": heads.kind, "parts": heads.parts, "title": heads.title}


def heads_of(fields: Mapping[str, Any]) -> Heads:
    """Return the heads that `heads_json` describes."""
    return Heads(kind=str(fields["kind"]), parts=int(fields["parts"]), title=str(fields["title"]))
