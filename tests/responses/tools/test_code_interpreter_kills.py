"""`kill -9` while code runs: it is not run again, the model is told what is lost, and files are kept."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from tests.responses.tools.test_file_search_kills import client_of, ended
from tests.server_process import start_server

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
SLOW = "open('log', 'a').write('run\\n')\nimport time\nopen('began', 'w').close()\ntime.sleep(30)"


def code(text: str) -> dict[str, Any]:
    return {"tool_call": {"name": "code_interpreter", "arguments": {"code": text}}}


async def test_code_that_was_cut_is_told_and_not_repeated(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "data", *FLAGS)
    try:
        client = client_of(server)
        container = (await client.containers.create(name="kept")).id
        tools: Any = [{"type": "code_interpreter", "container": container}]
        script = [code(SLOW), code("open('log').read()"), {"text": "Done."}]
        said = f"Go.\n!script {json.dumps(script)}"
        cut = await client.responses.create(model="scripted", input=said, tools=tools, background=True)
        for _ in range(300):
            if (tmp_path / "data" / "containers" / container / "began").exists():
                break
            await asyncio.sleep(0.1)
        await server.kill()
        server = await start_server(tmp_path / "data", *FLAGS)
        made = await ended(client_of(server), cut.id)
        assert made.status == "completed"
        first, second, message = made.output
        assert "The server stopped while this ran" in first.outputs[0].logs
        assert (first.container_id, first.status) == (container, "completed")
        assert second.outputs[0].logs == "'run\\n'"
        assert message.content[0].text == "Done."
    finally:
        await server.stop()
