"""How llama.cpp is compiled here: for what, with which options, and what that needs of the machine."""

from __future__ import annotations

import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from earthshine.errors import Unavailable

TARGET = "llama-server"
_COMMON = {
    "CMAKE_BUILD_TYPE": "Release",
    "BUILD_SHARED_LIBS": "OFF",
    "LLAMA_BUILD_TESTS": "OFF",
    "LLAMA_BUILD_EXAMPLES": "OFF",
    "LLAMA_BUILD_UI": "OFF",
    "LLAMA_OPENSSL": "OFF",
}
_X86 = {
    "sse4_2": "SSE42",
    "avx": "AVX",
    "avx2": "AVX2",
    "bmi2": "BMI2",
    "fma": "FMA",
    "f16c": "F16C",
    "avx_vnni": "AVX_VNNI",
    "avx512_vbmi": "AVX512_VBMI",
    "avx512vbmi": "AVX512_VBMI",
    "avx512_vnni": "AVX512_VNNI",
    "avx512_bf16": "AVX512_BF16",
    "amx_tile": "AMX_TILE",
    "amx_int8": "AMX_INT8",
    "amx_bf16": "AMX_BF16",
}
"""Instructions as the kernel names them, and the engine's option for each."""
_AVX512 = {"avx512f", "avx512cd", "avx512vl", "avx512dq", "avx512bw"}


@dataclass(frozen=True, slots=True)
class Target:
    """Something to compile for."""

    name: str
    option: str
    """The engine's option that adds it; empty where there is only the processor."""
    tool: str
    """A program without which it cannot be compiled."""
    advice: str
    """What brings that program."""


TARGETS = {
    "cpu": Target("cpu", "", "c++", "Install a C++ compiler (Debian: `apt install g++`)."),
    "cuda": Target(
        "cuda", "GGML_CUDA", "nvcc", "Install NVIDIA's CUDA toolkit (Debian: `apt install nvidia-cuda-toolkit`)."
    ),
    "rocm": Target("rocm", "GGML_HIP", "hipcc", "Install AMD's ROCm with its HIP compiler."),
    "vulkan": Target(
        "vulkan",
        "GGML_VULKAN",
        "glslc",
        "Install Vulkan's headers and the shader compiler (Debian: `apt install libvulkan-dev glslc spirv-headers`).",
    ),
    "metal": Target("metal", "GGML_METAL", "xcrun", "Install Xcode's command line tools (`xcode-select --install`)."),
}


def missing(target: Target) -> list[str]:
    """Return what this machine lacks, each as what to do; nothing where all is there."""
    advice: list[str] = []
    if target.name == "metal" and sys.platform != "darwin":
        advice.append(f"{target.name} is not for this system ({platform.system()}).")
    if shutil.which("cmake") is None:
        advice.append("Install cmake 3.19 or newer (Debian: `apt install cmake`; anywhere: `pip install cmake`).")
    if not any(map(shutil.which, ("c++", "g++", "clang++"))):
        advice.append(TARGETS["cpu"].advice)
    if not any(map(shutil.which, ("ninja", "make"))):
        advice.append("Install ninja (Debian: `apt install ninja-build`; anywhere: `pip install ninja`).")
    if target.name != "cpu" and shutil.which(target.tool) is None:
        advice.append(target.advice)
    return advice


def configure(target: Target, source: Path, folder: Path, flags: frozenset[str] | None = None) -> list[str]:
    """Return the command that prepares a compilation of `source` in `folder`; `flags` are for tests."""
    options = _COMMON | instructions(kernel_flags() if flags is None else flags)
    if target.option:
        options[target.option] = "ON"
    words = ["cmake", "-S", str(source), "-B", str(folder)]
    if shutil.which("ninja"):
        words += ["-G", "Ninja"]
    return words + [f"-D{name}={value}" for name, value in options.items()]


def instructions(flags: frozenset[str]) -> dict[str, str]:
    """Return the options for the instructions that the kernel lets programs use.

    A compiler that is asked for all of the processor's own takes some that the kernel withholds (AMX), and the program
    ends at the first of them. Where the kernel names none as we know them, the compiler decides.
    """
    if "avx2" not in flags:
        return {"GGML_NATIVE": "ON"}
    options = {"GGML_NATIVE": "OFF"} | {f"GGML_{option}": "OFF" for option in _X86.values()}
    options |= {f"GGML_{option}": "ON" for flag, option in _X86.items() if flag in flags}
    if not flags >= _AVX512:
        return options | {name: "OFF" for name in options if name.startswith("GGML_AVX512_")}
    return options | {"GGML_AVX512": "ON"}


def kernel_flags() -> frozenset[str]:
    """Return what the kernel says that this machine's processor has; nothing where it says nothing."""
    try:
        said = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return frozenset()
    found = re.search(r"^flags\s*:\s*(.+)$", said, re.MULTILINE)
    return frozenset(found[1].split()) if found else frozenset()


def target_named(name: str) -> Target:
    """Return a target. Raises `Unavailable` where this machine cannot compile for it."""
    target = TARGETS[name]
    if advice := missing(target):
        raise Unavailable(f"llama.cpp cannot be compiled for {name} here. {' '.join(advice)}")
    return target
