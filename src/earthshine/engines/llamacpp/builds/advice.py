"""What another build of llama.cpp would gain on this machine."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.devices.device import Device
from earthshine.engines.llamacpp.builds.build import WHEEL, Build
from earthshine.engines.llamacpp.builds.recipe import kernel_flags

_TARGETS = {"nvidia": "cuda", "amd": "rocm", "apple": "metal", "intel": "vulkan"}
"""What is compiled for a maker's devices; `vulkan` serves those of all but Apple."""


def advice(found: Sequence[Build], devices: Sequence[Device]) -> str:
    """Return in a sentence what to build here; nothing where a build beside the wheel's is here that can be used.

    `devices` are those that makers' tools see.
    """
    usable = [each for each in found if each.name != WHEEL and each.program is not None]
    reached = any(each.program.devices for each in usable if each.program is not None)
    idle = next((each for each in devices if each.maker in _TARGETS), None)
    if idle is not None and not reached:
        return (
            f"{idle.name} is idle: the wheel computes on the processor alone "
            f"(`earthshine engine build {_TARGETS[idle.maker]}`, some minutes)"
        )
    if not usable and "avx512_vnni" in kernel_flags():
        return (
            "AVX-512 found, which the wheel does not use: a build of your own reads about 1.4 times as quick "
            "(`earthshine engine build`, some minutes)"
        )
    return ""
