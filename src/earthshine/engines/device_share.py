"""A part of a model on a device."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeviceShare:
    """What one device holds of a model."""

    id: str
    """The device's, as `GET /earthshine/v1/devices` lists it."""
    layers: int
    """The part behind the last layer, which makes words of its result, counts as one."""
    memory: int
    """Bytes: weights, attention caches, buffers and what a driver takes for a process."""
