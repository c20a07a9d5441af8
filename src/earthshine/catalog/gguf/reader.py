"""The bytes of a GGUF header: nothing in it is believed before it is compared with the size of the file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

from earthshine.catalog.gguf.tensor_types import TENSOR_TYPES
from earthshine.errors import ModelBroken

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_MAX_ITEMS = 10_000_000
"""Most entries of one list of texts; the largest vocabularies have well under a million."""
_MAX_TEXT = 64 * 2**20
"""Longest text in bytes; tokenizers written out as JSON reach about 20 MiB."""
_MAX_DEPTH = 4
_KEPT_ITEMS = 1024
"""Longer lists are stepped over and not kept: they are vocabularies."""
_MAX_LISTS = 4096
"""Most lists inside lists of a whole header; no known model has any."""
_MAX_HEADER = 256 * 2**20
"""Most bytes that texts and lists of a header may take in memory."""
_MAX_TENSORS = 100_000
_MAX_ENTRIES = 10_000
"""The largest models have a few thousand tensors and some hundred metadata entries."""
_NUMBER_BYTES = 40
"""Bytes of memory that a number in a list takes."""
_SMALLEST_ENTRY = 16
"""Bytes that the shortest metadata entry or tensor entry takes."""
_SCALARS = {
    number: struct.Struct("<" + code)
    for number, code in zip((0, 1, 2, 3, 4, 5, 6, 7, 10, 11, 12), "BbHhIif?Qqd", strict=True)
}
_TEXT, _LIST = 8, 9


@dataclass(frozen=True, slots=True)
class Tensor:
    """One entry of the tensor table."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int
    """Bytes from the start of the data section."""

    @property
    def elements(self) -> int:
        """Number of weights."""
        return prod(self.shape)

    @property
    def bytes(self) -> int:
        """Bytes that its weights take."""
        kind = TENSOR_TYPES[self.type]
        return self.elements // kind.block * kind.bytes


def damaged(path: Path, fault: str) -> ModelBroken:
    """Return the error that names the file, the fault and the mend."""
    return ModelBroken(
        f"The model file {path} is damaged or no GGUF model: {fault}. Remove the model and pull it again."
    )


class GgufReader:
    """Reads the parts of one header in their order: `counts`, `metadata`, `tensors`; `token` at any time after."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self._path = path
        self._file = file
        self._size = file.seek(0, 2)
        file.seek(0)
        self._lists = 0
        """Lists inside lists so far."""
        self._kept = 0
        """Bytes of texts and lists so far."""
        self._vocabulary: tuple[int, int] | None = None
        """Offset and number of the tokens."""

    @property
    def position(self) -> int:
        """Bytes read so far."""
        return self._file.tell()

    def counts(self) -> tuple[int, int, int]:
        """Read the fixed start: version, number of tensors, number of metadata entries."""
        if self._size < 24:
            raise damaged(self._path, f"it has only {self._size} bytes")
        if (magic := self._file.read(4)) != _MAGIC:
            raise damaged(self._path, f"it starts with {magic!r} and not with {_MAGIC!r}")
        version = self._scalar(4)
        if version not in _VERSIONS:
            raise damaged(self._path, f"its format version is {version}; versions 2 and 3 are known")
        tensors, entries = self._scalar(10), self._scalar(10)
        for what, count, most in (("tensors", tensors, _MAX_TENSORS), ("metadata entries", entries, _MAX_ENTRIES)):
            if count > most or count * _SMALLEST_ENTRY > self._size:
                raise damaged(self._path, f"it claims {count} {what} in {self._size} bytes")
        return version, tensors, entries

    def metadata(self, entries: int) -> dict[str, Any]:
        """Read all keys and values; lists of more than about a thousand entries are left out."""
        found: dict[str, Any] = {}
        for _ in range(entries):
            key = self._text()
            value = self._value(self._scalar(4), key)
            if value is not None:
                found[key] = value
        return found

    def tensors(self, count: int) -> tuple[Tensor, ...]:
        """Read the tensor table."""
        return tuple(self._tensor() for _ in range(count))

    def token(self, number: Any) -> str:
        """Return one token of the vocabulary; empty when there is no such number."""
        if self._vocabulary is None or not isinstance(number, int) or not 0 <= number < self._vocabulary[1]:
            return ""
        self._file.seek(self._vocabulary[0])
        for _ in range(number):
            self._skip(self._length())
        return self._text()

    def _tensor(self) -> Tensor:
        name = self._text()
        dimensions = self._scalar(4)
        if not 1 <= dimensions <= 8:
            raise damaged(self._path, f"tensor {name[:80]!r} has {dimensions} dimensions")
        shape = tuple(self._scalar(10) for _ in range(dimensions))
        number, offset = self._scalar(4), self._scalar(10)
        kind = TENSOR_TYPES.get(number)
        if kind is None:
            raise damaged(self._path, f"tensor {name[:80]!r} is of type {number}, which this version does not know")
        tensor = Tensor(name, shape, number, offset)
        if 0 in shape or shape[0] % kind.block:
            raise damaged(self._path, f"tensor {name[:80]!r} has the impossible shape {shape}")
        if offset > self._size or tensor.bytes > self._size:
            fault = f"tensor {name[:80]!r} needs {tensor.bytes} bytes at {offset}, and the whole file has {self._size}"
            raise damaged(self._path, fault)
        return tensor

    def _value(self, kind: int, key: str) -> Any:
        if kind == _TEXT:
            return self._text()
        if kind == _LIST:
            return self._list(key)
        if kind not in _SCALARS:
            raise damaged(self._path, f"metadata {key[:80]!r} is of the unknown type {kind}")
        return self._scalar(kind)

    def _list(self, key: str, depth: int = 1) -> list[Any] | None:
        kind, count = self._scalar(4), self._scalar(10)
        if kind in _SCALARS:
            if count > _KEPT_ITEMS:
                return self._skip(count * _SCALARS[kind].size)
            self._keep(count * _NUMBER_BYTES)
            return [self._scalar(kind) for _ in range(count)]
        if kind not in (_TEXT, _LIST) or depth > _MAX_DEPTH:
            raise damaged(self._path, f"metadata {key[:80]!r} is a list of the unknown type {kind}")
        if count > _MAX_ITEMS or count * 8 > self._size:
            raise damaged(self._path, f"metadata {key[:80]!r} claims {count} entries")
        if kind == _LIST:
            # Each becomes an object in memory, however short it is in the file.
            self._lists += count
            if self._lists > _MAX_LISTS:
                raise damaged(self._path, f"metadata {key[:80]!r} brings the lists inside lists to {self._lists}")
            return [self._list(key, depth + 1) for _ in range(count)]
        if key == "tokenizer.ggml.tokens":
            self._vocabulary = self.position, count
        elif count <= _KEPT_ITEMS:
            return [self._text() for _ in range(count)]
        for _ in range(count):
            self._skip(self._length())
        return None

    def _scalar(self, kind: int) -> Any:
        form = _SCALARS[kind]
        raw = self._file.read(form.size)
        if len(raw) < form.size:
            raise damaged(self._path, f"its header ends at {self._size} bytes, in the middle of a number")
        return form.unpack(raw)[0]

    def _length(self) -> int:
        length = self._scalar(10)
        if length > _MAX_TEXT or length > self._size:
            raise damaged(self._path, f"a text in its header claims {length} bytes")
        return length

    def _text(self) -> str:
        length = self._length()
        self._keep(length)
        raw = self._file.read(length)
        if len(raw) < length:
            raise damaged(self._path, f"its header ends at {self._size} bytes, in the middle of a text")
        return raw.decode("utf-8", "replace")

    def _keep(self, size: int) -> None:
        self._kept += size
        if self._kept > _MAX_HEADER:
            raise damaged(self._path, f"its header would take more than {_MAX_HEADER} bytes of memory")

    def _skip(self, count: int) -> None:
        """Step over bytes. Short steps read, because seeking would empty the buffer."""
        if count < 2**16:
            there = len(self._file.read(count)) == count
        elif there := count <= self._size - self.position:
            self._file.seek(count, 1)
        if not there:
            raise damaged(self._path, f"its header ends at {self._size} bytes, in the middle of a list")
