"""Write a GGUF file. Source of the format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sys import byteorder
from typing import BinaryIO, TypeAlias

from earthshine.catalog.gguf.tensor_types import TENSOR_TYPES

Value: TypeAlias = "bool | int | float | str | bytes | Sequence[str] | array[int] | array[float]"
"""A count is written in 32 bits; bytes as a list of bytes, an array as a list of its own type."""

_ALIGNMENT = 32
_VERSION = 3
_TYPES = {"u8": 0, "B": 0, "i": 5, "I": 4, "f": 6, "bool": 7, "text": 8, "list": 9}
"""Numbers of the value types, by `array`'s codes where it has one."""


@dataclass(frozen=True, slots=True)
class NewTensor:
    """One tensor and its bytes, packed as its type says and in little-endian order."""

    name: str
    type: int
    """A number of `TENSOR_TYPES`."""
    shape: tuple[int, ...]
    """The fastest dimension first."""
    data: memoryview


def write_gguf(file: BinaryIO, metadata: Mapping[str, Value], tensors: Sequence[NewTensor]) -> None:
    """Write a whole model. Raises `ValueError` for a tensor whose bytes do not match its shape."""
    header = bytearray(struct.pack("<4sIQQ", b"GGUF", _VERSION, len(tensors), len(metadata)))
    for key, value in metadata.items():
        header += _text(key) + _value(value)
    offset = 0
    for tensor in tensors:
        _check(tensor)
        header += _text(tensor.name) + struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        header += struct.pack("<IQ", tensor.type, offset)
        offset += _padded(len(tensor.data))
    file.write(header + _padding(len(header)))
    for tensor in tensors:
        file.write(tensor.data)
        file.write(_padding(len(tensor.data)))


def _value(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", _TYPES["bool"], value)
        case int():
            return struct.pack("<II", _TYPES["I"], value)
        case float():
            return struct.pack("<If", _TYPES["f"], value)
        case str():
            return struct.pack("<I", _TYPES["text"]) + _text(value)
        case bytes():
            return _list("u8", len(value)) + value
        case array():
            numbers = value[:]
            if byteorder == "big":
                numbers.byteswap()
            return _list(value.typecode, len(value)) + numbers.tobytes()
        case _:
            return _list("text", len(value)) + b"".join(map(_text, value))


def _list(kind: str, length: int) -> bytes:
    return struct.pack("<IIQ", _TYPES["list"], _TYPES[kind], length)


def _text(text: str) -> bytes:
    content = text.encode()
    return struct.pack("<Q", len(content)) + content


def _check(tensor: NewTensor) -> None:
    kind = TENSOR_TYPES[tensor.type]
    elements = 1
    for dimension in tensor.shape:
        elements *= dimension
    if len(tensor.data) * kind.block != elements * kind.bytes:
        raise ValueError(f"{tensor.name} has {len(tensor.data)} bytes, which is no {kind.name} of {tensor.shape}")


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _padding(size: int) -> bytes:
    return bytes(_padded(size) - size)
