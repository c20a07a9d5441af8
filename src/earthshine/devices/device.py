"""One device that computes beside the processor: a graphics card, a part of one, or a chip's own graphics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Maker = Literal["nvidia", "amd", "intel", "apple", "software", "other"]


@dataclass(frozen=True, slots=True)
class Device:
    """What a tool, the kernel or an engine says of a device. Sizes are bytes."""

    id: str
    """As the engine names it where the engine was asked (`CUDA0`, `Vulkan1`), else our count by backend."""
    name: str
    maker: Maker
    memory: int
    """0 where nobody tells."""
    free: int
    backend: str
    """What programs reach it by: `cuda`, `rocm`, `vulkan`, `metal`, `sycl`, or empty."""
    shared: bool = False
    """Whether its memory is the machine's own, as that of graphics inside a processor is."""

    @property
    def used(self) -> int:
        """Bytes that somebody has, ourselves among them."""
        return max(0, self.memory - self.free)


def device(
    backend: str, number: int, name: str, maker: Maker, memory: int, free: int, *, shared: bool = False
) -> Device:
    """Make a device of what a tool says, which may be nonsense: no size is negative, and no more is free than there."""
    names = {"cuda": "CUDA", "rocm": "ROCm", "vulkan": "Vulkan", "sycl": "SYCL", "metal": "MTL"}
    memory = max(0, memory)
    printable = "".join(each for each in name if each.isprintable()).strip()[:120] or "unknown"
    return Device(f"{names[backend]}{number}", printable, maker, memory, min(max(0, free), memory), backend, shared)
