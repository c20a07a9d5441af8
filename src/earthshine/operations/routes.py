"""What operators and balancers ask: `/health`, `/ready` and `/metrics`."""

from __future__ import annotations

import asyncio

from fastapi import Request
from prometheus_client.exposition import choose_encoder
from starlette.responses import Response

from earthshine import __version__
from earthshine.accounts.authorization.needs import needs
from earthshine.openapi import Routes, gives
from earthshine.operations.collector import ServiceCollector
from earthshine.operations.objects import Health, Ready
from earthshine.operations.readiness import Readiness
from earthshine.services import service
from earthshine.telemetry.telemetry import Telemetry
from earthshine.wire import Reply, json_reply

router = Routes(tags=["Server"])


@router.get("/health", operation_id="health")
@needs("open")
async def health(request: Request) -> Reply[Health]:
    """Say that the process lives. Needs no key."""
    return json_reply({"status": "ok", "version": __version__})


@router.get("/ready", operation_id="ready")
@needs("open")
@gives(Ready)
async def ready(request: Request) -> Response:
    """Say whether requests should be sent here: 200 if so, 503 if not. Needs no key, and tells no more than that."""
    failing = await service(request, Readiness).failing()
    if failing:
        return json_reply({"status": "unavailable", "failing": failing}, status=503, headers={"retry-after": "5"})
    return json_reply({"status": "ready"})


@router.get("/metrics", operation_id="metrics")
@needs("operator")
@gives(str, media="text/plain")
async def metrics(request: Request) -> Response:
    """Tell what was counted, in Prometheus' text format or in OpenMetrics', as the client prefers."""
    service(request, ServiceCollector).refresh(request.app.state.services)
    registry = service(request, Telemetry).metrics.registry
    encode, kind = choose_encoder(request.headers.get("accept", ""))
    # In a thread: services with many models or deployments take some milliseconds to write.
    body = await asyncio.to_thread(encode, registry)
    return Response(body, headers={"content-type": kind})
