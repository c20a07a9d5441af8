"""What a goal says by which it can be checked."""

from __future__ import annotations

import pytest

from earthshine.agents.program.check import commands, new_files
from earthshine.agents.program.excerpts import excerpt
from earthshine.agents.program.look import instead, missing, shown, sums


@pytest.mark.parametrize(
    ("goal", "files", "new"),
    [
        ("Write totals.json and a.py.", ["sales.csv"], ["totals.json", "a.py"]),
        ("Read sales.csv, then answer.", ["sales.csv"], []),
        ("把结果写入result.txt。", [], ["result.txt"]),
        ("اكتب الأسماء في sorted.txt", ["names.txt"], ["sorted.txt"]),
        ("See example.com, v3.5 and a@b.html; all .txt files.", [], []),
        ("Look at https://host/page.html", [], []),
    ],
)
def test_files_that_are_to_be_there_are_read_off_the_goal(goal: str, files: list[str], new: list[str]) -> None:
    assert new_files(goal, files) == new


def test_tests_that_a_goal_names_are_run() -> None:
    files = {"calc.py": "1", "test_calc.py": "23"}
    made = commands("Fix calc.py so that python3 test_calc.py prints ok.", files)
    assert "python3 test_calc.py" in made and "= 23 ]" in made and "= 1 ]" not in made
    assert "= 23 ]" not in commands("Fix test_calc.py.", files), "it is what is to be changed"
    assert commands("What is the sum?", {"sales.csv": "1"}) == ""
    assert commands("Please make sure that a.txt is kept.", {"a.txt": "1"}) == ""
    assert "python3 new.py" not in commands("Write it so that python3 new.py works.", {"old.py": "1"})


def test_names_cannot_leave_their_quotes() -> None:
    assert new_files("Write $(rm).txt and a;rm.txt", []) == ["rm.txt"]
    assert commands("Run python3 a;b.py", {"b.py": "1"}) == ""


LISTING = "== a.csv (12 bytes, sum 7)\ncity,amount\nRabat,1\n== b.txt (3 bytes, sum 8)\nxyz\n-- not installed: pandas"


def test_a_listing_is_shown_by_what_the_goal_names() -> None:
    assert sums(LISTING) == {"a.csv": "7", "b.txt": "8"}
    assert shown(LISTING, "a.csv") == "a.csv:\n  city,amount\n  Rabat,1\nb.txt:\n  xyz"
    assert missing(LISTING) == "pandas (use csv)"
    assert instead("ModuleNotFoundError: No module named 'pandas'") == "import csv\n"
    assert instead("ModuleNotFoundError: No module named 'mine'") == instead("NameError") == ""
    long = "\n".join(
        [
            "== long.txt (9 bytes, sum 1)",
            *["line"] * 40,
            "== x.txt (1 bytes, sum 1)",
            "x",
            "== y.txt (1 bytes, sum 1)",
            "y",
        ]
    )
    assert shown(long, "").count("line") == 4
    assert shown(long, "long.txt").count("line") == 40


def test_an_excerpt_keeps_what_it_is_about() -> None:
    text = "\n".join(["first", *["nothing here"] * 500, "the total is 42", *["nothing here"] * 500, "last"])
    kept = excerpt(text, 600, "What is the total?")
    assert len(kept) < 900
    assert kept.startswith("first") and kept.endswith("last") and "the total is 42" in kept
    assert excerpt("short", 600) == "short"
