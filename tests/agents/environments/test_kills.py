"""A server that is killed in a setup runs no command twice, and says so."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from tests.agents.environments.machines import connected, printed, status
from tests.agents.environments.making import hosted, settled, shell
from tests.agents.talking import message, script, until
from tests.patience import PATIENCE
from tests.responses.clients import sync_client
from tests.server_process import start_server

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")


async def test_a_command_that_was_cut_is_told_and_not_run_again(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *FLAGS)
    try:
        with sync_client(server) as sdk:
            cut = [{"command": "echo first >> ran"}, {"command": "echo second >> ran; sleep 60"}]
            session = sdk.beta.agents.sessions.create(
                environment=hosted(setup_commands=cut), agent={"model": "scripted"}, input="Hello."
            )
            assert session.environment.type == "openai_hosted"
            written = tmp_path / "containers" / session.environment.id / "ran"
            ends = time.monotonic() + PATIENCE
            while not (written.exists() and "second" in written.read_text()):
                assert time.monotonic() < ends
                await asyncio.sleep(0.05)
        await server.kill()
        server = await start_server(tmp_path, *FLAGS)
        with sync_client(server) as sdk:
            now = await asyncio.to_thread(until, sdk, session, "failed")
            assert now.error is not None
            assert "command 2" in now.error and "not known" in now.error
            assert written.read_text() == "first\nsecond\n", "neither was run again"
            ends = time.monotonic() + PATIENCE
            while next(iter(sdk.beta.agents.sessions.turns.list(session.id))).status != "failed":
                assert time.monotonic() < ends
                await asyncio.sleep(0.05)
            other = sdk.beta.agents.environments.create(environment=hosted(setup_commands=[{"command": "true"}]))
            assert (await asyncio.to_thread(settled, sdk, other.id)).status == "ready"
    finally:
        await server.stop()


async def test_a_machine_connects_again_to_a_server_that_was_killed(tmp_path: Path, workspace: Path) -> None:
    server = await start_server(tmp_path / "data", *FLAGS)
    port = int(server.url.rpartition(":")[2])
    try:
        with sync_client(server) as sdk:
            where: Any = {"type": "self_hosted", "workspace_directory": "/workspace"}
            said = script(shell("echo once >> ran; sleep 60"), {"text": "I shall look."})
            create: Any = sdk.beta.agents.sessions.create
            session = await asyncio.to_thread(create, environment=where, agent={"model": "scripted"}, input=said)
            with connected(server, session.environment.id, workspace):
                ends = time.monotonic() + PATIENCE
                while not (workspace / "ran").exists():
                    assert time.monotonic() < ends
                    await asyncio.sleep(0.05)
                await server.kill()
                server = await start_server(tmp_path / "data", *FLAGS, port=port)
                with sync_client(server) as again:
                    await asyncio.to_thread(until, again, session, "idle")
                    await asyncio.to_thread(status, again, session.environment.id, "connected")
                    words = message(script(shell("cat ran"), {"text": "There."}))
                    again.beta.agents.sessions.events.create(session.id, events=[words])
                    await asyncio.to_thread(until, again, session, "idle")
                    assert printed(again, session.id).count("once") == 1, "it was not run again"
    finally:
        await server.stop()
