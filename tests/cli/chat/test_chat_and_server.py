"""The chat against the real server: what its fake cannot prove."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from pathlib import Path

from tests.cli.conftest import ENVIRONMENT, Run
from tests.cli.terminal import open_terminal
from tests.server_process import ServerProcess, start_server

SCRIPTED = ("--scripted", "--no-embedded-model", "--default-model", "scripted")


def env(server: ServerProcess) -> dict[str, str]:
    return {"EARTHSHINE_URL": server.url, "EARTHSHINE_KEY": server.key}


async def test_a_pipe(run: Run, scripted_server: ServerProcess) -> None:
    ended = await run("chat", '!script {"text": "Short."}', stdin="A long text.", env=env(scripted_server))
    assert (ended.code, ended.out, ended.err) == (0, "Short.\n", "")


async def test_an_unknown_model_is_named(run: Run, scripted_server: ServerProcess) -> None:
    ended = await run("chat", "Hi", "--model", "huge", env=env(scripted_server))
    assert (ended.code, ended.out) == (1, "")
    assert "'huge'" in ended.err


async def test_a_failing_model_is_an_error(run: Run, scripted_server: ServerProcess) -> None:
    script = '!script {"text": "a b c d", "error_after": 2, "error_always": true, "error": "upstream_failed"}'
    ended = await run("chat", script, env=env(scripted_server))
    assert ended.code == 1
    assert "failure" in ended.err


async def test_a_server_killed_in_mid_reply_costs_a_pause_and_no_word(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    text = " ".join(str(number) for number in range(120))
    script = "!script " + json.dumps({"text": text, "tokens_per_second": 60})
    server = await start_server(tmp_path / "data", *SCRIPTED, port=port)
    chat = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "earthshine", "chat", script),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**ENVIRONMENT, **env(server)},
    )
    assert chat.stdout is not None
    try:
        begun = await chat.stdout.readuntil(b"20 ")
        await server.kill()
        assert chat.returncode is None
        server = await start_server(tmp_path / "data", *SCRIPTED, port=port)
        async with asyncio.timeout(60):
            rest, err = await chat.communicate()
    finally:
        if chat.returncode is None:
            chat.kill()
        await server.stop()
    assert (chat.returncode, (begun + rest).decode(), err) == (0, text + "\n", b"")


async def test_ctrl_c_and_the_next_turn(scripted_server: ServerProcess, tmp_path: Path) -> None:
    environment = {**os.environ, **env(scripted_server), "XDG_STATE_HOME": str(tmp_path)}
    async with open_terminal("chat", env=environment) as terminal:
        await terminal.shows("› ")
        terminal.type('!script {"text": "word", "pieces": 2000, "tokens_per_second": 50}\r')
        await terminal.shows("word word")
        terminal.type("\x03")
        await terminal.shows("stopped")
        await terminal.shows("› ")
        terminal.type('!script {"text": "Sec\\u006fnd."}\r')
        await terminal.shows("Second.")
        await terminal.shows("› ")
        terminal.type("\x04")
        assert await terminal.ends() == 0
