"""Routes of the list of models that can be fetched. An extension of OpenAI's API."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Request, Response

from earthshine.catalog.curated import Entry, entries, recommended
from earthshine.catalog.machine import Machine
from earthshine.catalog.offers import card_facts
from earthshine.models.objects import CATALOG
from earthshine.openapi import DirectRoute, gives
from earthshine.services import Services, get_services
from earthshine.wire import json_reply

_PATIENCE = 5.0
"""Seconds that the list waits to be told what can be had; later answers stand in the next one."""

router = APIRouter(prefix="/v1/catalog", tags=["Catalog"], route_class=DirectRoute)


@router.get("")
@gives(CATALOG)
async def list_catalog(request: Request) -> Response:
    """List the models that we know by name, and whether each one fits this machine."""
    services = get_services(request)
    # It may have to ask a driver for its cards.
    machine = await asyncio.to_thread(Machine.here, services.settings.data)
    await services.reachable.ask(_PATIENCE)
    best = recommended(machine, lambda entry: services.reachable.of(entry) != "no")
    data = [_entry_object(entry, machine, services, is_best=entry == best) for entry in entries()]
    return json_reply({"object": "list", "data": data})


def _entry_object(entry: Entry, machine: Machine, services: Services, *, is_best: bool) -> dict[str, Any]:
    card = entry.card
    installed = [each.name for each in services.catalog.local() if each.source in entry.sources]
    fetched = [each.download.id for each in services.downloads.list() if each.download.source in entry.sources]
    return {
        "object": "catalog.entry",
        **card_facts(card, machine, entry),
        "owner": card.owner,
        "active_parameters": entry.active or card.parameters,
        "server": entry.server,
        "reachable": "unknown" if entry.server else services.reachable.of(entry),
        "recommended": is_best,
        "installed_as": next(iter(installed), None),
        "download_id": next(iter(fetched), None),
        "checked": entry.checked,
    }
