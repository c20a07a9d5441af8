"""What a goal says by which it can be checked."""

from __future__ import annotations

import pytest

from earthshine.agents.program.check import commands, new_files
from earthshine.agents.program.excerpts import excerpt
from earthshine.agents.program.look import LOOK, instead, missing, shown, sums
from earthshine.agents.program.state import state_of
from earthshine.conversations.items import Item


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


def ran(number: int, commands: str, told: str, code: int, printed: str = "") -> list[Item]:
    call_id, action = f"call_{number}", {"commands": [commands], "timeout_ms": None, "max_output_length": None}
    before = [{"stdout": printed, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}] if printed else []
    output = [*before, {"stdout": "", "stderr": told, "outcome": {"type": "exit", "exit_code": code}}]
    return [
        {"type": "shell_call", "id": f"sh_{number}", "call_id": call_id, "status": "completed", "action": action},
        {"type": "shell_call_output", "id": f"sho_{number}", "call_id": call_id, "output": output},
    ]


@pytest.mark.parametrize("printed", ["", "sum.txt"])
def test_what_a_crash_has_cut_has_found_nothing_out(printed: str) -> None:
    cut = "The server stopped while this ran. Some of it may have been done."
    said: Item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Write sum.txt."}]}
    checks = commands("Write sum.txt.", {})
    wrote = ran(1, "echo 5 > sum.txt", "", 0)
    looked = state_of([said, *ran(0, LOOK, cut, 1, printed), *wrote, *ran(2, checks, cut, 1, printed)], 1)
    assert looked.listing is None and looked.checked is None and looked.checks == []
    assert looked.tries[-1].ok
    again = state_of([said, *wrote, *ran(2, checks, cut, 1, printed), *ran(3, checks, "", 0)], 1)
    assert again.checked is not None and again.checked.ok and len(again.checks) == 1


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
