# /// script
# requires-python = ">=3.11"
# dependencies = ["aider-chat==0.86.2"]
# [tool.earthshine]
# client = "aider"
# kind = "tool"
# api = "chat"
# ///
"""aider, set up by `earthshine connect aider`: it edits by text, without calls of tools."""

from __future__ import annotations

from pathlib import Path

from _check import HELLO, SCRIPTED, WORK, absent, check, connect, script, tool

connect("aider")
CONFIG = str(Path.home() / ".aider.earthshine.yml")
QUIET = ("--yes-always", "--no-git", "--no-check-update", "--no-show-model-warnings", "--analytics-disable")
SMALL = ("--edit-format", "whole", "--map-tokens", "0")


def aider(words: str, *options: str) -> str:
    return tool("aider", "--config", CONFIG, *QUIET, *SMALL, *options, "--message", words)


@check("plain")
def plain() -> None:
    assert "hello" in aider(HELLO, "--no-stream").lower()


@check("stream")
def stream() -> None:
    assert "hello" in aider(HELLO, "--stream").lower()


@check("edit")
def edit() -> None:
    file = WORK / "moon.py"
    file.write_text("def light():\n    return 'dark'\n")
    text = "moon.py\n```\ndef light():\n    return 'bright'\n```\n"
    aider(f"Change it.\n{script(text=text)}" if SCRIPTED else "Return 'bright' instead of 'dark'.", str(file))
    assert "'bright'" in file.read_text()


absent("tools", "it edits by text")
absent("structured", "it has none")
