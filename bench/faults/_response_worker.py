"""A process that writes responses whose model calls tools with effects, for `response_kills.py`.

It is the server without its HTTP: all services are open. A line that it gets is a body to answer in the background, or
empty: then it looks for work. It says in a log, and to whoever started it, which steps it begins.

Workers are forked from a process that has read the program already, so that a start takes no seconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from bench.faults._step_worker import note
from earthshine.accounts.authorization.caller import Caller
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.runs import Run, Runs, StepRecord
from earthshine.server import create_app, load_features
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
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        services: Services = app.state.services
        responses = services.get(ResponseRuns)
        print("ready", flush=True)
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).strip():
            body = json.loads(line)
            if not body:
                services.get(Runs).wake()
                continue
            create = check(ResponseCreate, body)
            turn = await responses.turns.prepare(create, body, CALLER)
            await responses.start(turn, response_id=body["metadata"]["id"])


def fork_workers(address: str) -> None:
    """Make a worker for each connection, which is its input and output; the first line says where its data is."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        load_features()
        print("ready", flush=True)
        while True:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                data, folder, database = json.loads(connection.makefile().readline())
                for stream in (0, 1):
                    os.dup2(connection.fileno(), stream)
                print(f"pid {os.getpid()}", flush=True)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                Path(data).mkdir(exist_ok=True)
                tell_of_steps(Path(folder))
                asyncio.run(main(Path(data), Path(folder), database))
                return
            connection.close()


if __name__ == "__main__":
    os.umask(0o077)
    fork_workers(sys.argv[1])
