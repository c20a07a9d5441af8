"""NVIDIA's cards, and the parts of one that is divided (MIG), as `nvidia-smi -q -x` lists them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from earthshine.devices.device import Device, device
from earthshine.devices.tools import Unreadable, ask

_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def cards() -> list[Device]:
    """Return NVIDIA's devices of this machine. Raises `Unreadable`."""
    text = ask("nvidia-smi", "-q", "-x")
    return [] if text is None else read(text)


def read(text: str) -> list[Device]:
    """Read the XML that the tool prints. Raises `Unreadable`."""
    try:
        root = ElementTree.fromstring(text[max(0, text.find("<?xml")) :])  # noqa: S314 (the driver's own tool)
    except (ElementTree.ParseError, RecursionError):
        raise Unreadable(f"nvidia-smi printed no XML: {text.strip()[:120]!r}") from None
    if root.tag != "nvidia_smi_log":
        raise Unreadable(f"nvidia-smi printed <{root.tag[:40]}> instead of its list")
    found: list[Device] = []
    for card in root.iter("gpu"):
        name = card.findtext("product_name") or "NVIDIA"
        parts = card.findall("mig_devices/mig_device")
        # A divided card is used by its parts alone.
        for part in parts or [card]:
            memory, free = (_size(part.findtext(f"fb_memory_usage/{each}")) for each in ("total", "free"))
            label = f"{name} MIG {part.findtext('index') or len(found)}" if parts else name
            # A chip that has one memory with the processor, such as the GB10, says N/A.
            found.append(device("cuda", len(found), label, "nvidia", memory, free, shared=not memory))
    return found


def _size(text: str | None) -> int:
    match = re.fullmatch(r"\s*(\d{1,15}) (B|KiB|MiB|GiB)\s*", text or "")
    return int(match[1]) * _UNITS[match[2]] if match else 0
