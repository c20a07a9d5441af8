"""Adds Anthropic's dialect."""

from __future__ import annotations

from earthshine.anthropic.batch_dialect import MessageBatches
from earthshine.anthropic.batch_routes import router as batches
from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.file_routes import router as files
from earthshine.anthropic.messages.routes import router as messages
from earthshine.anthropic.model_routes import router as models
from earthshine.anthropic.skill_routes import router as skills
from earthshine.batches.store import Batches
from earthshine.services import Feature, Services
from earthshine.wire import Dialects


async def _open(services: Services) -> None:
    services.get(Dialects).add(ANTHROPIC)
    services.get(Batches).add_dialect(MessageBatches(services))


FEATURE = Feature(routers=(messages, batches, models, files, skills), open=_open)
