"""Splitting a growing Markdown text into blocks that are finished and one that is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earthshine.cli.chat_screen import split_blocks


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", [""]),
        ("one", ["one"]),
        ("one\ntwo\n", ["one\ntwo\n"]),
        ("one\n\ntwo", ["one\n", "two"]),
        ("one\n \n\ntwo\n\n", ["one\n", "two\n", ""]),
        ("```\na\n\nb\n```\n\nc", ["```\na\n\nb\n```\n", "c"]),
        ("````\n```\n\n```\n````\n\nc", ["````\n```\n\n```\n````\n", "c"]),
        ("~~~\n```\n\nx", ["~~~\n```\n\nx"]),
    ],
)
def test_blocks(text: str, blocks: list[str]) -> None:
    assert split_blocks(text) == blocks


@given(st.text(alphabet="a `~\n-", max_size=60), st.integers(0, 60))
def test_pieces_finish_the_same_blocks_as_the_whole(text: str, cut: int) -> None:
    *first, rest = split_blocks(text[:cut])
    assert first + split_blocks(rest + text[cut:]) == split_blocks(text)
