"""Adds batches: a kind of run, and OpenAI's way to ask for them."""

from __future__ import annotations

from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.accounts.people.removal import Removal
from earthshine.batches.ending import BatchEnding
from earthshine.batches.endpoints import Endpoints
from earthshine.batches.openai_dialect import OpenAIBatches
from earthshine.batches.routes import router
from earthshine.batches.run import BatchRuns
from earthshine.batches.store import Batches
from earthshine.batches.tables import batches as table
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.store import Files
from earthshine.notifications.announcer import Announcer
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    database, runs, settings = services.get(Database), services.get(Runs), services.get(Settings)
    blobs, files, removal = services.get(Blobs), services.get(Files), services.get(Removal)
    batches = services.add(Batches(database, files, runs))
    endpoints = services.add(Endpoints(services))
    batches.add_dialect(OpenAIBatches(endpoints))
    runs.register(
        BatchRuns(
            database,
            blobs,
            batches,
            BatchEnding(database, blobs, files, services.get(Announcer)),
            check_usable=services.get(KeyRegistry).check_usable,
            check_model=endpoints.check_model,
            lines=settings.batch_lines,
            longest=settings.max_body,
        )
    )
    removal.register(batches.erase, table)
    removal.on_archive.append(batches.stop_all)
    services.on_start(batches.sweeping.start)
    services.on_close(batches.sweeping.close)


FEATURE = Feature(routers=(router,), open=_open)
