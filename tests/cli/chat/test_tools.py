"""Tools in the chat, against the real server: shown as they run, asked about, and what they made is saved."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from earthshine.cli.chat.steps import Step, plain, question, step_of, title_of
from tests.cli.conftest import Run
from tests.cli.terminal import Terminal, open_terminal
from tests.server_process import ServerProcess, start_server

SCRIPTED = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
MAKE = "open('report.csv', 'w').write('a,b')\nprint('made ' + 'it')"


def code(text: str) -> dict[str, Any]:
    return {"tool_call": {"name": "code_interpreter", "arguments": {"code": text}}}


def script(*replies: dict[str, Any]) -> str:
    return f"!script {json.dumps(list(replies))}"


def env(server: ServerProcess) -> dict[str, str]:
    return {"EARTHSHINE_URL": server.url, "EARTHSHINE_KEY": server.key}


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncGenerator[ServerProcess]:
    """A server whose operator wants every call of Python approved."""
    rules = json.dumps([{"tool": "code_interpreter", "decision": "ask"}])
    server = await start_server(tmp_path / "data", *SCRIPTED, env={"EARTHSHINE_TOOL_RULES": rules})
    yield server
    await server.stop()


# --- in a pipe -------------------------------------------------------------------------------------------------------


async def test_a_pipe_gets_the_answer_and_the_files(run: Run, scripted_server: ServerProcess, tmp_path: Path) -> None:
    said = script(code(MAKE), {"text": "See report.csv."})
    options = ("--tools", "code_interpreter", "--files", str(tmp_path))
    ended = await run("chat", *options, said, env=env(scripted_server))
    assert (ended.code, ended.out) == (0, "See report.csv.\n")
    assert ended.err == f"ran: code_interpreter\nsaved {tmp_path}/report.csv\n"
    assert (tmp_path / "report.csv").read_text() == "a,b"
    again = await run("chat", *options, said, env=env(scripted_server))
    assert (again.code, "File exists" in again.err) == (1, True)


async def test_an_unknown_tool_is_named(run: Run, scripted_server: ServerProcess) -> None:
    ended = await run("chat", "--tools", "code_interpreter, magic", "Hi", env=env(scripted_server))
    assert ended.code == 1
    assert "no tool 'magic'. It has: " in ended.err
    assert "code_interpreter" in ended.err


async def test_a_pipe_cannot_be_asked(run: Run, asking: ServerProcess) -> None:
    said = script(code(MAKE), {"text": "Done."})
    ended = await run("chat", "--tools", "code_interpreter", said, env=env(asking))
    assert (ended.code, "a call waits for an approval" in ended.err) == (1, True)


# --- at a terminal ---------------------------------------------------------------------------------------------------


async def ready(terminal: Terminal) -> None:
    await terminal.shows("/help")
    await terminal.shows("› ")


async def test_steps_are_shown_and_files_are_saved(scripted_server: ServerProcess, tmp_path: Path) -> None:
    environment = {**os.environ, **env(scripted_server), "XDG_STATE_HOME": str(tmp_path)}
    async with open_terminal("chat", env=environment, cwd=tmp_path) as terminal:
        await ready(terminal)
        terminal.type("/tools\r")
        await terminal.shows("  code_interpreter")
        terminal.type("/tools code_interpreter\r")
        await terminal.shows("from the next message on: code_interpreter")
        terminal.type(script(code(MAKE), {"text": "Here it is."}) + "\r")
        await terminal.shows("● code_interpreter")
        await terminal.shows("print('made ' + 'it')")
        await terminal.shows("→ made it")
        await terminal.shows("Here it is.")
        await terminal.shows("files: report.csv")
        terminal.type("/get report.csv\r")
        await terminal.shows("saved in report.csv")
        terminal.type("/get report.csv\r")
        await terminal.shows("cannot be written")
        terminal.type("/get other.csv\r")
        await terminal.shows("There is no file 'other.csv'")
        terminal.type("/tools off\r")
        await terminal.shows("no tools")
        terminal.type("/quit\r")
        assert await terminal.ends() == 0
    assert (tmp_path / "report.csv").read_text() == "a,b"
    assert "\x1b[2m" in terminal.raw[terminal.raw.index("● code_interpreter") :]


async def test_calls_are_asked_about(asking: ServerProcess, tmp_path: Path) -> None:
    environment = {**os.environ, **env(asking), "XDG_STATE_HOME": str(tmp_path)}
    async with open_terminal("chat", "--tools", "code_interpreter", env=environment, cwd=tmp_path) as terminal:
        await ready(terminal)
        terminal.type(script(code("print(40 + 2)"), {"text": "I see."}) + "\r")
        await terminal.shows("A tool asks to call:")
        await terminal.shows('"code": "print(40 + 2)"')
        await terminal.shows("Allow it? [y/n]")
        terminal.type("maybe\r")
        await terminal.shows("Allow it? [y/n]")
        terminal.type("y\r")
        await terminal.shows("→ 42")
        await terminal.shows("I see.")
        await terminal.shows("› ")
        terminal.type(script(code("print(50 + 2)"), {"text": "As you wish."}) + "\r")
        await terminal.shows("Allow it? [y/n]")
        terminal.type("n\r")
        await terminal.shows("As you wish.")
        await terminal.shows("› ")
        terminal.type(script(code("print(60 + 2)"), {"text": "Never said."}) + "\r")
        await terminal.shows("Allow it? [y/n]")
        terminal.type("\x03")
        await terminal.shows("The call was not made.")
        await terminal.shows("› ")
        terminal.type("/quit\r")
        assert await terminal.ends() == 0
    assert "→ 52" not in terminal.screen
    assert "→ 62" not in terminal.screen


# --- what is shown ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "step"),
    [
        (
            {"type": "mcp_call", "server_label": "files", "name": "read", "arguments": '{"a": 1}', "output": "x\ny"},
            Step("files: read", '{"a": 1}', "x\ny", failed=False),
        ),
        (
            {"type": "mcp_call", "server_label": "files", "name": "read", "arguments": "{}", "error": "It broke."},
            Step("files: read", "{}", "It broke.", failed=True),
        ),
        (
            {"type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "moon"}},
            Step("web_search", "moon", "", failed=False),
        ),
        (
            {"type": "function_call", "name": "web_fetch", "arguments": '{"url": "u"}', "status": "completed"},
            Step("web_fetch", '{"url": "u"}', "", failed=False),
        ),
        ({"type": "function_call_output", "output": "A page."}, Step("", "", "A page.", failed=False)),
        ({"type": "message", "content": []}, None),
        ({"type": "mcp_approval_request", "name": "read"}, None),
    ],
)
def test_every_kind_of_step_is_told(item: dict[str, Any], step: Step | None) -> None:
    assert step_of(item) == step
    assert title_of(item) == (step.title if step else "")


def test_what_is_long_is_cut_and_what_commands_the_terminal_is_not_shown() -> None:
    outputs = [{"type": "logs", "logs": "\n".join(str(n) for n in range(100)) + "\x1b[2J"}]
    step = step_of({"type": "code_interpreter_call", "code": "x" * 5000, "outputs": outputs, "status": "completed"})
    assert step is not None
    assert (len(step.asked), step.answer.splitlines()[-1]) == (401, "… 88 more lines")
    assert plain("a\x1b[2Jb\x9bc\u202ed\u200cسلام\n") == "a\ufffd[2Jb\ufffdc\ufffdd\u200cسلام\n"
    asked = question({"server_label": "s", "name": "f", "arguments": json.dumps({"path": "\u202etxt.exe\x1b[0m"})})
    assert "\u202e" not in asked
    assert "\x1b" not in asked
    assert len(question({"server_label": "s", "name": "f", "arguments": json.dumps({"a": "y" * 9000})})) > 9000
