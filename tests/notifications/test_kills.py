"""A server that is killed delivers what it had not."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from tests.notifications.conftest import Receiver
from tests.patience import PATIENCE
from tests.responses.clients import sync_client
from tests.server_process import start_server


async def test_a_killed_server_delivers_after_its_start(tmp_path: Path, receiver: Receiver) -> None:
    flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted")
    server = await start_server(tmp_path, *flags)
    try:
        with sync_client(server) as sdk:
            made = sdk.webhooks.create(name="hook", url=receiver.url, event_types=["response.completed"])
            receiver.statuses = [503] * 2
            asked = [sdk.responses.create(model="scripted", input="Hello.", background=True).id for _ in range(2)]
            receiver.wait(2)
        await server.kill()
        server = await start_server(tmp_path, *flags)
        ends = time.monotonic() + PATIENCE
        while len(receiver.got) < 4:
            assert time.monotonic() < ends, receiver.got
            await asyncio.sleep(0.1)
        with sync_client(server) as sdk:
            events = [sdk.webhooks.unwrap(body, headers, secret=made.signing_secret) for headers, body in receiver.got]
        told = [event.data.id for event in events if event.type == "response.completed"]
        assert sorted(told) == sorted([*asked, *asked])
        assert len({event.id for event in events}) == 2
    finally:
        await server.stop()
