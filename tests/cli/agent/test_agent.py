"""`earthshine agent` against a real server: in a pipe, and at a terminal that steers it, answers it and leaves it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from tests.agents.talking import begin, script, until
from tests.cli.conftest import Run
from tests.cli.terminal import open_terminal
from tests.responses.clients import sync_client
from tests.server_process import ServerProcess
from tests.tools.mcp.servers import Shop, serve


def env(server: ServerProcess) -> dict[str, str]:
    return {"EARTHSHINE_URL": server.url, "EARTHSHINE_KEY": server.key}


def shell(command: str) -> Any:
    return {"tool_call": {"name": "shell", "arguments": {"commands": [command]}}}


async def test_a_pipe_gets_the_answer_and_its_files(run: Run, scripted_server: ServerProcess, tmp_path: Path) -> None:
    (tmp_path / "moon.txt").write_text("قمر")
    goal = script(shell("cat moon.txt; cp moon.txt copy.txt"), {"text": "It is **done**."})
    flags = ("--files", "moon.txt", "--out", "made", "--model", "scripted")
    ended = await run("agent", *flags, stdin=goal, env=env(scripted_server))
    assert (ended.code, ended.out) == (0, "It is **done**.\n"), ended
    assert "● cat moon.txt" in ended.err and "  قمر" in ended.err and "saved made/copy.txt" in ended.err
    assert "!script" not in ended.err, "what was asked need not be told again"
    assert (tmp_path / "made" / "copy.txt").read_text() == "قمر"
    again = await run("agent", "--replay", "last", env=env(scripted_server))
    assert again.code == 0 and "● cat moon.txt" in again.err and "+0.0 s" in again.err
    assert again.out == ended.out


async def test_json_is_an_event_a_line(run: Run, scripted_server: ServerProcess) -> None:
    flags = ("--json", "--no-sandbox", "--model", "scripted")
    ended = await run("agent", *flags, "Hello.", env=env(scripted_server))
    kinds = [json.loads(line)["type"] for line in ended.out.splitlines()]
    assert ended.code == 0 and kinds[-1] == "agent.session.idle"
    assert "agent.session.turn.completed" in kinds


async def test_exit_codes_say_how_it_ended(run: Run, scripted_server: ServerProcess) -> None:
    scripted = ("--no-sandbox", "--model", "scripted")
    failed = await run("agent", "--no-sandbox", "--model", "nobody", "Hello.", env=env(scripted_server))
    assert failed.code == 1 and "nobody" in failed.err
    slow = script({"pieces": 400, "tokens_per_second": 100})
    bounded = await run("agent", "--limit", "tokens=200", *scripted, slow, env=env(scripted_server))
    assert bounded.code == 2, bounded
    misused = await run("agent", env=env(scripted_server))
    assert misused.code == 2 and "there is no goal" in misused.err
    wrong = await run("agent", "--limit", "hugs=3", "Hello.", env=env(scripted_server))
    assert wrong.code == 2 and "hugs=3" in wrong.err
    nowhere = await run("agent", "--resume", "asess_none", env=env(scripted_server))
    assert nowhere.code == 1 and "asess_none" in nowhere.err


@pytest.fixture
def sdk(scripted_server: ServerProcess) -> Any:
    with sync_client(scripted_server) as opened:
        yield opened


async def test_a_terminal_steers(scripted_server: ServerProcess, tmp_path: Path) -> None:
    goal = script(shell("for n in 1 2 3; do echo line $n; sleep 1; done"), {"text": "Not reached."})
    flags = ("--model", "scripted")
    async with open_terminal("agent", *flags, goal, env=env(scripted_server), cwd=tmp_path) as terminal:
        await terminal.shows("line 1")
        terminal.type("Say lamp.\r")
        await terminal.shows("at its next step")
        await terminal.shows("line 3")
        await terminal.shows("› Say lamp.")
        await terminal.shows("lamp")
        assert await terminal.ends() == 0
        assert "Not reached" not in terminal.screen


async def test_ctrl_c_pauses_and_asks(sdk: OpenAI, scripted_server: ServerProcess, tmp_path: Path) -> None:
    goal = script(shell("echo one; sleep 2; echo two"), {"text": "Whole."})
    flags = ("--model", "scripted")
    async with open_terminal("agent", *flags, goal, env=env(scripted_server), cwd=tmp_path) as terminal:
        await terminal.shows("one")
        terminal.type("\x03")
        await terminal.shows("[l]eave it running?")
        await terminal.shows("two")
        await asyncio.sleep(1)
        assert "Whole." not in terminal.screen
        terminal.type("g\r")
        await terminal.shows("It goes on.")
        await terminal.shows("Whole.")
        assert await terminal.ends() == 0
    async with open_terminal("agent", *flags, goal, env=env(scripted_server), cwd=tmp_path) as terminal:
        await terminal.shows("one")
        terminal.type("\x03")
        await terminal.shows("[l]eave it running?")
        terminal.type("l\r")
        await terminal.shows("It goes on without you")
        assert await terminal.ends() == 130
    left = next(iter(sdk.beta.agents.sessions.list(limit=1)))
    await asyncio.to_thread(until, sdk, left, "idle")
    async with open_terminal("agent", "--resume", "last", env=env(scripted_server), cwd=tmp_path) as terminal:
        await terminal.shows("Whole.")
        assert await terminal.ends() == 0
    async with open_terminal("agent", *flags, goal, env=env(scripted_server), cwd=tmp_path) as terminal:
        await terminal.shows("one")
        terminal.type("/stop\r")
        assert await terminal.ends() == 130
    stopped = next(iter(sdk.beta.agents.sessions.list(limit=1)))
    await asyncio.to_thread(until, sdk, stopped, "idle")


async def test_a_call_is_asked_about(sdk: OpenAI, scripted_server: ServerProcess, tmp_path: Path) -> None:
    shop = Shop()
    with serve(shop.app()) as url:
        rules = [{"tool": "mcp", "decision": "ask"}]
        sdk.put("/../earthshine/v1/tool_rules", body={"rules": rules}, cast_to=object)
        try:
            server: Any = {"type": "mcp", "server_label": "shop", "transport": {"type": "http", "server_url": url}}
            sell = [{"tool_call": {"name": "shop__sell", "arguments": {"thing": thing}}} for thing in ("lamp", "cup")]
            made = await asyncio.to_thread(begin, sdk, script(*sell, {"text": "Sold."}), [server])
            piped = open_terminal("agent", "--resume", made.id, env=env(scripted_server), cwd=tmp_path)
            async with piped as terminal:
                await terminal.shows('"thing": "lamp"')
                await terminal.shows("Allow it? [y/n/always]")
                terminal.type("what\r")
                await terminal.shows("A call waits")
                terminal.type("always\r")
                await terminal.shows("Sold.")
                assert await terminal.ends() == 0
            assert shop.sold == ["lamp", "cup"]
        finally:
            sdk.put("/../earthshine/v1/tool_rules", body={"rules": []}, cast_to=object)


async def test_nobody_answers_for_a_person(sdk: OpenAI, run: Run, scripted_server: ServerProcess) -> None:
    shop = Shop()
    with serve(shop.app()) as url:
        sdk.put("/../earthshine/v1/tool_rules", body={"rules": [{"tool": "mcp", "decision": "ask"}]}, cast_to=object)
        try:
            server: Any = {"type": "mcp", "server_label": "shop", "transport": {"type": "http", "server_url": url}}
            sell = {"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}
            made = await asyncio.to_thread(begin, sdk, script(sell, {"text": "Sold."}), [server])
            ended = await run("agent", "--resume", made.id, env=env(scripted_server))
            assert ended.code == 1 and "waits for an approval" in ended.err and not shop.sold
        finally:
            sdk.put("/../earthshine/v1/tool_rules", body={"rules": []}, cast_to=object)


async def test_a_narrow_window_and_arabic(scripted_server: ServerProcess, tmp_path: Path) -> None:
    words = "القمر مضاءٌ بنور الأرض"
    goal = script(shell("echo " + "x" * 60), {"text": words})
    flags = ("--model", "scripted")
    narrow = {**env(scripted_server), "COLUMNS": "40"}
    async with open_terminal("agent", *flags, goal, env=narrow, cwd=tmp_path) as terminal:
        await terminal.shows(words)
        assert await terminal.ends() == 0
        lines = [line for line in terminal.screen.splitlines() if "xxx" in line]
        # Where the line was written for what is typed, its sign is still in what was ever written.
        assert lines and all(len(line.removeprefix("› ").rstrip()) <= 40 for line in lines)
