"""What the header of a GGUF file tells about its model, and the proof that the file is whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any, cast

from earthshine.catalog.gguf.reader import GgufReader, Tensor, damaged
from earthshine.catalog.gguf.tensor_types import FILE_TYPES, TENSOR_TYPES
from earthshine.errors import ModelBroken

_MOST_LAYERS = 10_000
"""Those that exist have some hundred."""
_RANK = 4
"""The way of pooling that gives a judgement instead of a vector."""


@dataclass(frozen=True)
class Header:
    """One file's header."""

    path: Path
    version: int
    metadata: dict[str, Any]
    """Key to value; vocabularies and other long lists are left out."""
    tensors: tuple[Tensor, ...]
    data_start: int
    """Offset in bytes of the data section."""
    bos_token: str = ""
    eos_token: str = ""

    @property
    def architecture(self) -> str:
        """The model's kind as llama.cpp names it, such as `qwen3`."""
        return self.text("general.architecture")

    @cached_property
    def parameters(self) -> int:
        """Number of weights."""
        return sum(tensor.elements for tensor in self.tensors)

    @cached_property
    def quantization(self) -> str:
        """The declared file type, else the type that holds most weights."""
        declared = self.metadata.get("general.file_type")
        if isinstance(declared, int) and declared in FILE_TYPES:
            return FILE_TYPES[declared]
        weights: Counter[int] = Counter()
        for tensor in self.tensors:
            weights[tensor.type] += tensor.elements
        return TENSOR_TYPES[weights.most_common(1)[0][0]].name if weights else ""

    @property
    def context_length(self) -> int:
        """Tokens that the model was trained for; 0 when not said."""
        return self.number("context_length")

    @property
    def chat_template(self) -> str:
        """Jinja source; empty when there is none."""
        return self.text("tokenizer.chat_template")

    @property
    def pooling(self) -> int:
        """How token vectors become one: 0 not said, 1 mean, 2 first token, 3 last token, 4 rank."""
        return self.number("pooling_type")

    @property
    def reranks(self) -> bool:
        """Whether it judges how well a text answers a query: a re-ranker."""
        return self.pooling == _RANK

    @property
    def embeds(self) -> bool:
        """Whether it writes no text but makes numbers of one: it pools, or it reads in both directions."""
        return self.pooling > 0 or self.metadata.get(f"{self.architecture}.attention.causal") is False

    @property
    def sampling(self) -> dict[str, float]:
        """What its maker recommends, under our names."""
        keys = {"temperature": "temp", "top_p": "top_p", "top_k": "top_k", "min_p": "min_p"}
        found = {name: self.metadata.get(f"general.sampling.{key}") for name, key in keys.items()}
        return {name: value for name, value in found.items() if isinstance(value, float | int) and 0 <= value < inf}

    @property
    def kv_bytes(self) -> int:
        """Bytes of 16-bit attention cache for each token of context; 0 when the header does not tell.

        An upper bound for models in which some layers see only a window, or keep a state instead.
        """
        return sum(self.kv_bytes_by_layer)

    @property
    def kv_bytes_by_layer(self) -> tuple[int, ...]:
        """The same for each layer; nothing when the header does not tell."""
        layers, heads, width = (self.number(key) for key in ("block_count", "attention.head_count", "embedding_length"))
        if not (0 < layers <= _MOST_LAYERS and heads and width):
            return ()
        if rank := self.number("attention.kv_lora_rank"):  # one compressed vector and the rotary part (MLA)
            return (2 * (rank + self.number("rope.dimension_count")),) * layers
        keys = self.number("attention.key_length") or width // heads
        values = self.number("attention.value_length") or width // heads
        by_layer = self._numbers("attention.head_count_kv") or [heads]
        groups = by_layer if len(by_layer) > 1 else by_layer * layers
        return tuple(2 * group * (keys + values) for group in groups)

    def text(self, key: str) -> str:
        """Return a text of the metadata, or an empty one."""
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """Return a count of the architecture's own section: the largest of a list, 0 when there is none."""
        return max(self._numbers(key), default=0)

    def _numbers(self, key: str) -> list[int]:
        value = self.metadata.get(f"{self.architecture}.{key}")
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        return [item for item in items if isinstance(item, int) and not isinstance(item, bool) and item >= 0]


def read_header(path: Path) -> Header:
    """Read the header of the file at `path`.

    Raises:
        ModelBroken: it is no GGUF file, or its header contradicts itself or the size of the file.
    """
    try:
        with path.open("rb", buffering=2**20) as file:
            reader = GgufReader(path, file)
            version, tensor_count, entries = reader.counts()
            metadata = reader.metadata(entries)
            tensors = reader.tensors(tensor_count)
            start = _padded(reader.position, _alignment(path, metadata))
            bos = reader.token(metadata.get("tokenizer.ggml.bos_token_id"))
            eos = reader.token(metadata.get("tokenizer.ggml.eos_token_id"))
    except OSError as error:
        raise ModelBroken(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    return Header(path, version, metadata, tensors, start, bos, eos)


def verify(path: Path) -> Header:
    """Read the header and prove that the last tensor ends exactly at the end of the file.

    Raises:
        ModelBroken: as `read_header`; or the file is cut off, too long, has gaps, or is one of several parts.
    """
    header = read_header(path)
    parts = header.metadata.get("split.count", 1)
    if parts != 1:
        raise ModelBroken(
            f"The model file {path} is one of several ({parts!r}). Pull the whole model by its first file, whose name "
            "ends in -00001-of-, the number of files and .gguf."
        )
    _check_whole(header)
    if not header.architecture:
        raise damaged(path, "it does not name its architecture")
    return header


def verify_files(files: Sequence[Path]) -> Header:
    """Prove that each file of a model is whole and in its place; return the first header, with the tensors of all.

    Raises `ModelBroken`, as `verify`.
    """
    if len(files) == 1:
        return verify(files[0])
    headers: list[Header] = []
    for number, path in enumerate(files):
        header = read_header(path)
        place = header.metadata.get("split.no"), header.metadata.get("split.count")
        if place != (number, len(files)):
            raise damaged(path, f"it says that it is file {place[0]} of {place[1]}, and is {number} of {len(files)}")
        if header.tensors:  # the first file may hold nothing but the metadata
            _check_whole(header)
        headers.append(header)
    first = headers[0]
    if not first.architecture:
        raise damaged(first.path, "it does not name its architecture")
    said = first.metadata.get("split.tensors.count")
    tensors = tuple(tensor for header in headers for tensor in header.tensors)
    if isinstance(said, int) and said != len(tensors):
        raise damaged(first.path, f"its files hold {len(tensors)} tensors together, and it says {said}")
    return replace(first, tensors=tensors)


def _check_whole(header: Header) -> None:
    path, size = header.path, header.path.stat().st_size
    end, exact = _data_end(header)
    if size < exact:
        raise ModelBroken(
            f"The model file {path} is cut off: it has {size} bytes and its weights end at {exact}. "
            "Remove the model and pull it again."
        )
    if size > end:
        raise damaged(path, f"{size - exact} bytes follow its last tensor")


def _data_end(header: Header) -> tuple[int, int]:
    """Return where the file may end: after the last tensor's padding, and after the last tensor itself."""
    alignment = int(header.metadata.get("general.alignment", 32))
    end = exact = 0
    for tensor in sorted(header.tensors, key=lambda tensor: tensor.offset):
        if tensor.offset != end:
            raise damaged(header.path, f"tensor {tensor.name[:80]!r} starts at {tensor.offset} and not at {end}")
        exact = tensor.offset + tensor.bytes
        end = _padded(exact, alignment)
    if not header.tensors:
        raise damaged(header.path, "it holds no weights")
    return header.data_start + end, header.data_start + exact


def _alignment(path: Path, metadata: dict[str, Any]) -> int:
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or not 1 <= alignment <= 2**20 or alignment & (alignment - 1):
        raise damaged(path, f"its alignment is {alignment!r}")
    return alignment


def _padded(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment
