"""Responses over a WebSocket: turn after turn on one connection, the same events as over HTTP.

The client sends `response.create` messages, with the fields of `POST /v1/responses` but for `stream`,
`stream_options` and `background`; turns run one after the other, in the order in which they were asked for. What was
created with `store: false` is remembered as long as the connection lasts. Closing it cancels the turn that runs. A
server that is about to stop ends the turn first, and then closes the connection with code 1012 (service restart).

Source: the Open Responses specification of 2026-04-24, and `client.responses.connect()` of the official SDK.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import suppress
from typing import Any

import orjson
from fastapi import APIRouter
from starlette.websockets import WebSocket, WebSocketDisconnect

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.conversations.items import Item
from earthshine.errors import EarthshineError, Internal, InvalidRequest, RateLimited, UnsupportedParameter
from earthshine.ids import new_id
from earthshine.operations.drain import Drain
from earthshine.responses.reply.response_builder import ResponseBuilder
from earthshine.responses.resource import new_response
from earthshine.responses.run.response_run import ResponseRun
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.run.turns import Turn
from earthshine.responses.schemas import ResponseCreate
from earthshine.services import service
from earthshine.wire import aside, check, load_json

log = logging.getLogger(__name__)

router = APIRouter()

Json = dict[str, Any]

_REMEMBERED = 100
"""Unstored responses that one connection can go back to."""
_WAITING = 16
"""Messages that a client may send ahead; more are refused."""


@router.websocket("/v1/responses")
@needs("project.write")
async def responses_websocket(socket: WebSocket) -> None:
    """Serve one connection until its client closes it."""
    await socket.accept()
    connection = _Connection(socket, service(socket, ResponseRuns), caller(socket), service(socket, KeyRegistry))
    stopping = asyncio.create_task(service(socket, Drain).begun())
    both = {asyncio.create_task(connection.listen()), asyncio.create_task(connection.serve(stopping))}
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (*both, stopping):
            task.cancel()
        with suppress(WebSocketDisconnect):
            for ended in await asyncio.gather(*both, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended


class _Connection:
    """One client's turns, and what it did not want stored."""

    def __init__(self, socket: WebSocket, runs: ResponseRuns, who: Caller, keys: KeyRegistry) -> None:
        self._socket = socket
        self._runs = runs
        self._keys = keys
        self._caller = who
        self._inbox: asyncio.Queue[bytes] = asyncio.Queue(_WAITING)
        self._unstored: OrderedDict[str, list[Item]] = OrderedDict()

    async def listen(self) -> None:
        """Take in messages until the client is gone."""
        with suppress(WebSocketDisconnect):
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                data = message.get("bytes") or (message.get("text") or "").encode("utf-8", "surrogatepass")
                try:
                    self._inbox.put_nowait(data)
                except asyncio.QueueFull:
                    # Waiting for space would mean not to notice that the client is gone.
                    await self._send_error(
                        RateLimited(f"{_WAITING} messages wait already; wait for a response to end, then send this.")
                    )

    async def serve(self, stopping: asyncio.Task[None]) -> None:
        """Answer the messages in order, until the server stops. An error ends its turn, not the connection."""
        while (data := await self._next(stopping)) is not None:
            try:
                await self._turn(data)
            except EarthshineError as error:
                await self._send_error(error)
            except WebSocketDisconnect:
                return
            except Exception:
                name = new_id("req")
                log.exception("turn %s on a WebSocket failed", name)
                await self._send_error(Internal(f"Something broke on our side. The log has it under {name}."))

        with suppress(WebSocketDisconnect):
            await self._socket.close(1012, "The server is shutting down. Connect again.")

    async def _next(self, stopping: asyncio.Task[None]) -> bytes | None:
        """Return the next message; None when the server is about to stop."""
        message = asyncio.create_task(self._inbox.get())
        try:
            await asyncio.wait({message, stopping}, return_when=asyncio.FIRST_COMPLETED)
            return None if stopping.done() else message.result()
        finally:
            message.cancel()

    async def _turn(self, data: bytes) -> None:
        body = await aside(len(data), load_json, data)
        kind = body.pop("type", None)
        if kind != "response.create":
            raise UnsupportedParameter(
                f"The message type {str(kind)[:80]!r} is not supported here; send 'response.create'.", param="type"
            )
        for field in ("stream", "stream_options", "background"):
            if body.get(field):
                raise InvalidRequest(f"'{field}' has no meaning on a WebSocket; leave it out.", param=field)
        if body.pop("stream_id", None) is not None:
            raise UnsupportedParameter("Turns here run one after the other; leave 'stream_id' out.", param="stream_id")
        generate = body.pop("generate", True)
        create = await aside(len(data), check, ResponseCreate, body)
        if not self._keys.may_store(self._caller):
            create.forbid_storing(body)
        turn = await self._runs.turns.prepare(create, body, self._caller, self._unstored)
        if generate is False:
            await self._without_output(turn)
        else:
            await self._with_output(turn)

    async def _with_output(self, turn: Turn) -> None:
        run = await self._runs.start(turn)
        try:
            async for batch in run.stream.read():
                for event in batch:
                    await self._socket.send_text(event.decode())
        finally:
            if not run.stream.ended:
                await self._runs.cancel(run)
        self._remember(turn, run)

    async def _without_output(self, turn: Turn) -> None:
        """`generate: false`: the items become context for later turns, and the model is not asked."""
        events: list[bytes] = []
        builder = ResponseBuilder(lambda event, _raw: events.append(event))
        response = new_response(new_id("resp"), turn.create, turn.body, self._runs.factory.sampling(turn.create))
        builder.begin({**response, "store": False})
        final = builder.end("completed")
        self._keep(final["id"], turn.context)
        for event in events:
            await self._socket.send_text(event.decode())

    def _remember(self, turn: Turn, run: ResponseRun) -> None:
        if not run.stored:
            self._keep(run.id, [*turn.context, *run.response["output"]])

    def _keep(self, response_id: str, items: list[Item]) -> None:
        self._unstored[response_id] = items
        if len(self._unstored) > _REMEMBERED:
            self._unstored.popitem(last=False)

    async def _send_error(self, error: EarthshineError) -> None:
        event = {"type": "error", "status": error.status, "error": error.body()}
        await self._socket.send_text(orjson.dumps(event).decode())
