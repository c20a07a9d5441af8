"""Adds documents."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import Row

from earthshine.catalog import Catalog
from earthshine.database import Connection, Database
from earthshine.documents.documents import Documents
from earthshine.documents.extraction import extracted_text
from earthshine.documents.reading.child import DocumentReaders
from earthshine.documents.reading.run import ReadingRuns
from earthshine.documents.reading.seeing import Seeing
from earthshine.documents.routes import router
from earthshine.files.store import Files
from earthshine.metering.meter import Meter
from earthshine.processes.memory import MemoryBudget
from earthshine.routing.router import Router
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings


async def _open(services: Services) -> None:
    files, runs = services.get(Files), services.get(Runs)
    readers = services.add(
        DocumentReaders(services.get(MemoryBudget), models=services.get(Settings).models_dir.absolute())
    )
    seeing = Seeing(services.get(Catalog), services.get(Router), services.get(Meter))
    kind = ReadingRuns(files, readers, seeing)
    runs.register(kind)
    documents = services.add(Documents(services.get(Database), files, runs, kind))

    async def queue(connection: Connection, file: Row[Any]) -> None:
        await documents.queue(connection, file.id)

    files.on_extract = queue
    files.extracted = partial(extracted_text, documents)
    files.on_remove.append(documents.forget)


FEATURE = Feature(routers=(router,), open=_open)
