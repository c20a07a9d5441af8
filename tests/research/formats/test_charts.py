"""Which columns become charts, and which figures cannot be compared."""

from __future__ import annotations

import pytest

from earthshine.research.formats.charts import charts
from earthshine.research.report import Table
from tests.research.reports.build import table


def column(*values: str) -> Table:
    return table("", ["", "n"], [(f"row {value}", value) for value in values], [0])


@pytest.mark.parametrize(
    ("values", "language", "shares"),
    [
        (("10%", "5%", "0%"), "en", [1.0, 0.5, 0.0]),
        (("1,000 km", "500 km"), "en", [1.0, 0.5]),
        (("2,5", "5,0"), "fr", [0.5, 1.0]),
        (("٩٠٪", "٤٥٪"), "ar", [1.0, 0.5]),
        (("1.2 million", "3.6 million"), "en", [1 / 3, 1.0]),
    ],
)
def test_figures_that_can_be_compared(values: tuple[str, ...], language: str, shares: list[float]) -> None:
    [chart] = charts(column(*values), language)
    assert [bar.share for bar in chart.bars] == pytest.approx(shares)
    assert [bar.value for bar in chart.bars] == list(values)


@pytest.mark.parametrize(
    ("values", "language"),
    [
        (("5%",), "en"),
        (("5%", "7 km"), "en"),
        (("1.2 million", "900"), "en"),
        (("1953", "1976"), "en"),
        (("1,234", "2,000"), "fr"),
        (("-5", "7"), "en"),
        (("5-7", "8"), "en"),
        (("5", ""), "en"),
        (("0", "0"), "en"),
        (("five", "six"), "en"),
        (tuple(map(str, range(30))), "en"),
    ],
)
def test_figures_that_cannot(values: tuple[str, ...], language: str) -> None:
    assert not list(charts(column(*values), language))
