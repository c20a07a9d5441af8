"""The table and the bars of `earthshine usage`."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from earthshine.cli.organization.usage_report import UsageReport, UsageRow
from earthshine.metering.prices.money import plain

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NARROWEST_BAR = 8
_LONGEST_NAME = 28
_JOINERS = "\u200c\u200d"
"""Persian words and families of emoji are written with them."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


def chart(report: UsageReport, width: int, blocks: bool = True) -> RenderableType:
    """Return what fits `width` columns; without `blocks` the bars are of `#`, for terminals that know ASCII only."""
    total = report.total
    heading = Text(f"Usage by {report.by}, {_span(report)} (UTC)", style="bold")
    if not total.requests:
        return Group(heading, Text("Nothing was used.", style="dim"))
    by_cost = total.cost > 0
    cells = [_cells(row) for row in [*report.rows, total]]
    names = min(_LONGEST_NAME, max(Text(row.name).cell_len for row in [*report.rows, total]))
    columns = [max(len(heads), *(len(line[index]) for line in cells)) for index, heads in enumerate(_HEADS)]
    room = width - names - sum(columns) - 2 * (len(columns) + 1)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_edge=False, show_footer=True, width=width)
    table.add_column(report.by, footer="total", no_wrap=True, overflow="ellipsis", max_width=names)
    for index, head in enumerate(_HEADS):
        table.add_column(head, footer=cells[-1][index], justify="right", no_wrap=True)
    if room >= _NARROWEST_BAR:
        table.add_column(Text("by cost" if by_cost else "by tokens", style="dim"), no_wrap=True, ratio=1)
    most = max((row.cost if by_cost else Decimal(row.tokens)) for row in report.rows)
    for row, line in zip(report.rows, cells, strict=False):
        value = row.cost if by_cost else Decimal(row.tokens)
        bar = [Text(_bar(value, most, min(room, 40), blocks), style="cyan")] if room >= _NARROWEST_BAR else []
        table.add_row(_isolated(row.name), *line, *bar)
    return Group(heading, Text(), table, *_hosted(total))


_HEADS = ("requests", "input", "output", "cost")


def _cells(row: UsageRow) -> tuple[str, str, str, str]:
    return f"{row.requests:,}", short(row.input_tokens), short(row.output_tokens), money(row.cost)


def _hosted(total: UsageRow) -> list[RenderableType]:
    if not total.hosted_requests:
        return []
    share = "" if total.hosted_requests == total.requests else f" (for {total.hosted_requests:,} of the requests)"
    return [Text(), Text(f"Hosted vendors list {money(total.hosted_cost)} for the same work{share}.", style="dim")]


def _span(report: UsageReport) -> str:
    first = datetime.fromtimestamp(report.start, UTC)
    last = datetime.fromtimestamp(report.end - 1, UTC)
    return f"{first:%Y-%m-%d}" if first.date() == last.date() else f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def short(number: int) -> str:
    """Write a count in at most six characters: 12,345, 1.23M, 45.6G."""
    if number < 100_000:
        return f"{number:,}"
    for unit, size in (("k", 10**3), ("M", 10**6), ("G", 10**9), ("T", 10**12)):
        if number < 1000 * size or unit == "T":
            places = 0 if number >= 100 * size else 1 if number >= 10 * size else 2
            amount = (Decimal(number) / size).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)
            return f"{amount:,}{unit}"
    raise AssertionError("the last unit takes every number")


def money(amount: Decimal) -> str:
    """Write dollars: cents from one dollar on, below it two digits that say something."""
    if amount >= 1 or not amount:
        return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_EVEN):,}"
    return "$" + plain(amount.quantize(Decimal(1).scaleb(amount.adjusted() - 1), ROUND_HALF_EVEN))


def _bar(value: Decimal, most: Decimal, width: int, blocks: bool) -> str:
    eighths = int(value * 8 * width / most) if most else 0
    if value and not eighths:
        eighths = 1
    if not blocks:
        return "#" * max(eighths // 8, 1 if value else 0)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _isolated(name: str) -> str:
    """Keep a right-to-left name from turning round the numbers beside it (Unicode's bidirectional algorithm)."""
    printable = "".join(letter if letter.isprintable() or letter in _JOINERS else "\ufffd" for letter in name)
    if any(unicodedata.bidirectional(letter) in ("R", "AL", "AN") for letter in printable):
        return f"{_FIRST_STRONG_ISOLATE}{printable}{_POP_ISOLATE}"
    return printable
