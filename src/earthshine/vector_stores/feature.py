"""Adds vector stores."""

from __future__ import annotations

from earthshine.accounts.people.removal import Removal
from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.files.store import Files
from earthshine.files.tables import files as files_table
from earthshine.harness.embedder import Embedder
from earthshine.harness.rerank import Reranker
from earthshine.harness.rewrite import QueryRewriter
from earthshine.metering.meter import Meter
from earthshine.routing.router import Router
from earthshine.runs import Runs
from earthshine.services import Feature, Services
from earthshine.settings import Settings
from earthshine.vector_stores.file_routes import router as file_router
from earthshine.vector_stores.ingestion.run import IngestionRuns
from earthshine.vector_stores.routes import index_router
from earthshine.vector_stores.routes import router as store_router
from earthshine.vector_stores.search.indexes import Indexes
from earthshine.vector_stores.search.passage_search import PassageSearch
from earthshine.vector_stores.store_files import Ingestions, open_to_all
from earthshine.vector_stores.tables import vector_stores as table
from earthshine.vector_stores.upkeep import Upkeep
from earthshine.vector_stores.vector_stores import VectorStores


async def _open(services: Services) -> None:
    database, files, runs = services.get(Database), services.get(Files), services.get(Runs)
    documents, embedder = services.get(Documents), services.get(Embedder)
    router, meter = services.get(Router), services.get(Meter)
    ingestions = Ingestions(files, runs)
    indexes = Indexes(database, services.get(Settings).data / "indexes")
    kind = IngestionRuns(database, documents, embedder, ingestions)
    kind.on_change = indexes.changed
    runs.register(kind)
    search = PassageSearch(database, indexes, embedder, services.get(Reranker), QueryRewriter(router, meter))
    stores = services.add(VectorStores(database, ingestions, indexes, search))
    upkeep = Upkeep(database, ingestions, embedder, router, meter)
    files.on_remove.append(stores.forget_files)
    files.privacy.shared = open_to_all(files_table.c.id)
    documents.on_read.append(stores.file_was_read)
    services.get(Removal).register(stores.erase, table)
    for each in (indexes, upkeep):
        services.on_close(each.close)
        services.on_start(each.start)


FEATURE = Feature(routers=(store_router, file_router, index_router), open=_open)
