"""Which files a model's weights are: one GGUF file, a split set of them, or the safetensors files of a folder."""

from __future__ import annotations

from pathlib import Path

from earthshine.catalog.sources.pieces import split_files

SAFETENSORS_ENGINES = ("vllm", "sglang")
"""Engines that read a folder of safetensors files; the first one unless another is asked for."""


def weight_files(path: Path) -> list[Path]:
    """Return the files of the weights at `path`, in order; of a folder, those that are there.

    A folder may hold the weights a second time, as `consolidated` files in its maker's own form; they do not count.
    """
    if not path.is_dir():
        return split_files(path)
    found = sorted(path.glob("*.safetensors"))
    return [file for file in found if not file.name.startswith("consolidated")] or found


def weights_size(path: Path) -> int:
    """Return the bytes of a model's weights, all their files together; -1 when one is not there."""
    try:
        return sum(file.stat().st_size for file in weight_files(path))
    except OSError:
        return -1
