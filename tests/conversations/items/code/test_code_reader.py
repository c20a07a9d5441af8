"""Code that is read out of JSON while it is written: nothing is lost, and every cut can be gone on from."""

from __future__ import annotations

import json
import time

import pytest

from earthshine.conversations.items.code.code_reader import CodeReader

CODES = [
    "print(1)",
    'print("a\\tb")\n# ünïcode 数 😀\nx = "\\\\"\n',
    "\\\\\\\\",
    "s = r'\\d+'",
    "😀😀",
]


def written(code: str, *, ascii_only: bool = True) -> str:
    return json.dumps({"code": code}, ensure_ascii=ascii_only)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_pieces_together_are_the_code(code: str, size: int, ascii_only: bool) -> None:
    text = written(code, ascii_only=ascii_only)
    reader = CodeReader(inside=False)
    told = [reader.feed(text[at : at + size]) for at in range(0, len(text), size)]
    assert "".join(told) + reader.rest() == code


@pytest.mark.parametrize("code", CODES)
def test_it_goes_on_after_any_piece_that_was_told(code: str) -> None:
    text = written(code)
    for size in (1, 2, 5):
        for cut in range(0, len(text), size):
            reader, stored, told = CodeReader(inside=False), 0, ""
            for at in range(0, cut, size):
                if piece := reader.feed(text[at : at + size]):
                    stored, told = at + size, told + piece
            again = CodeReader(inside=bool(told))
            for at in range(stored, len(text), size):
                told += again.feed(text[at : at + size])
            assert told + again.rest() == code


def test_code_is_told_before_it_is_whole() -> None:
    reader = CodeReader(inside=False)
    assert [reader.feed(each) for each in ['{"co', 'de": "pri', "nt(", "1)", '"}']] == ["", "pri", "nt(", "1)", ""]
    assert reader.rest() == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"why": "so", "code": "x"}', "x"),
        ("print(1)", "print(1)"),
        ('{"code": "re.split(\'\\s+\', t)"}', "re.split('\\s+', t)"),
        ('{"code": "x = 1', "x = 1"),
        ('{"code": 5}', ""),
        ('{"code": "a\\ud83d"}', "a\ufffd"),
        ('{"code": "two\nlines"}', "two\nlines"),
        ("", ""),
    ],
)
def test_what_is_not_as_it_should_be(text: str, code: str) -> None:
    for size in (1, 1000):
        reader = CodeReader(inside=False)
        told = [reader.feed(text[at : at + size]) for at in range(0, len(text), size)]
        assert "".join(told) + reader.rest() == code


@pytest.mark.parametrize("text", ['{"code": "' + "x" * 400_000, "z" * 400_000, '{"code": "' + "\\" * 400_000])
def test_the_time_is_that_of_the_length(text: str) -> None:
    def seconds(length: int) -> float:
        reader, began = CodeReader(inside=False), time.process_time()
        for at in range(0, length, 4):
            reader.feed(text[at : at + 4])
        reader.rest()
        return time.process_time() - began

    assert seconds(400_000) < 12 * seconds(100_000) + 0.5
