"""How much memory the loaded models may take together."""

from __future__ import annotations

import os

from earthshine.settings import Settings

DEFAULT_SHARE = 0.7


def memory_budget(settings: Settings) -> int:
    """Return the bytes that all loaded models may hold together: as set, or a share of this machine's memory."""
    if settings.memory_budget:
        return settings.memory_budget * 2**20
    return int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * DEFAULT_SHARE)
