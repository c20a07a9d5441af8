"""Routes of the list of models that can be fetched. An extension of OpenAI's API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import Request

from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import Catalog
from earthshine.catalog.curated import Entry, entries, recommended
from earthshine.catalog.machine import Machine
from earthshine.catalog.offers import card_facts
from earthshine.catalog.reachability import Reachability
from earthshine.engines.llamacpp.builds.builds import builds_folder
from earthshine.engines.llamacpp.builds.figures import Figures, read_figures
from earthshine.engines.llamacpp.devices.inventory import Devices, Inventory
from earthshine.models import objects
from earthshine.models.downloads import Download, Downloads
from earthshine.models.objects import CatalogEntry, MeasuredSpeed
from earthshine.openapi import Routes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply

_DEVICES_KEPT = 300.0
"""Seconds for which what devices there are is believed here: nobody who reads the list has to wait for a tool."""
_PATIENCE = 5.0
"""Seconds that the list waits to be told what can be had; later answers stand in the next one."""

router = Routes(prefix="/earthshine/v1/catalog", tags=["Catalog"])


@router.get("")
@needs("key")
async def list_catalog(request: Request) -> Reply[objects.Catalog]:
    """List the models that we know by name, and whether each one fits this machine."""
    reachable = service(request, Reachability)
    # It may have to ask a driver for its cards.
    machine = await asyncio.to_thread(Machine.here, service(request, Settings).data)
    here, settings = await service(request, Devices).look(_DEVICES_KEPT), service(request, Settings)
    machine = replace(machine, devices=here.rooms(settings))
    await reachable.ask(_PATIENCE)
    best = recommended(machine, lambda entry: reachable.of(entry) != "no")
    downloads = await service(request, Downloads).own()
    figures = _figures(here, await asyncio.to_thread(read_figures, builds_folder(settings)))
    data = [_entry_object(request, entry, machine, downloads, figures, is_best=entry == best) for entry in entries()]
    return json_reply({"object": "list", "data": data})


def _entry_object(
    request: Request,
    entry: Entry,
    machine: Machine,
    downloads: Sequence[Download],
    figures: Mapping[str, list[MeasuredSpeed]],
    *,
    is_best: bool,
) -> CatalogEntry:
    card = entry.card
    installed = [each.name for each in service(request, Catalog).local() if each.source in entry.sources]
    fetched = [each.id for each in downloads if each.source in entry.sources]
    return {
        "object": "catalog.entry",
        **card_facts(card, machine, entry),
        "owner": card.owner,
        "active_parameters": entry.active or card.parameters,
        "server": entry.server,
        "reachable": "unknown" if entry.server else service(request, Reachability).of(entry),
        "recommended": is_best,
        "figures": [each for name in installed for each in figures.get(name, [])],
        "installed_as": next(iter(installed), None),
        "download_id": next(iter(fetched), None),
        "checked": entry.checked,
    }


def _figures(here: Inventory, figures: Sequence[Figures]) -> Mapping[str, list[MeasuredSpeed]]:
    """Return what was measured with each model, by builds that are still here."""
    devices = {each.name: [one.name for one in each.program.devices] if each.program else [] for each in here.builds}
    found: dict[str, list[MeasuredSpeed]] = {}
    for each in figures:
        if each.build in devices:
            seen: MeasuredSpeed = {
                "build": each.build,
                "devices": devices[each.build],
                "reads": each.reads,
                "writes": each.writes,
            }
            found.setdefault(each.model, []).append(seen)
    return found
