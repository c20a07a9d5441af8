# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "Cline CLI"
# kind = "tool"
# api = "chat"
# npm = ["cline@3.0.65"]
# ///
"""Cline's command line, set up as `earthshine connect cline` says."""

from __future__ import annotations

from _check import BASE, HELLO, KEY, MODEL, WORK, absent, check, file_made, told, tool

tool("cline", "auth", "--provider", "openai-compatible", "--apikey", KEY, "--baseurl", BASE, "--modelid", MODEL)


def cline(words: str) -> str:
    return tool("cline", "--json", "--auto-approve", "true", words)


@check("plain stream")
def plain() -> None:
    assert "hello" in cline(HELLO).lower()


@check("tools")
def tools() -> None:
    command = f"echo moon > {WORK}/made.txt"
    cline(told("run_commands", f"Run the command {command}.", commands=[command]))
    file_made()


absent("structured", "it has none")
