"""Adds Anthropic's dialect."""

from __future__ import annotations

from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.file_routes import router as files
from earthshine.anthropic.model_routes import router as models
from earthshine.anthropic.routes import router as messages
from earthshine.anthropic.skill_routes import router as skills
from earthshine.services import Feature, Services
from earthshine.wire import Dialects


async def _open(services: Services) -> None:
    services.get(Dialects).add(ANTHROPIC)


FEATURE = Feature(routers=(messages, models, files, skills), open=_open)
