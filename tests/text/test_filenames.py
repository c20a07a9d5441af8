"""Names of files from strangers."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.text.filenames import MOST_BYTES, place_in, safe_filename


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("report.pdf", "report.pdf"),
        ("تقرير سنوي.pdf", "تقرير سنوي.pdf"),
        ("年报.txt", "年报.txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ("👨\u200d👩\u200d👧.png", "👨\u200d👩\u200d👧.png"),
        ("می\u200cخواهم.txt", "می\u200cخواهم.txt"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "file"),
        (" . ", "file"),
        ("", "file"),
        ("dir/", "file"),
        ("a\x00b\r\nc\x1b.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\ufeff\u200bx\u2066y\u2069.txt", "xy.txt"),
        ("half \ud800.txt", "half .txt"),
        ("two\u2028lines", "two lines"),
        ("x" * 300 + ".tar.gz", "x" * 252 + ".gz"),
        ("ب" * 300 + ".pdf", "ب" * 125 + ".pdf"),
        ("x" * 10 + "." + "y" * 300, ("x" * 10 + "." + "y" * 300)[:255]),
    ],
)
def test_names(given_name: str, safe: str) -> None:
    assert safe_filename(given_name) == safe


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_every_name_becomes_safe_and_stays_so(name: str) -> None:
    safe = safe_filename(name)
    assert safe and safe not in (".", "..")
    assert len(safe.encode()) <= MOST_BYTES
    assert not set(safe) & set("/\\")
    assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in safe)
    assert safe_filename(safe) == safe


def test_a_place_is_called_what_people_call_it() -> None:
    assert [place_in("a.PDF", "7"), place_in("a.odp", "7"), place_in("a.md", "1"), place_in("a.xlsx", "Prices")] == [
        "a.PDF, page 7",
        "a.odp, slide 7",
        "a.md",
        "a.xlsx, Prices",
    ]
