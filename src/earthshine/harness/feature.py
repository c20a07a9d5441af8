"""Adds the harness: it wraps each engine of the pool, and has each model proved once."""

from __future__ import annotations

from earthshine import harness
from earthshine.catalog import Card, Catalog
from earthshine.engines.base import Engine
from earthshine.engines.pool import Pool
from earthshine.services import Feature, Services


async def _open(services: Services) -> None:
    catalog = services.get(Catalog)

    async def prepare(card: Card, engine: Engine) -> Engine:
        harnessed = harness.HarnessedEngine(card, engine)
        if card.proof is None and harnessed.templated:
            catalog.record_proof(card.name, await harness.prove(harnessed))
        return harnessed

    services.get(Pool).prepare = prepare


FEATURE = Feature(open=_open)
