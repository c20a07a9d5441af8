# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "Qwen Code"
# kind = "tool"
# api = "chat"
# npm = ["@qwen-code/qwen-code@0.15.10"]
# ///
"""Qwen Code, set up by `earthshine connect qwen-code`."""

from __future__ import annotations

from _check import HELLO, WORK, absent, check, connect, file_made, told, tool

connect("qwen-code")


def qwen(words: str, *options: str) -> str:
    return tool("qwen", "--auth-type", "openai", "--yolo", *options, "-p", words)


@check("plain")
def plain() -> None:
    assert qwen(HELLO).strip()


@check("stream")
def stream() -> None:
    assert "text_delta" in qwen(HELLO, "--output-format", "stream-json", "--include-partial-messages")


@check("tools")
def tools() -> None:
    file = str(WORK / "made.txt")
    qwen(told("write_file", f"Write the word moon into the file {file}.", file_path=file, content="moon"))
    file_made()


absent("structured", "it has none")
