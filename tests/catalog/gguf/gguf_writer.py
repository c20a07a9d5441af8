"""Write small GGUF files: what the tests need as weights."""

from __future__ import annotations

import random
import struct
from pathlib import Path
from typing import Any

F32, Q4_0 = 0, 2
_PACKED = {F32: (1, 4), Q4_0: (32, 18)}
TEMPLATE = "{% for message in messages %}{{ message['content'] }}{% endfor %}{% if tools %}{{ tools }}{% endif %}"


def gguf_bytes(
    *,
    tensors: dict[str, tuple[tuple[int, ...], int]] | None = None,
    metadata: dict[str, Any] | None = None,
    seed: int = 0,
    pad_end: bool = True,
) -> bytes:
    """Return a whole file. Tensors by name: shape and type (`F32` or `Q4_0`)."""
    tensors = {"token_embd.weight": ((64, 32), Q4_0), "norm.weight": ((5,), F32)} if tensors is None else tensors
    facts = {
        "general.architecture": "llama",
        "general.name": "Tiny",
        "general.license": "apache-2.0",
        "general.file_type": 2,
        "llama.context_length": 128,
        "llama.block_count": 2,
        "llama.embedding_length": 64,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "tokenizer.ggml.tokens": ["<s>", "</s>", "a", "ب"],
        "tokenizer.ggml.scores": [0.5] * 2000,
        "tokenizer.ggml.bos_token_id": 0,
        "tokenizer.ggml.eos_token_id": 1,
        "tokenizer.chat_template": TEMPLATE,
        **(metadata or {}),
    }
    facts = {key: value for key, value in facts.items() if value is not None}
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(facts))
    head += b"".join(_text(key) + _value(value) for key, value in facts.items())
    data = bytearray()
    source = random.Random(seed)
    for name, (shape, kind) in tensors.items():
        block, size = _PACKED[kind]
        count = 1
        for dimension in shape:
            count *= dimension
        data += bytes(-len(data) % 32)
        head += _text(name) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape)
        head += struct.pack("<IQ", kind, len(data))
        data += source.randbytes(count // block * size)
    if pad_end:
        data += bytes(-len(data) % 32)
    return head + bytes(-len(head) % 32) + bytes(data)


def large_gguf(size: int, seed: int = 0) -> bytes:
    """Return a whole file of about `size` bytes."""
    return gguf_bytes(tensors={"token_embd.weight": ((size // 4,), F32)}, seed=seed)


def write_gguf(path: Path, **options: Any) -> Path:
    """Write a file and return its path."""
    path.write_bytes(gguf_bytes(**options))
    return path


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Any) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", 7, value)
        case int():
            return struct.pack("<Ii", 5, value) if value < 0 else struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case str():
            return struct.pack("<I", 8) + _text(value)
        case list():
            kind = {str: 8, float: 6, int: 4}[type(value[0])]
            items = b"".join(_value(item)[4:] for item in value)
            return struct.pack("<IIQ", 9, kind, len(value)) + items
        case _:
            raise TypeError(value)
