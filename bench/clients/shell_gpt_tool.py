# /// script
# requires-python = ">=3.11"
# dependencies = ["shell-gpt==1.5.1", "click"]
# [tool.earthshine]
# client = "ShellGPT"
# kind = "tool"
# api = "chat"
# ///
"""ShellGPT: API_BASE_URL, OPENAI_API_KEY and the model."""

from __future__ import annotations

from _check import BASE, HELLO, KEY, MODEL, absent, check, tool

HERE = {"API_BASE_URL": BASE, "OPENAI_API_KEY": KEY, "DEFAULT_MODEL": MODEL, "OPENAI_USE_FUNCTIONS": "false"}


def sgpt(*words: str, **variables: str) -> str:
    return tool("sgpt", "--no-cache", "--no-md", *words, **HERE | variables)


@check("plain")
def plain() -> None:
    assert "hello" in sgpt(HELLO, DISABLE_STREAMING="true").lower()


@check("stream")
def stream() -> None:
    assert "hello" in sgpt(HELLO).lower()


absent("tools", "its functions are files that it installs; not tried")
absent("structured", "it has none")
