# /// script
# requires-python = ">=3.11"
# dependencies = []
# [tool.earthshine]
# client = "Codex CLI"
# kind = "tool"
# api = "Responses"
# npm = ["@openai/codex@0.171.0"]
# ///
"""OpenAI's Codex CLI, set up by `earthshine connect codex`; with our MCP server too."""

from __future__ import annotations

import json

from _check import ANN, HELLO, KEY, ORIGIN, WORK, check, connect, file_made, told, tool

variables = connect("codex") | {"OPENAI_API_KEY": KEY}


def codex(words: str, *options: str) -> str:
    fixed = ("--json", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox")
    return tool("codex", "exec", "--profile", "earthshine", *fixed, *options, words, **variables)


@check("plain stream")
def plain() -> None:
    assert '"agent_message"' in codex(HELLO)


@check("tools")
def tools() -> None:
    codex(told("exec_command", "Run the command: echo made > made.txt", cmd="echo made > made.txt"))
    file_made()


@check("structured")
def structured() -> None:
    schema = WORK / "person.json"
    properties = {"name": {"type": "string"}, "age": {"type": "integer"}}
    person = {"type": "object", "properties": properties, "required": ["name", "age"], "additionalProperties": False}
    schema.write_text(json.dumps(person))
    codex(ANN, "--output-schema", str(schema), "--output-last-message", str(WORK / "said.json"))
    assert set(json.loads((WORK / "said.json").read_text())) == {"name", "age"}


@check("mcp")
def mcp() -> None:
    server = f'{{url="{ORIGIN}/mcp",bearer_token_env_var="OPENAI_API_KEY",default_tools_approval_mode="approve"}}'
    wanted = told("mcp__earthshine__list_models", "Which models are there? Use the tool list_models.")
    assert '"structured_content":{"models":' in codex(wanted, "-c", f"mcp_servers.earthshine={server}")
