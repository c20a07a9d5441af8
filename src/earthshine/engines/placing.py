"""Where a model goes: how much of it each device holds, and how much the machine's memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from earthshine.catalog.card import Card
from earthshine.engines.base import Engine
from earthshine.engines.device_share import DeviceShare
from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class Taken:
    """What our own models have of a device, in bytes."""

    reserved: int = 0
    loading: int = 0
    """Of those, for models that are being loaded: a driver may still call it free."""
    idle: int = 0
    """Of those, for models that would be unloaded."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a model is about to take."""

    memory: int
    """Bytes of the machine's memory."""
    devices: tuple[DeviceShare, ...] = ()
    whole: bool = True
    """Whether more room on devices would bring no more of it there."""
    plan: object = None
    """What its factory has to know to load it so."""

    @property
    def layers(self) -> int:
        """How much of it goes to devices."""
        return sum(share.layers for share in self.devices)


@runtime_checkable
class PlacesModels(Protocol):
    """A factory that places models on devices."""

    def place(self, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> Claim:
        """Say where a model goes, given what others have of each device. Raises `ModelBroken`; may ask programs."""
        ...

    async def load(self, card: Card, settings: Settings, claim: Claim) -> Engine:
        """Load the model of `card` as it was placed. Raises `ModelBroken`."""
        ...
