# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "pi"
# kind = "tool"
# api = "chat"
# npm = ["@mariozechner/pi-coding-agent@0.73.1"]
# ///
"""pi, by its models.json."""

from __future__ import annotations

import json
from pathlib import Path

from _check import BASE, HELLO, KEY, MODEL, WORK, absent, check, file_made, told, tool

place = Path.home() / ".pi/agent/models.json"
place.parent.mkdir(parents=True)
provider = {"baseUrl": BASE, "apiKey": KEY, "api": "openai-completions", "models": [{"id": MODEL}]}
place.write_text(json.dumps({"providers": {"earthshine": provider}}))


def pi(words: str) -> str:
    return tool("pi", "--provider", "earthshine", "--model", MODEL, "--mode", "json", "-p", words, PI_OFFLINE="1")


@check("plain stream")
def plain() -> None:
    assert "text_delta" in pi(HELLO)


@check("tools")
def tools() -> None:
    file = str(WORK / "made.txt")
    pi(told("write", f"Write the word moon into the file {file}.", path=file, content="moon"))
    file_made()


absent("structured", "it has none")
