# /// script
# requires-python = ">=3.11"
# dependencies = ["open-interpreter==0.4.3", "setuptools<81"]
# [tool.earthshine]
# client = "Open Interpreter"
# kind = "tool"
# api = "chat"
# ///
"""Open Interpreter: llm.api_base and `openai/MODEL`."""

from __future__ import annotations

from _check import BASE, HELLO, KEY, MODEL, SCRIPTED, WORK, absent, check, file_made, script
from interpreter import interpreter

interpreter.llm.model, interpreter.llm.api_base, interpreter.llm.api_key = f"openai/{MODEL}", BASE, KEY
interpreter.auto_run, interpreter.offline, interpreter.disable_telemetry = True, True, True
interpreter.llm.context_window, interpreter.llm.max_tokens = 16000, 1000
interpreter.llm.supports_functions = False


@check("plain")
def plain() -> None:
    assert "hello" in interpreter.chat(HELLO, display=False)[-1]["content"].lower()


@check("stream")
def stream() -> None:
    interpreter.messages = []
    assert [piece for piece in interpreter.chat(HELLO, display=False, stream=True) if piece.get("content")]


@check("tools")
def tools() -> None:
    interpreter.messages = []
    text = f"\n```shell\necho moon > {WORK}/made.txt\n```\n"
    interpreter.chat(script(text=text) if SCRIPTED else f"Run: echo moon > {WORK}/made.txt", display=False)
    file_made()


absent("structured", "it has none")
