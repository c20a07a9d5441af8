"""A bad request and what must come back, alone or made many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

LONG = "word " * 210_000
"""A bit more than a megabyte."""

BAD, MISSING, TYPE = "invalid_value", "missing_required_parameter", "invalid_type"
UNKNOWN, UNSUPPORTED, SCHEMA = "unknown_parameter", "unsupported_parameter", "invalid_json_schema"

LEFT_OUT = object()
"""Stands for a field that is not sent."""

STRANGE_IDS = [
    ("unknown", "resp_nothing"),
    ("with NUL", "resp_%00"),
    ("that climbs", "..%2f..%2fetc%2fpasswd"),
    ("no UTF-8", "%ff%fe"),
    ("in Arabic", "%D9%82%D9%85%D8%B1"),
    ("with quotes", "'%20OR%201=1--"),
    ("of 5,000 characters", "r" * 5000),
    ("null", "null"),
]
"""Ids that nothing of any kind has."""


@dataclass(frozen=True)
class Row:
    """One bad request. `@name` in the path or the body stands for the id of a thing that was made before."""

    name: str
    method: str
    path: str
    body: Any
    status: int
    code: str
    param: str | None = None
    says: tuple[str, ...] = ()
    """Words that the message must have: what is wrong, or what to do next."""

    def __str__(self) -> str:
        return self.name


def variations(prefix: str, path: str, base: dict[str, Any], table: list[tuple[Any, ...]]) -> list[Row]:
    """Rows of one POST route: each body is `base` with some fields replaced."""
    rows: list[Row] = []
    for name, changed, status, code, param, *says in table:
        body = {key: value for key, value in {**base, **changed}.items() if value is not LEFT_OUT}
        rows.append(Row(f"{prefix}: {name}", "POST", path, body, status, code, param, tuple(says)))
    return rows


def wrong_ids(prefix: str, template: list[tuple[str, str]], wrong: list[tuple[str, str]], param: str) -> list[Row]:
    """Rows of several routes, each with ids that are not there."""

    def row(method: str, path: str, kind: str, name: str) -> Row:
        about = f"{prefix}: {method} {path.format(id='ID')}, id {kind}"
        if "%00" in name:  # refused before any route: no database takes it
            return Row(about, method, path.format(id=name), None, 400, BAD)
        return Row(about, method, path.format(id=name), None, 404, "not_found", None if "%2f" in name else param)

    return [row(method, path, kind, name) for method, path in template for kind, name in wrong]


def filled(text: str, ids: dict[str, str]) -> str:
    """Put the ids where `@name` stands."""
    for name in sorted(ids, key=len, reverse=True):
        text = text.replace(f"@{name}", ids[name])
    return text


def payload(row: Row, ids: dict[str, str]) -> bytes | None:
    """The body as it goes over the wire."""
    if row.body is None or isinstance(row.body, bytes):
        return row.body
    return filled(json.dumps(row.body, ensure_ascii=False), ids).encode()
