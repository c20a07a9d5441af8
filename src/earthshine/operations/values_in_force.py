"""What is in force for settings that leave it open: worked out by the server, or switched in the console."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from earthshine.accounts.throttling.concurrency import ConcurrencyBounds
from earthshine.catalog import DEFAULT, DEFAULT_EMBEDDING, Catalog
from earthshine.catalog.sources.pip_config import known_index
from earthshine.engines.llamacpp.plan import physical_cores
from earthshine.errors import ModelNotFound, UpstreamFailed
from earthshine.processes.memory import memory_budget
from earthshine.routing.deployments.private_addresses import PrivateAddresses
from earthshine.settings import Settings

_PATIENCE = 2.0
"""Seconds that pip may take to say which index it uses."""


async def values_in_force(settings: Settings, catalog: Catalog, private: PrivateAddresses) -> dict[str, Any]:
    """Return by name what is in force for the settings that may be left open, also for those that are not.

    What depends on a request or on a model is not among them, and nothing that is a secret.
    """
    bounds = ConcurrencyBounds.of(settings)
    found: dict[str, Any] = {
        "allow_private_upstreams": private.allowed,
        "blobs": _blobs(settings),
        "default_model": _model(catalog, DEFAULT),
        "default_embedding_model": _model(catalog, DEFAULT_EMBEDDING),
        "max_streams_per_address": bounds.of_address,
        "max_streams_per_key": bounds.of_key,
        "memory_budget": memory_budget(settings) // 2**20,
        "otlp_endpoint": settings.otlp_endpoint or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
        "package_index": settings.package_index or await _index(),
        "threads": settings.threads or physical_cores(),
    }
    return {name: value for name, value in found.items() if value is not None}


def _blobs(settings: Settings) -> str:
    return settings.blobs or str((settings.data / "blobs").absolute())


def _model(catalog: Catalog, alias: str) -> str | None:
    try:
        return catalog.resolve(alias).name
    except ModelNotFound:
        return None


async def _index() -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            return (await known_index()).url
    except (UpstreamFailed, TimeoutError):
        return None
