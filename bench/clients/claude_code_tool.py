# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "Claude Code"
# kind = "tool"
# api = "Anthropic"
# npm = ["@anthropic-ai/claude-code@2.1.197"]
# ///
"""Claude Code, set up by `earthshine connect claude-code`: a reply, an edit of a file, and a reply by a schema."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from _check import ANN, HELLO, WORK, check, connect, script, tool

connect("claude-code")
# Its package's own script would put the program in place; scripts of packages do not run here.
PROGRAM = next(Path(shutil.which("claude") or "").parents[1].glob("@anthropic-ai/claude-code-linux-*/claude"))
SETTINGS = str(Path.home() / ".claude/earthshine.json")


def claude(words: str, *options: str) -> str:
    fixed = ("--settings", SETTINGS, "--permission-mode", "acceptEdits", "-p", "--output-format", "stream-json")
    return tool(str(PROGRAM), *fixed, "--verbose", *options, words, stdin="")


@check("plain stream")
def plain() -> None:
    said = claude(HELLO, "--include-partial-messages")
    assert "text_delta" in said and '"is_error":false' in said


@check("tools")
def tools() -> None:
    file = WORK / "moon.py"
    file.write_text("def light():\n    return 'dark'\n")
    change = {"file_path": str(file), "old_string": "'dark'", "new_string": "'bright'"}
    read = {"tool_calls": [{"name": "Read", "arguments": {"file_path": str(file)}}]}
    edit = {"tool_calls": [{"name": "Edit", "arguments": change}]}
    claude(f"!script {json.dumps([read, edit, {'text': 'Done.'}])}")
    assert "'bright'" in file.read_text()


@check("structured")
def structured() -> None:
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    schema = {"type": "object", "properties": properties, "required": ["name", "age"], "additionalProperties": False}
    call = script(tool_calls=[{"name": "StructuredOutput", "arguments": {"name": "Ann", "age": 30}}])
    said = claude(call or ANN, "--json-schema", json.dumps(schema))
    assert '"structured_output":{' in said
