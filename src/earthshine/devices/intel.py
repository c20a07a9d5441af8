"""Intel's graphics, as `xpu-smi` lists them, or else the kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from earthshine.devices.device import Device, device
from earthshine.devices.tools import Unreadable, ask, read_json, whole

_SIZES = ("tile0/physical_vram_size_bytes", "lmem_total_bytes", "prelim_lmem_total_bytes")
"""Where drivers tell the memory of a card."""


def cards(root: Path = Path("/")) -> list[Device]:
    """Return Intel's devices of this machine; `root` is for tests. Raises `Unreadable`."""
    listed = ask("xpu-smi", "discovery", "-j")
    if listed is None:
        return read_kernel(root)
    told: list[dict[str, Any]] = []
    for each in _entries(listed)[:64]:
        number = whole(each.get("device_id"))
        more = ask("xpu-smi", "discovery", "-d", str(number), "-j")
        told.append(each | _object(read_json("xpu-smi", more)) if more is not None else each)
    return read(told)


def read(told: list[dict[str, Any]]) -> list[Device]:
    """Read the entries of the tool's list, each with what it says of that device alone."""
    found: list[Device] = []
    for entry in told:
        if entry.get("device_type", "GPU") != "GPU":
            continue
        memory = whole(entry.get("memory_physical_size_byte"))
        free = whole(entry.get("memory_free_size_byte")) or memory
        name = str(entry.get("device_name") or "Intel")
        found.append(device("sycl", len(found), name, "intel", memory, free, shared=not memory))
    return found


def read_kernel(root: Path) -> list[Device]:
    """Read what the drivers `i915` and `xe` tell; they do not say what is free."""
    found: list[Device] = []
    for folder in sorted(root.glob("sys/class/drm/card[0-9]*/device")):
        if _text(folder / "vendor") != "0x8086":
            continue
        sizes = [whole(_text(place / name)) for place in (folder, folder.parent) for name in _SIZES]
        memory = max(sizes, default=0)
        name = f"Intel {_text(folder / 'device')}"
        found.append(device("sycl", len(found), name, "intel", memory, memory, shared=not memory))
    return found


def _entries(text: str) -> list[dict[str, Any]]:
    said = _object(read_json("xpu-smi", text)).get("device_list")
    if not isinstance(said, list):
        raise Unreadable("xpu-smi printed no list of devices")
    return [_object(each) for each in cast("list[Any]", said)]


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
