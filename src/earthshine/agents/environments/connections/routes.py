"""Where connectors connect: `/earthshine/v1/agents/environments/{id}/connection`, a WebSocket."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.agents.environments.connections.frames import decode
from earthshine.agents.environments.connections.hub import MachineHub
from earthshine.agents.environments.connections.remote import RemoteSandbox
from earthshine.agents.environments.service import SELF_HOSTED, Environments
from earthshine.errors import EarthshineError
from earthshine.operations.drain import Drain
from earthshine.services import service
from earthshine.tasks import end_tasks

router = APIRouter()

REFUSED, RESTARTING, NOT_UNDERSTOOD, REPLACED = 4403, 1012, 1007, 4409
"""Codes with which a connection ends; after `REFUSED` and `REPLACED` a connector does not come back."""
_HELLO_SECONDS = 20.0


@router.websocket("/earthshine/v1/agents/environments/{environment_id}/connection")
@needs("project.write")
async def connect_machine(socket: WebSocket) -> None:
    """Let a machine be the environment of a session, as long as it is connected."""
    await socket.accept()
    environment_id, who = socket.path_params["environment_id"], caller(socket)
    hub, environments = service(socket, MachineHub), service(socket, Environments)
    try:
        row = await environments.get(environment_id, who, WRITING)
        if row.type != SELF_HOSTED:
            raise EarthshineError("This environment is a container of the server. Connect a self-hosted one.")
        await environments.containers.alive(environment_id, who)
    except EarthshineError as error:
        await socket.close(REFUSED, error.message[:100])
        return
    outbox: asyncio.Queue[bytes] = asyncio.Queue()
    try:
        async with asyncio.timeout(_HELLO_SECONDS):
            hello = await _next(socket)
        inside: Any = hello["hello"]["inside"]
        if not isinstance(inside, str):
            raise ValueError("the workspace has no path")
    except (ValueError, KeyError, TypeError, TimeoutError):
        await socket.close(NOT_UNDERSTOOD, "A connector begins with a hello.")
        return
    except WebSocketDisconnect:
        return
    sandbox = RemoteSandbox(inside[:4096], outbox.put_nowait)
    await hub.join(environment_id, sandbox)
    tasks: set[asyncio.Task[Any]] = {
        asyncio.create_task(_hear(socket, sandbox)),
        asyncio.create_task(_send(socket, outbox)),
        asyncio.create_task(service(socket, Drain).begun()),
        asyncio.create_task(sandbox.over.wait()),
    }
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end_tasks(*tasks)
        why = RESTARTING if sandbox.ended is None else REPLACED if hub.has(environment_id) else REFUSED
        await asyncio.shield(hub.leave(environment_id, sandbox))
        with suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(why)


async def _hear(socket: WebSocket, sandbox: RemoteSandbox) -> None:
    """Take what the machine says until it is gone, or says what makes no sense."""
    with suppress(WebSocketDisconnect, ValueError):
        while sandbox.ended is None:
            sandbox.take(await _next(socket))


async def _send(socket: WebSocket, outbox: asyncio.Queue[bytes]) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_bytes(await outbox.get())


async def _next(socket: WebSocket) -> dict[str, Any]:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    return decode(message.get("bytes") or (message.get("text") or "").encode("utf-8", "surrogatepass"))
