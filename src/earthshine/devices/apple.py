"""Apple's chips: graphics that have one memory with the processor."""

from __future__ import annotations

import platform
import re

from earthshine.devices.device import Device, device
from earthshine.devices.tools import ask, whole

_SHARE = 0.75
"""Of the memory that the system lets graphics have where nobody set `iogpu.wired_limit_mb`; two thirds up to 36 GiB."""


def cards() -> list[Device]:
    """Return the graphics of a Mac with a chip of Apple's. Raises `Unreadable`."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return []
    return read(
        ask("sysctl", "machdep.cpu.brand_string", "hw.memsize", "iogpu.wired_limit_mb") or "", ask("vm_stat") or ""
    )


def read(said: str, pages: str) -> list[Device]:
    """Read what `sysctl` and `vm_stat` print."""
    values = dict(re.findall(r"^([\w.]+): (.+)$", said, re.MULTILINE))
    memory = whole(values.get("hw.memsize"))
    if not memory:
        return []
    share = _SHARE if memory > 36 * 2**30 else 2 / 3
    most = whole(values.get("iogpu.wired_limit_mb")) * 2**20 or int(memory * share)
    size = re.search(r"page size of (\d+) bytes", pages)
    counts = {
        name: int(count) for name, count in re.findall(r"^Pages (free|inactive|speculative):\s+(\d+)", pages, re.M)
    }
    free = sum(counts.values()) * int(size[1]) if size else most
    return [
        device("metal", 0, values.get("machdep.cpu.brand_string", "Apple"), "apple", most, min(free, most), shared=True)
    ]
