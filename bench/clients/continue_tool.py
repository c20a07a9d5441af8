# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "Continue CLI"
# kind = "tool"
# api = "chat"
# npm = ["@continuedev/cli@1.5.47"]
# ///
"""Continue's command line, set up by `earthshine connect continue`, which its editor reads too."""

from __future__ import annotations

from pathlib import Path

from _check import HELLO, WORK, absent, check, connect, file_made, told, tool

connect("continue")
CONFIG = str(Path.home() / ".continue/agents/earthshine.yaml")


def cn(words: str) -> str:
    return tool("cn", "--config", CONFIG, "--auto", "-p", words, CONTINUE_TELEMETRY_ENABLED="0")


@check("plain stream")
def plain() -> None:
    assert cn(HELLO).strip()


@check("tools")
def tools() -> None:
    file = str(WORK / "made.txt")
    cn(told("Write", f"Write the word moon into the file {file}.", filepath=file, content="moon"))
    file_made()


absent("structured", "it has none")
