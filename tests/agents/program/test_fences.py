"""Code that does not parse is repaired by small changes, or left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from earthshine.agents.program.fences import as_file, code_of, file_in, parses, repaired


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("print(1)\n```\nThis prints.", "print(1)"),
        ("print(1)```", "print(1)"),
        ("\nprint(1)\n", "print(1)"),
    ],
)
def test_the_block_ends_where_the_fence_does(written: str, code: str) -> None:
    assert code_of(written) == code


@pytest.mark.parametrize(
    ("broken", "sound"),
    [
        ("    x = 1\n    print(x)", "x = 1\nprint(x)"),
        ("```python\nprint(1)", "print(1)"),
        (">>> print(1)", "print(1)"),
        ("x = 1\n    print(x)", "x = 1\nprint(x)"),
    ],
)
def test_small_faults_are_repaired(broken: str, sound: str) -> None:
    assert not parses(broken) or broken == sound
    assert repaired(broken, "code_interpreter", cut=False) == sound


def test_only_code_that_was_cut_loses_lines() -> None:
    cut = "print(1)\nprint('ab"
    assert repaired(cut, "code_interpreter", cut=True) == "print(1)"
    assert repaired(cut, "code_interpreter", cut=False) == cut


def test_what_cannot_be_repaired_stays_as_it_is() -> None:
    assert repaired("for for", "code_interpreter", cut=True) == "for for"
    assert repaired("$ ls -l", "shell", cut=False) == "ls -l"


@pytest.mark.parametrize("hostile", ["(" * 10_000, "-" * 15_000 + "1", "a." * 7000 + "b", "\0", "lambda:" * 2000 + "1"])
def test_hostile_code_is_only_code_that_does_not_parse_or_does(hostile: str) -> None:
    assert parses(hostile) in (True, False)


@pytest.mark.parametrize(
    ("written", "names"),
    [("# fib.py\ndef fib(n):\n    return n", ["fib.py"]), ("<html>\n</html>", ["index.html"])],
)
def test_what_is_the_file_itself_is_written_into_it(written: str, names: list[str], tmp_path: Path) -> None:
    assert file_in(as_file(written, names)) == written + "\n"
    made = as_file(written, names).replace(repr(names[0]), repr(str(tmp_path / names[0])))
    exec(made)
    assert (tmp_path / names[0]).read_text() == written + "\n"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("open('fib.py', 'w').write('x')", ["fib.py"]),
        ("print(1)", []),
        ("print(1)", ["a.txt"]),
        ("print(1)", ["a.py", "b.py"]),
        ("print(", ["a.py"]),
        ("open('index.html' 'w')", ["index.html"]),
    ],
)
def test_other_code_stays_as_it_is(code: str, names: list[str]) -> None:
    assert as_file(code, names) == code == file_in(code)
