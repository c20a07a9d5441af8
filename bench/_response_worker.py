"""A process that writes responses whose model calls tools with effects, for `response_kills.py`.

It is the server without its HTTP: all services are open. A line on its input is a body to answer in the background, or
empty: then it looks for work. It says in a log, and on its output, which steps it begins.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from _step_worker import note
from fastapi import FastAPI

from earthshine.accounts.authorization.caller import Caller
from earthshine.app_services import open_services
from earthshine.responses.schemas import ResponseCreate
from earthshine.runs import Run, StepRecord
from earthshine.server import create_app
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import check

CALLER = Caller("key", "project")


def tell_of_steps(folder: Path) -> None:
    """Have every step say that it begins."""
    whole = Run.step

    async def step(self: Run, name: str, work: Any, **more: Any) -> Any:
        async def told(record: StepRecord) -> Any:
            note(folder, "begin", record)
            return await work(record)

        return await whole(self, name, told, **more)

    Run.step = step  # pyright: ignore[reportAttributeAccessIssue]


async def main(data: Path, folder: Path, database: str) -> None:
    """Write what is asked for, until this process is killed."""
    settings = Settings.model_validate(
        {
            "data": data,
            "scripted": True,
            "embedded_model": False,
            "default_model": "scripted",
            "takeover_after": 1.0,
            "prices": {"scripted": {"input": "1", "output": "2"}},
            **({"database_url": database} if database else {}),
        }
    )
    app: FastAPI = create_app(settings)
    async with open_services(app, settings):
        services: Services = app.state.services
        print("ready", flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).strip():
            body = json.loads(line)
            if not body:
                services.runs.wake()
                continue
            create = check(ResponseCreate, body)
            turn = await services.responses.turns.prepare(create, body, CALLER)
            await services.responses.start(turn, response_id=body["metadata"]["id"])


if __name__ == "__main__":
    os.umask(0o077)
    Path(sys.argv[1]).mkdir(exist_ok=True)
    tell_of_steps(Path(sys.argv[2]))
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
