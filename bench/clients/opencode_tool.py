# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "opencode"
# kind = "tool"
# api = "chat"
# npm = ["opencode-ai@1.18.33"]
# ///
"""opencode, set up by `earthshine connect opencode`."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from _check import HELLO, MODEL, WORK, absent, check, connect, file_made, told, tool

connect("opencode")
tool("git", "init", "--quiet")  # else it takes the whole disk for its project, and asks
# Its package's own script would put the program in place; scripts of packages do not run here.
PROGRAM = next(Path(shutil.which("opencode", mode=os.F_OK) or "").parents[1].glob("opencode-linux-x64/bin/opencode"))
QUIET = {"OPENCODE_DISABLE_MODELS_FETCH": "1", "OPENCODE_DISABLE_AUTOUPDATE": "1", "OPENCODE_DISABLE_LSP_DOWNLOAD": "1"}


def opencode(words: str) -> str:
    return tool(str(PROGRAM), "run", "--model", f"earthshine/{MODEL}", "--format", "json", stdin=words, **QUIET)


@check("plain stream")
def plain() -> None:
    assert '"type":"text"' in opencode(HELLO)


@check("tools")
def tools() -> None:
    file = str(WORK / "made.txt")
    opencode(told("write", f"Write the word moon into the file {file}.", filePath=file, content="moon"))
    file_made()


absent("structured", "it has none")
