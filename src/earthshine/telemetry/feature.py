"""Adds traces, where they are asked for."""

from __future__ import annotations

import asyncio

from earthshine import __version__
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.telemetry.spans import open_tracing
from earthshine.telemetry.telemetry import Telemetry


async def _open(services: Services) -> None:
    tracing = open_tracing(services.get(Settings).otlp_endpoint, __version__)
    if tracing is not None:
        services.get(Telemetry).tracing = tracing
        services.on_close(lambda: asyncio.to_thread(tracing.close))


FEATURE = Feature(open=_open)
