"""A server that is killed loses no subagent, and makes none twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.agents.subagents.test_subagents import MULTI, create, helpers, wait
from tests.agents.talking import WEATHER, begin, call, result, script, until
from tests.responses.clients import sync_client
from tests.server_process import start_server


async def test_a_killed_server_goes_on_with_subagents_and_those_who_wait(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        slow = script({"pieces": 60, "tokens_per_second": 20})
        asks = script(call("Rabat"), {"text": "Sunny."})
        said = script(create(slow, asks), wait(1, 2), {"text": "So."})
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(begin, sdk, said, tools=[WEATHER], agent=MULTI)
            (action,) = (await asyncio.to_thread(until, sdk, made, "requires_action")).required_actions
        await server.kill()
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            sessions = sdk.beta.agents.sessions
            assert sessions.retrieve(made.id).required_actions == [action]
            assert action.type == "function_call"
            sessions.events.create(made.id, events=[result(action.turn_id, action.call_id)])
            await asyncio.to_thread(until, sdk, made, "idle")
            last = next(iter(sessions.items.list(made.id)))
            assert last.type == "message" and last.output_text == "So."
            found: list[Any] = list(sessions.subagents.list(made.id, order="asc"))
            turns = [list(sessions.subagents.turns.list(each.id, session_id=made.id)) for each in found]
            assert [[turn.status for turn in each] for each in turns] == [["completed"], ["completed"]]
    finally:
        await server.stop()


async def test_an_interrupt_holds_after_a_kill(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        slow = script({"pieces": 900, "tokens_per_second": 10})
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(begin, sdk, script(create(slow), wait(1), {"text": "So."}), agent=MULTI)
            (helper,) = await asyncio.to_thread(helpers, sdk, made, 1)
            sdk.beta.agents.sessions.events.create(made.id, events=[{"type": "agent.session.input.cancel"}])
        await server.kill()
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            await asyncio.to_thread(until, sdk, made, "idle")
            (turn,) = sdk.beta.agents.sessions.subagents.turns.list(helper.id, session_id=made.id)
            assert turn.status == "cancelled"
    finally:
        await server.stop()
