"""A server that is killed between the steps of the program, or inside them, loses nothing and does nothing twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from openai import OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.program.guided import HOSTED, answer, code, guide, items, plan, says
from tests.agents.talking import until
from tests.responses.clients import sync_client
from tests.server_process import start_server

FLAGS = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
SPEEDS = (6, 9, 14, 25)


def goal(speed: int) -> str:
    """A goal at different speeds, so that a kill finds each turn in another step."""
    pace: Any = {"tokens_per_second": speed}
    return says(
        "Write sum.txt.",
        PLAN=plan("code: add the numbers", "answer: the sum", **pace),
        CODE=code("print(total)", **pace),
        CORRECT=code("with open('sum.txt', 'a') as file: file.write('5')", **pace),
        ANSWER={"text": "It is five.", **pace},
    )


async def test_a_killed_server_goes_on_where_the_program_was(tmp_path: Path) -> None:
    server = await start_server(tmp_path, *FLAGS)
    try:
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(_begin, sdk)
        for pause in (0.8, 1.5, 2.0):
            await asyncio.sleep(pause)
            await server.kill()
            server = await start_server(tmp_path, *FLAGS)
        with sync_client(server) as sdk:
            for each in made:
                await asyncio.to_thread(until, sdk, each, "idle")
                (turn,) = sdk.beta.agents.sessions.turns.list(each.id)
                assert turn.status == "completed", turn
                assert await asyncio.to_thread(answer, sdk, each) == "It is five."
                ran = [item for item in items(sdk, each) if item.type == "command_execution"]
                whole = [item for item in ran if "The server stopped" not in (item.output or "")]
                wrote = [item.command for item in whole if item.command.startswith("with open")]
                assert len(wrote) == 1, [item.command for item in ran]
                assert whole[-1].exit_code == 0 and "sum.txt" in whole[-1].command
                sdk.beta.agents.sessions.delete(each.id)
    finally:
        await server.stop()


def _begin(sdk: OpenAI) -> list[AgentSession]:
    return [guide(sdk, goal(speed), environment=HOSTED) for speed in SPEEDS]
