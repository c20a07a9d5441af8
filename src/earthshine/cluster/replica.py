"""One replica of a model: what Ray Serve starts on a node. It runs a server there and says where.

Our servers ask that server directly. Serve's own way in is for the request that finds no replica: it waits there until
one has started, and is then passed on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Any

import aiohttp
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from earthshine.cluster.coordinator import BEAT, Report, find
from earthshine.cluster.node_server import NodeServer
from earthshine.cluster.ray_package import load_ray, load_serve
from earthshine.cluster.scaling import RUNNING
from earthshine.cluster.terms import Offer
from earthshine.cluster.weights import fetch_weights
from earthshine.errors import EngineFailed, Unavailable

FORGET = 4.0
"""Seconds in which every server learns that a replica is to be asked no more: see `routing.router.LOOK_AGAIN`."""

_PASSED_ON = ("authorization", "content-type", "accept", "x-request-id", "traceparent")
_PASSED_BACK = ("content-type", "content-encoding", "retry-after", "x-request-id", "cache-control")

log = logging.getLogger(__name__)


class Replica:
    """A deployment of Ray Serve, by whose names its methods are called."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._server: NodeServer | None = None
        self._beating: asyncio.Task[None] | None = None
        self._held = 0
        self._id = str(load_serve().get_replica_context().replica_id.unique_id)

    async def reconfigure(self, _config: dict[str, Any]) -> None:
        """Start; Serve awaits this before it calls the replica ready. Raises as `fetch_weights` and `NodeServer` do."""
        if self._server is not None:
            return
        terms = self._offer.terms
        places = {file.path: file.path for file in self._offer.files}
        if not terms.shared:
            places = await fetch_weights(self._offer, terms.folder, self._read)
        ray = load_ray()
        mine = ray.get_runtime_context().get_node_id()
        cores = next((node["Resources"].get("CPU", 1) for node in ray.nodes() if node["NodeID"] == mine), 1)
        self._server = NodeServer(self._offer, ray.util.get_node_ip_address(), min(1.0, terms.cpus / cores))
        try:
            await self._server.start(places)
        except BaseException:
            await self._server.stop()
            raise
        self._beating = asyncio.create_task(self._beat(self._server), name="beat")

    async def __call__(self, request: Request) -> Response:
        """Pass a request on to the server of this replica, as it came."""
        server = self._serving()
        path = request.url.path
        _, _, rest = path.partition(f"/{self._offer.name}/v1/")
        headers = {name: value for name in _PASSED_ON if (value := request.headers.get(name))}
        reply = await server.session.request(
            request.method, f"/v1/{rest or path.removeprefix('/v1/')}", data=await request.body(), headers=headers
        )
        back = {name: value for name in _PASSED_BACK if (value := reply.headers.get(name))}
        return StreamingResponse(_pieces(reply), reply.status, back)

    async def record_autoscaling_stats(self) -> dict[str, float]:
        """Tell Serve the requests that this replica holds, whichever way they came."""
        return {RUNNING: float(self._held)}

    async def check_health(self) -> None:
        """Raise when the server is gone; Serve then starts another replica."""
        if self._server is not None and not self._server.running():
            with suppress(Exception):
                await find(load_ray(), self._offer.name).withdraw.remote(self._id)
            raise EngineFailed("The server of this replica has ended.")

    async def __del__(self) -> None:
        """End: be asked no more, then let replies in progress end. Serve awaits this."""
        if self._beating is not None:
            self._beating.cancel()
        with suppress(Exception):
            await find(load_ray(), self._offer.name).withdraw.remote(self._id)
        if self._server is not None:
            await asyncio.sleep(FORGET)
            await self._server.stop()

    def _serving(self) -> NodeServer:
        if self._server is None or not self._server.running():
            raise EngineFailed("The server of this replica has ended.")
        return self._server

    async def _beat(self, server: NodeServer) -> None:
        """Tell the coordinator again and again where this replica is; a new one after its death is told the same."""
        ray = load_ray()
        host = ray.util.get_node_ip_address()
        while True:
            try:
                self._held = await server.held()
                report = Report(self._id, f"{server.url}/v1", host, self._held, server.context_length)
                coordinator = find(ray, self._offer.name)
                if coordinator is not None:
                    await coordinator.report.remote(report)
            except (aiohttp.ClientError, TimeoutError, OSError, ray.exceptions.RayError) as error:
                log.warning("replica %s cannot report: %s", self._id, error)
            await asyncio.sleep(BEAT)

    async def _read(self, number: int, offset: int) -> bytes:
        ray = load_ray()
        coordinator = find(ray, self._offer.name)
        if coordinator is None:
            raise Unavailable(f"{self._offer.name!r} is not deployed any more.")
        try:
            return await coordinator.read.remote(number, offset)
        except ray.exceptions.RayError as error:
            name = self._offer.files[number].path
            raise Unavailable(f"{name} cannot be read on the machine that deployed it: {error}") from error


async def _pieces(reply: aiohttp.ClientResponse) -> AsyncGenerator[bytes]:
    try:
        async for piece in reply.content.iter_any():
            yield piece
    finally:
        # An unread reply ends with its connection, and with that its work.
        reply.close()
