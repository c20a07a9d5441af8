"""A growing Markdown text on a terminal: which blocks are finished, and what is drawn."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from earthshine.cli.chat.screen import TerminalScreen, split_blocks
from tests.cli.terminal import ESCAPES

TICK = 0.2
"""Seconds in which what is growing is drawn at least once."""


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


def test_a_finished_block_is_not_drawn_again_as_it_was_written() -> None:
    shown = io.StringIO()
    screen = TerminalScreen(Console(file=shown, force_terminal=True, width=80, height=24))
    screen.thinking("Let me see.")
    time.sleep(TICK)
    screen.text("A **bold** word.")
    time.sleep(TICK)
    screen.text("\n\nAnd the next")
    screen.end()
    text = ESCAPES.sub("", shown.getvalue())
    assert "**" not in text[text.rindex("A bold word.") :]
