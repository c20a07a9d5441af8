"""The devices that builds of llama.cpp reach here: as each program names them, and as the makers' tools see them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from earthshine.catalog.machine import DeviceRoom
from earthshine.devices.budget import device_budget
from earthshine.devices.device import Device, Maker
from earthshine.devices.look import Sight, look
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.builds.builds import builds
from earthshine.engines.llamacpp.builds.program import ListedDevice
from earthshine.settings import Settings
from earthshine.tasks import end_tasks

KEPT = 30.0
"""Seconds for which an answer is given again: programs are run for it."""
_BACKENDS = {"CUDA": "cuda", "ROCm": "rocm", "HIP": "rocm", "Vulkan": "vulkan", "SYCL": "sycl", "MTL": "metal"}
_MAKERS: tuple[tuple[str, Maker], ...] = (
    ("llvmpipe|lavapipe|swiftshader", "software"),
    ("nvidia|geforce|tesla|quadro|rtx|gtx", "nvidia"),
    ("amd|radeon|instinct|gfx", "amd"),
    ("intel|arc|iris|uhd", "intel"),
    ("apple", "apple"),
)


@dataclass(frozen=True, slots=True)
class ReachedDevice:
    """A device that a program reaches."""

    device: Device
    """As makers' tools call it where they see it: one card has one name, whatever program asks."""
    told: str
    """What the program's `--device` wants."""

    def budget(self, settings: Settings) -> int:
        """Return the bytes of it that models may take together."""
        return device_budget(self.device, settings, self.told)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What is here."""

    builds: tuple[Build, ...] = ()
    devices: tuple[ReachedDevice, ...] = ()
    """Those that no program reaches have but their own name."""
    reached: frozenset[str] = frozenset()
    """The ids of those that a program reaches."""
    faults: tuple[str, ...] = ()
    """Why devices are not known, and budgets of devices that are not there."""
    at: float = 0.0
    """When it was looked at, by the monotonic clock."""

    def rooms(self, settings: Settings) -> tuple[DeviceRoom, ...]:
        """Return what models may take of each device that a build reaches."""
        reached = [each for each in self.devices if each.device.id in self.reached]
        return tuple(DeviceRoom(each.budget(settings), each.device.shared) for each in reached)


class Devices:
    """Looks at builds and devices, and keeps what was seen."""

    def __init__(self, settings: Settings) -> None:
        """Begin without a look."""
        self._settings = settings
        self._looking = asyncio.Lock()
        self._task: asyncio.Task[Inventory] | None = None
        self.last = Inventory()
        """What was seen last; nothing at first."""

    async def look(self, kept: float = KEPT) -> Inventory:
        """Return what is here, seen at most `kept` seconds ago."""
        async with self._looking:
            if not self.last.at or time.monotonic() - self.last.at > kept:
                self.last = await asyncio.to_thread(inventory, self._settings)
            return self.last

    def refresh(self, kept: float) -> None:
        """Have a look meanwhile, if the last was longer ago; for those who cannot wait."""
        if (self._task is None or self._task.done()) and (not self.last.at or time.monotonic() - self.last.at > kept):
            self._task = asyncio.create_task(self.look(kept), name="look at devices")

    async def close(self) -> None:
        """Stop looking."""
        await end_tasks(self._task)


def inventory(settings: Settings) -> Inventory:
    """Look at all builds and devices. Runs programs, for seconds."""
    sight, found = look(), tuple(builds(settings))
    listed = [reached(each.program.devices, sight) for each in found if each.program is not None]
    ids = frozenset(each.device.id for devices in listed for each in devices)
    devices = tuple(_each_once(listed, sight))
    names = {name for each in devices for name in (each.device.id, each.told)}
    astray = [
        f"`device_budgets` names {name!r}, and there is no such device here: {', '.join(sorted(names)) or 'none'}"
        for name in settings.device_budgets
        if name not in names
    ]
    return Inventory(found, devices, ids, (*sight.faults, *astray), time.monotonic())


def reached(listed: Sequence[ListedDevice], sight: Sight) -> tuple[ReachedDevice, ...]:
    """Return the devices that a program lists, with what tools know of each."""
    left = list(sight.devices)
    found: list[ReachedDevice] = []
    for each in listed:
        seen = _same(each, left)
        if seen is None:
            found.append(ReachedDevice(_as_listed(each), each.id))
            continue
        left.remove(seen)
        # Where both tell what is free, the lower count is the careful one; not all programs count others' memory.
        free = min(each.free, seen.free) if seen.memory else each.free
        memory = each.memory or seen.memory
        found.append(ReachedDevice(replace(seen, memory=memory, free=min(free, memory)), each.id))
    return tuple(found)


def _each_once(programs: Iterable[Sequence[ReachedDevice]], sight: Sight) -> list[ReachedDevice]:
    found: dict[str, ReachedDevice] = {}
    for devices in programs:
        for each in devices:
            found.setdefault(each.device.id, each)
    for device in sight.devices:
        found.setdefault(device.id, ReachedDevice(device, device.id))
    return list(found.values())


def _same(listed: ListedDevice, seen: Sequence[Device]) -> Device | None:
    """Return the device that a listed one is: by its name and number, its name, its number, or its maker.

    A kernel's name of a device is a number that no program prints, so that its maker must do.
    """
    named = [each for each in seen if _alike(listed.name, each.name)]
    numbered = [each for each in seen if each.id == listed.id]
    made = [each for each in seen if each.maker == _maker(listed.name)]
    both = [each for each in numbered if each in named]
    return next(iter([*both, *named, *numbered, *made]), None)


def _alike(one: str, other: str) -> bool:
    left, right = (re.sub(r"[^a-z0-9]", "", name.lower()) for name in (one, other))
    return bool(left and right) and (left in right or right in left)


def _as_listed(listed: ListedDevice) -> Device:
    backend = next((name for begin, name in _BACKENDS.items() if listed.id.startswith(begin)), "")
    maker = _maker(listed.name)
    shared = maker in ("software", "apple")
    return Device(listed.id, listed.name, maker, listed.memory, min(listed.free, listed.memory), backend, shared)


def _maker(name: str) -> Maker:
    words = set(re.sub(r"[^a-z]+", " ", name.lower()).split())
    for names, maker in _MAKERS:
        if words & set(names.split("|")):
            return maker
    return "other"
