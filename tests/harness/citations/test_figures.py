"""Figures are the same in any digits and with any separators."""

import pytest

from earthshine.harness.citations.figures import missing


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("1,234,567 people", "1 234 567 personnes"),
        ("1234", "١٬٢٣٤"),
        ("3.5", "3,5"),
        ("3.50", "٣٫٥"),
        ("in 1889", "le 31/03/1889"),
        ("12 %", "１２％"),
        ("1. First\n2. Second", "nothing"),
        ("version 3.11.7", "3.11.7"),
        ("007", "7"),
        ("1,23,456", "123456"),
    ],
)
def test_the_same_figure_is_found(said: str, written: str) -> None:
    assert missing(said, [written]) == []


@pytest.mark.parametrize(
    ("said", "written", "lacking"),
    [
        ("It cost 43 million.", "It cost 42 million.", ["43"]),
        ("52 and 25", "٢٥", ["52"]),
        ("in 2019 42 people", "2019", ["42"]),
        ("330 metres", "", ["330"]),
        ("12.5", "125", ["12.5"]),
    ],
)
def test_another_figure_is_not(said: str, written: str, lacking: list[str]) -> None:
    assert [said[each.start : each.end] for each in missing(said, [written])] == lacking
