"""AMD's cards, as `amd-smi` or the older `rocm-smi` lists them, or else the kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from earthshine.devices.device import Device, device
from earthshine.devices.tools import Unreadable, ask, read_json, whole

SHARED_BELOW = 2**31
"""A chip's own graphics keep a slice of the machine's memory that is smaller than any card's."""
_UNITS = {"B": 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def cards(root: Path = Path("/")) -> list[Device]:
    """Return AMD's devices of this machine; `root` is for tests. Raises `Unreadable`."""
    fault: Unreadable | None = None
    try:
        about = ask("amd-smi", "static", "--asic", "--vram", "--json")
        used = ask("amd-smi", "metric", "--mem-usage", "--json") if about is not None else None
        if about is not None and used is not None:
            return read_amd_smi(about, used)
        text = ask("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
        if text is not None:
            return read_rocm_smi(text)
    except Unreadable as error:
        fault = error
    found = read_kernel(root)
    if fault is not None and not found:
        raise fault
    return found


def read_amd_smi(about: str, used: str) -> list[Device]:
    """Read the JSON of `static` and of `metric`. Raises `Unreadable`."""
    usage = {whole(each.get("gpu")): _table(each.get("mem_usage")) for each in _entries(used)}
    found: list[Device] = []
    for entry in _entries(about):
        size = _size(_table(entry.get("vram")).get("size"))
        of = usage.get(whole(entry.get("gpu")), {})
        memory = _size(of.get("total_vram")) or size
        free = _size(of.get("free_vram")) or memory - _size(of.get("used_vram"))
        name = str(_table(entry.get("asic")).get("market_name") or "AMD")
        found.append(device("rocm", len(found), name, "amd", memory, free, shared=memory < SHARED_BELOW))
    return found


def read_rocm_smi(text: str) -> list[Device]:
    """Read the JSON of `rocm-smi`. Raises `Unreadable`."""
    said = read_json("rocm-smi", text)
    if not isinstance(said, dict):
        raise Unreadable("rocm-smi printed no table of cards")
    table = cast("dict[str, Any]", said)
    found: list[Device] = []
    for key in sorted((key for key in table if re.fullmatch(r"card\d+", key)), key=lambda key: int(key[4:])):
        card = _table(table[key])
        name = next(
            (str(card[each]) for each in ("Card Series", "Card series", "Device Name") if card.get(each)), "AMD"
        )
        memory = whole(card.get("VRAM Total Memory (B)"))
        free = memory - whole(card.get("VRAM Total Used Memory (B)"))
        found.append(device("rocm", len(found), name, "amd", memory, free, shared=memory < SHARED_BELOW))
    return found


def read_kernel(root: Path) -> list[Device]:
    """Read what the driver `amdgpu` tells of each card."""
    found: list[Device] = []
    for folder in sorted(root.glob("sys/class/drm/card[0-9]*/device")):
        if _text(folder / "vendor") != "0x1002" or not (memory := whole(_text(folder / "mem_info_vram_total"))):
            continue
        free = memory - whole(_text(folder / "mem_info_vram_used"))
        name = _text(folder / "product_name") or f"AMD {_text(folder / 'device')}"
        found.append(device("rocm", len(found), name, "amd", memory, free, shared=memory < SHARED_BELOW))
    return found


def _entries(text: str) -> list[dict[str, Any]]:
    said = read_json("amd-smi", text)
    if isinstance(said, dict):  # newer ones wrap the list
        said = cast("dict[str, Any]", said).get("gpu_data")
    if not isinstance(said, list):
        raise Unreadable("amd-smi printed no list of cards")
    return [cast("dict[str, Any]", each) for each in cast("list[Any]", said) if isinstance(each, dict)]


def _table(value: Any) -> Mapping[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _size(value: Any) -> int:
    table = _table(value)
    return whole(table.get("value")) * _UNITS.get(str(table.get("unit", "")).upper(), 0)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
