"""Lines of CSV that a spreadsheet shows as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from earthshine.metering.prices.money import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell of text that begins so is run as a formula by spreadsheets. Source: OWASP, CSV injection."""


def csv_line(cells: Sequence[object]) -> str:
    """Return one line, quoted where needed (RFC 4180). Text that looks like a formula gets an apostrophe in front."""
    text = io.StringIO()
    csv.writer(text).writerow([_cell(cell) for cell in cells])
    return text.getvalue()


def _cell(value: object) -> object:
    match value:
        case None:
            return ""
        case Decimal():
            return plain(value)
        case str() if value.startswith(_FORMULA):
            return f"'{value}"
        case _:
            return value
