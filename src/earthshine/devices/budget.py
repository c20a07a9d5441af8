"""What loaded models may take together of a device's memory."""

from __future__ import annotations

from earthshine.devices.device import Device
from earthshine.settings import Settings

CARD_SHARE = 0.9
"""Of a card's memory, where nobody said; screens and drivers have the rest."""
SHARED_SHARE = 0.7
"""Of memory that is the machine's own, as for the machine itself."""


def device_budget(device: Device, settings: Settings, *also: str) -> int:
    """Return the bytes that all models may take of a device; `also` are its other names."""
    for name in (device.id, *also):
        if name in settings.device_budgets:
            return min(settings.device_budgets[name] * 2**20, device.memory or settings.device_budgets[name] * 2**20)
    return int(device.memory * (SHARED_SHARE if device.shared else CARD_SHARE))
