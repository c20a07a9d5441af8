"""`kill -9` while commands run: they are not run again, the model is told what is lost, and files are kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.responses.tools.test_file_search_kills import client_of, ended
from tests.server_process import start_server

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")


def shell(*commands: str) -> dict[str, Any]:
    return {"tool_call": {"name": "shell", "arguments": {"commands": list(commands)}}}


async def test_commands_that_were_cut_are_told_and_not_repeated(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", *FLAGS)
    try:
        client = client_of(server)
        tools: Any = [{"type": "shell", "environment": {"type": "container_auto"}}]
        script = [
            shell("echo first; echo run >> log", "echo run >> log; sleep 30"),
            shell("cat log"),
            {"text": "Done."},
        ]
        said = f"Go.\n!script {json.dumps(script)}"
        cut = await client.responses.create(model="scripted", input=said, tools=tools, background=True)
        for _ in range(300):
            if any(log.read_text().count("run") == 2 for log in (tmp_path / "data" / "containers").glob("cntr_*/log")):
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)  # what the first command printed is stored in small batches
        await server.kill()
        server = await start_server(tmp_path / "data", *FLAGS)
        made = await ended(client_of(server), cut.id)
        assert made.status == "completed"
        first, told, second, printed, message = made.output
        assert first.environment == second.environment
        assert first.call_id == told.call_id
        assert [each.stdout for each in told.output] == ["first\n", ""]
        assert "The server stopped while this ran" in told.output[1].stderr
        assert told.output[1].outcome.exit_code == 1
        assert printed.output[0].stdout == "run\nrun\n"
        assert message.content[0].text == "Done."
    finally:
        await server.stop()
