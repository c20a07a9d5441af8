"""Adds the website."""

from __future__ import annotations

import asyncio

from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.web.build import Build
from earthshine.web.routes import router


async def _open(services: Services) -> None:
    services.add(await asyncio.to_thread(Build.read, base=services.get(Settings).base_path))


FEATURE = Feature(routers=(router,), open=_open)
