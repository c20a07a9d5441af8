"""What the header of a safetensors file tells, and the proof that the file is whole.

A file is eight bytes with the length of its header, the header in JSON, and the tensors one behind the other; see
https://github.com/huggingface/safetensors#format.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from earthshine.errors import ModelBroken

_LONGEST = 64 * 2**20
"""Bytes of the longest header that is read; those of the largest models have about ten."""
_BITS = {
    "F64": 64,
    "I64": 64,
    "U64": 64,
    "F32": 32,
    "I32": 32,
    "U32": 32,
    "F16": 16,
    "BF16": 16,
    "I16": 16,
    "U16": 16,
    "F8_E5M2": 8,
    "F8_E4M3": 8,
    "F8_E8M0": 8,
    "F8_E4M3FNUZ": 8,
    "F8_E5M2FNUZ": 8,
    "I8": 8,
    "U8": 8,
    "BOOL": 8,
    "F6_E2M3": 6,
    "F6_E3M2": 6,
    "F4": 4,
}
"""Of one element, by the format's names of types."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One file of weights."""

    path: Path
    size: int
    """Bytes of the file."""
    tensors: frozenset[str]
    elements: dict[str, int]
    """How many numbers it holds, by their type."""


def read_shard(path: Path) -> Shard:
    """Read a file's header and prove that its tensors fill the file exactly.

    Raises `ModelBroken`: it is no safetensors file, is cut off, or its header contradicts itself.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if size < 8 or length > min(size - 8, _LONGEST):
                raise _damaged(path, f"it has {size} bytes, and its header would have {length}")
            raw = file.read(length)
    except OSError as error:
        raise ModelBroken(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    try:
        header: Any = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _damaged(path, "its header is no JSON") from error
    if not isinstance(header, dict):
        raise _damaged(path, "its header is no object")
    entries = cast("dict[str, Any]", header)
    entries.pop("__metadata__", None)
    elements: Counter[str] = Counter()
    end = 0
    for begin, name in sorted((_begin(path, name, entry), name) for name, entry in entries.items()):
        if begin != end:
            raise _damaged(path, f"tensor {name[:80]!r} starts at {begin} and not at {end}")
        kind, count, end = _tensor(path, name, entries[name])
        elements[kind] += count
    if not entries:
        raise _damaged(path, "it holds no weights")
    if size < 8 + length + end:
        raise ModelBroken(
            f"The model file {path} is cut off: it has {size} bytes and its weights end at {8 + length + end}. "
            "Bring the file again."
        )
    if size > 8 + length + end:
        raise _damaged(path, f"{size - 8 - length - end} bytes follow its last tensor")
    return Shard(path, size, frozenset(entries), dict(elements))


def _begin(path: Path, name: str, entry: Any) -> int:
    offsets = cast("dict[str, Any]", entry).get("data_offsets") if isinstance(entry, dict) else None
    counts = _counts(offsets)
    if counts is None or len(counts) != 2:
        raise _damaged(path, f"tensor {name[:80]!r} does not say where it is")
    return counts[0]


def _tensor(path: Path, name: str, entry: dict[str, Any]) -> tuple[str, int, int]:
    """Return a tensor's type, its number of elements, and where it ends."""
    kind, shape, (begin, end) = entry.get("dtype"), _counts(entry.get("shape")), entry["data_offsets"]
    if not (isinstance(kind, str) and kind in _BITS):
        raise _damaged(path, f"tensor {name[:80]!r} is of the unknown type {str(kind)[:40]!r}")
    if shape is None or len(shape) > 16:
        raise _damaged(path, f"tensor {name[:80]!r} has no shape")
    count = math.prod(shape)
    if end - begin != -(-count * _BITS[kind] // 8):
        raise _damaged(path, f"tensor {name[:80]!r} has {end - begin} bytes for {count} numbers of type {kind}")
    return kind, count, end


def _counts(value: Any) -> list[int] | None:
    """Return a list of whole numbers as such; None for anything else."""
    items: list[Any] = cast("list[Any]", value) if isinstance(value, list) else [None]
    return items if all(type(item) is int and 0 <= item < 2**63 for item in items) else None


def _damaged(path: Path, why: str) -> ModelBroken:
    return ModelBroken(f"The model file {path} is damaged or no safetensors file: {why}. Bring the file again.")
