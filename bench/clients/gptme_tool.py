# /// script
# requires-python = ">=3.11"
# dependencies = ["gptme==0.35.1"]
# [tool.earthshine]
# client = "gptme"
# kind = "tool"
# api = "chat"
# ///
"""gptme: `local/MODEL`, by the two variables."""

from __future__ import annotations

from _check import HELLO, MODEL, SCRIPTED, absent, check, file_made, script, tool


def gptme(words: str, *options: str) -> str:
    return tool("gptme", "--non-interactive", "--no-confirm", "--model", f"local/{MODEL}", *options, words)


@check("plain")
def plain() -> None:
    assert "hello" in gptme(HELLO, "--no-stream", "--tools", "none").lower()


@check("stream")
def stream() -> None:
    assert "hello" in gptme(HELLO, "--tools", "none").lower()


@check("tools")
def tools() -> None:
    text = "\n```shell\necho moon > made.txt\n```\n"
    gptme(script(text=text) if SCRIPTED else "Run: echo moon > made.txt", "--tools", "shell")
    file_made()


absent("structured", "it has none")
