"""Routes of devices, and of the builds of the engine that reach them. An extension of OpenAI's API."""

from __future__ import annotations

import asyncio

from fastapi import Request

from earthshine.accounts.authorization.needs import needs
from earthshine.devices.look import look
from earthshine.engines.llamacpp.builds.advice import advice
from earthshine.engines.llamacpp.builds.build import WHEEL, Build
from earthshine.engines.llamacpp.builds.builds import builds_folder, chosen
from earthshine.engines.llamacpp.builds.figures import Figures, gains, read_figures
from earthshine.engines.llamacpp.devices.inventory import Devices, Inventory, ReachedDevice
from earthshine.engines.pool import Pool
from earthshine.models.device_objects import Device, DeviceList, DeviceModel, EngineBuild, EngineBuildList
from earthshine.openapi import Routes
from earthshine.processes.memory import MemoryBudget
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, json_reply

router = Routes(tags=["Machine"])


@router.get("/earthshine/v1/devices")
@needs("operator")
async def list_devices(request: Request) -> Reply[DeviceList]:
    """List the devices of the server that answers, and what models have of each."""
    here = await service(request, Devices).look()
    data = [_device_object(request, each) for each in here.devices]
    return json_reply({"object": "list", "data": data, "faults": list(here.faults)})


@router.get("/earthshine/v1/engines/builds")
@needs("operator")
async def list_builds(request: Request) -> Reply[EngineBuildList]:
    """List the builds of llama.cpp on the server that answers, what was measured of each, and which one serves."""
    here, settings = await service(request, Devices).look(), service(request, Settings)
    return json_reply(await asyncio.to_thread(_builds_object, here, settings))


def _device_object(request: Request, reached: ReachedDevice) -> Device:
    device = reached.device
    held: list[DeviceModel] = [
        {"model": state.card.name, "memory": share.memory, "layers": share.layers}
        for state in service(request, Pool).states()
        for share in state.devices
        if share.id == device.id
    ]
    return {
        "object": "device",
        "id": device.id,
        "name": device.name,
        "maker": device.maker,
        "backend": device.backend,
        "memory": device.memory,
        "free": device.free,
        "budget": reached.budget(service(request, Settings)),
        "reserved": service(request, MemoryBudget).reserved(device.id),
        "shared": device.shared,
        "models": held,
    }


def _builds_object(here: Inventory, settings: Settings) -> EngineBuildList:
    figures = read_figures(builds_folder(settings))
    model = figures[-1].model if figures else ""
    serving, gained = chosen(settings, model).name, gains(figures, model, WHEEL)
    return {
        "object": "list",
        "data": [
            _build_object(each, figures, gained.get(each.name), serves=each.name == serving) for each in here.builds
        ],
        "advice": advice(here.builds, look().devices),
    }


def _build_object(build: Build, figures: list[Figures], gain: float | None, *, serves: bool) -> EngineBuild:
    listed = build.program.devices if build.program is not None else ()
    return {
        "object": "engine_build",
        "name": build.name,
        "made_for": build.made_for,
        "version": build.version,
        "fault": build.fault,
        "serves": serves,
        "devices": [{"id": each.id, "name": each.name, "memory": each.memory, "free": each.free} for each in listed],
        "figures": [
            {"model": each.model, "reads": each.reads, "writes": each.writes}
            for each in figures
            if each.build == build.name
        ],
        "gain": None if gain is None else round(gain, 2),
    }
