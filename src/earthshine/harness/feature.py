"""Adds the harness, which wraps each engine of the pool and has each model proved once, and vectors for search."""

from __future__ import annotations

from earthshine import harness
from earthshine.catalog import Card, Catalog
from earthshine.engines.base import Engine
from earthshine.engines.pool import Pool
from earthshine.harness.embedder import Embedder
from earthshine.harness.rerank import Reranker, prove_reranker
from earthshine.metering.meter import Meter
from earthshine.pictures import Pictures
from earthshine.routing.router import Router
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    catalog, pictures = services.get(Catalog), Pictures()

    async def prepare(card: Card, engine: Engine) -> Engine:
        harnessed = harness.HarnessedEngine(card, engine, pictures)
        if card.proof is None and harnessed.templated:
            catalog.record_proof(card.name, await harness.prove(harnessed))
        if harnessed.capabilities.rerank:
            await prove_reranker(card, harnessed)
        return harnessed

    services.get(Pool).prepare = prepare
    router, meter = services.get(Router), services.get(Meter)
    services.add(Embedder(router, meter))
    services.add(Reranker(catalog, router, meter))


FEATURE = Feature(open=_open)
