"""What this machine has, and whether a model fits it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from earthshine.catalog.card import Card
from earthshine.catalog.weights import SAFETENSORS_ENGINES
from earthshine.disk import free_bytes

_WORK_MEMORY = 400 * 2**20
"""Bytes that an engine's process takes beside weights and attention cache."""
_PROGRAM_MEMORY = 3 * 2**30
"""The same for vLLM and SGLang, over their processes."""
_SYSTEM_MEMORY = 1024 * 2**20
"""Bytes left to the system and to our own server."""
_CONTEXT = 8192
"""Tokens of context for which the attention cache is reckoned."""
_LEAST_PARTS = 20
"""A device that holds less than one of so many parts of a model holds no layer beside what it works with."""
_BESIDE = 1.1
"""What a device needs for a model, buffers and drivers counted."""
_GIB = 2**30


Placing = Literal["device", "split", "processor"]
"""Whether a model fits on devices wholly, in part, or not at all."""


@dataclass(frozen=True, slots=True)
class DeviceRoom:
    """What models may take of one device that an engine here reaches."""

    memory: int
    """Bytes."""
    shared: bool = False
    """Its memory is the machine's own."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What matters for running models. Sizes are bytes."""

    memory: int
    """Of the machine, or of the container if that has less; 0 when unknown."""
    disk_free: int
    cores: int
    """Physical cores that this process may use."""
    cpu: str = ""
    cpu_flags: frozenset[str] = frozenset()
    """Those of avx, avx2, avx512f, fma, f16c, neon that the processor has."""
    gpus: tuple[str, ...] = ()
    """Names of NVIDIA cards."""
    devices: tuple[DeviceRoom, ...] = ()
    """Those that an engine reaches; nothing where nobody looked."""

    @classmethod
    def here(cls, data: Path, root: Path = Path("/")) -> Machine:
        """Look at this machine; `data` lies on the disk that counts. `root` is for tests."""
        info = _text(root / "proc/cpuinfo")
        return cls(
            memory=_memory(root),
            disk_free=free_bytes(data.absolute()),
            cores=_cores(info),
            cpu=_match(r"^model name\s*:\s*(.+)$", info) or platform.processor() or platform.machine(),
            cpu_flags=_flags(info),
            gpus=_gpus(root),
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model runs here."""

    ok: bool
    memory: int
    """Bytes that it needs: weights, attention cache of one full reply, and the engine."""
    reason: str
    """In words."""
    placing: Placing = "processor"


def fits(card: Card, machine: Machine) -> Fit:
    """Judge whether a model that runs on this machine fits its memory, and if not yet fetched its disk."""
    if card.kind != "weights":
        return Fit(True, 0, "runs elsewhere")
    context = min(card.context_length or _CONTEXT, _CONTEXT)
    work = card.size + card.projector_size + context * card.kv_bytes
    program = card.engine in SAFETENSORS_ENGINES
    needed = work + (_PROGRAM_MEMORY if program else _WORK_MEMORY)
    if program and machine.gpus:
        # These programs see the cards themselves, whatever builds of llama.cpp reach.
        return Fit(True, needed, f"needs {gib(needed)} of GPU memory, which is looked at when it is loaded", "device")
    cards = sum(each.memory for each in machine.devices if not each.shared)
    placing = _placing(work, cards, sum(each.memory for each in machine.devices if each.shared))
    kept = needed - min(cards, work) + _SYSTEM_MEMORY
    beside = f" beside {gib(cards)} on devices" if cards else ""
    if machine.memory and kept > machine.memory:
        return Fit(False, needed, f"needs {gib(kept)} of memory{beside}, this machine has {gib(machine.memory)}")
    if card.path is None and card.size + card.projector_size > machine.disk_free:
        return Fit(False, needed, f"needs {gib(card.size)} of disk, {gib(machine.disk_free)} are free", placing)
    if placing == "device":
        return Fit(True, needed, f"needs {gib(needed)}, fits on devices", placing)
    return Fit(True, needed, f"needs {gib(needed)} of {gib(machine.memory)} memory{beside}", placing)


def _placing(work: int, cards: int, shared: int) -> Placing:
    """Judge by sizes alone; the engine plans by layers when it loads a model."""
    room = cards or shared
    if room < work / _LEAST_PARTS:
        return "processor"
    return "device" if room >= work * _BESIDE else "split"


def gib(count: int) -> str:
    """Write bytes for people."""
    return f"{count / _GIB:.1f} GiB" if count >= _GIB / 10 else f"{count / 2**20:.0f} MiB"


def _memory(root: Path) -> int:
    total = int(_match(r"^MemTotal:\s*(\d+) kB", _text(root / "proc/meminfo")) or 0) * 1024
    if not total and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([total, *_cgroup_limits(root)]) if total else 0


def _cgroup_limits(root: Path) -> list[int]:
    """Memory limits of this process's control group and of those above it, version 2 and version 1."""
    limits: list[int] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers == "":
            top, name = root / "sys/fs/cgroup", "memory.max"
        elif "memory" in controllers.split(","):
            top, name = root / "sys/fs/cgroup/memory", "memory.limit_in_bytes"
        else:
            continue
        group = top / path.lstrip("/")
        for directory in [group, *group.parents]:
            if not directory.is_relative_to(top):
                break
            text = _text(directory / name).strip()
            if text.isdigit() and 0 < int(text) < 2**60:  # version 1 writes "no limit" as a huge number
                limits.append(int(text))
    return limits


def _cores(info: str) -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    physical: set[tuple[str, str]] = set()
    for block in info.split("\n\n"):
        package, core = _match(r"^physical id\s*:\s*(\d+)", block), _match(r"^core id\s*:\s*(\d+)", block)
        if package and core:
            physical.add((package, core))
    return max(1, min(usable, len(physical) or usable))


def _flags(info: str) -> frozenset[str]:
    words = set((_match(r"^(?:flags|Features)\s*:\s*(.+)$", info) or "").split())
    found = words & {"avx", "avx2", "avx512f", "fma", "f16c"}
    if "asimd" in words or platform.machine() == "arm64":
        found.add("neon")
    return frozenset(found)


def _gpus(root: Path) -> tuple[str, ...]:
    names = [
        _match(r"^Model:\s*(.+)$", _text(path)) or "NVIDIA"
        for path in sorted(root.glob("proc/driver/nvidia/gpus/*/information"))
    ]
    tool = shutil.which("nvidia-smi")
    if names or tool is None or root != Path("/"):
        return tuple(names)
    try:
        listing = subprocess.run(  # noqa: S603 (a fixed command)
            [tool, "--query-gpu=name", "--format=csv,noheader"], capture_output=True, text=True, timeout=10, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(line.strip() for line in listing.splitlines() if line.strip())


def _match(pattern: str, text: str) -> str | None:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1].strip() if found else None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
