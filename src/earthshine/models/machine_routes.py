"""Routes of the machine: what it has to run models on. An extension of OpenAI's API."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
from pathlib import Path

from fastapi import Request

from earthshine import __version__
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog.machine import Machine
from earthshine.engines import registry
from earthshine.engines.pool import Pool
from earthshine.errors import EarthshineError
from earthshine.models import objects
from earthshine.models.objects import EngineKind
from earthshine.openapi import Routes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply

router = Routes(tags=["Machine"])


@router.get("/earthshine/v1/machine")
@needs("operator")
async def retrieve_machine(request: Request) -> Reply[objects.Machine]:
    """Describe the machine of the server that answers: cores, memory, disk, graphics cards and engines."""
    found = await asyncio.to_thread(_machine_object, service(request, Settings).data, service(request, Pool).budget)
    return json_reply(found)


def _machine_object(data: Path, memory_budget: int) -> objects.Machine:
    machine = Machine.here(data)
    return {
        "object": "machine",
        "version": __version__,
        "platform": platform.platform(),
        "cores": machine.cores,
        "cpu": machine.cpu,
        "cpu_flags": sorted(machine.cpu_flags),
        "memory": machine.memory,
        "memory_budget": memory_budget,
        "disk_free": machine.disk_free,
        "disk_total": shutil.disk_usage(data).total,
        "gpus": list(machine.gpus),
        "engines": [_engine_kind(name) for name in registry.names()],
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def _engine_kind(name: str) -> EngineKind:
    try:
        registry.factory(name)
    except EarthshineError as error:
        return {"name": name, "available": False, "detail": error.message}
    return {"name": name, "available": True, "detail": ""}
