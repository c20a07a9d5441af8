"""A server that is killed loses no turn."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from tests.agents.talking import WEATHER, begin, call, follow, result, script, until
from tests.responses.clients import sync_client
from tests.server_process import start_server


async def test_a_killed_server_goes_on_with_the_turn(tmp_path: Path) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        with sync_client(server) as sdk:
            made = await asyncio.to_thread(
                begin, sdk, script({"pieces": 60, "tokens_per_second": 20}, {"text": "x"}), tools=[WEATHER]
            )
            waiting = await asyncio.to_thread(begin, sdk, script(call("Rabat"), {"text": "So."}), tools=[WEATHER])
            (action,) = (await asyncio.to_thread(until, sdk, waiting, "requires_action")).required_actions
        await server.kill()
        server = await start_server(tmp_path, *flags)
        with sync_client(server) as sdk:
            seen: list[Any] = []
            reader = follow(sdk, made.id, seen.append, until="agent.session.idle")
            await asyncio.to_thread(until, sdk, made, "idle")
            await asyncio.to_thread(reader.join, 30)
            (turn,) = sdk.beta.agents.sessions.turns.list(made.id)
            assert turn.status == "completed"
            text = "".join(event.delta for event in seen if event.type == "agent.session.turn.output_text.delta")
            item = next(iter(sdk.beta.agents.sessions.items.list(made.id)))
            assert item.type == "message" and item.output_text
            assert text in ("", item.output_text), "whoever comes after the end hears of no turn, others of all of it"
            again = sdk.beta.agents.sessions.retrieve(waiting.id)
            assert again.required_actions == [action]
            assert action.type == "function_call"
            sdk.beta.agents.sessions.events.create(waiting.id, events=[result(action.turn_id, action.call_id)])
            await asyncio.to_thread(until, sdk, waiting, "idle")
            last = next(iter(sdk.beta.agents.sessions.items.list(waiting.id)))
            assert last.type == "message" and last.output_text == "So."
    finally:
        await server.stop()
