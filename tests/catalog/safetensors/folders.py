"""Writes small folders of models: real safetensors files with random weights of a two-layer llama."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CONFIG: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "num_hidden_layers": 2,
    "max_position_embeddings": 4096,
    "vocab_size": 300,
    "torch_dtype": "bfloat16",
}
TEMPLATE = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}{% if tools %}<tool_call>{% endif %}"
TENSORS: dict[str, Sequence[int]] = {
    "model.embed_tokens.weight": (300, 64),
    "model.layers.0.self_attn.q_proj.weight": (64, 64),
    "model.layers.1.self_attn.q_proj.weight": (64, 64),
    "model.norm.weight": (64,),
}


def shard(tensors: Mapping[str, Sequence[int]], dtype: str = "BF16", width: int = 2) -> bytes:
    """Return a safetensors file with random tensors of these shapes."""
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in tensors.items():
        size = width
        for length in shape:
            size *= length
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    raw = json.dumps(header).encode()
    return len(raw).to_bytes(8, "little") + raw + random.Random(7).randbytes(end)


def model_files(shards: int = 1, **config: Any) -> dict[str, bytes]:
    """Return the files of a model by their names."""
    files: dict[str, bytes] = {
        "config.json": json.dumps(CONFIG | config).encode(),
        "tokenizer.json": b"{}",
        "tokenizer_config.json": json.dumps({"chat_template": TEMPLATE}).encode(),
        "generation_config.json": json.dumps({"temperature": 0.6, "top_k": 20, "eos_token_id": [1, 2]}).encode(),
        "README.md": b"---\nlanguage: en\nlicense: apache-2.0\n---\n# A model\n",
    }
    if shards == 1:
        return files | {"model.safetensors": shard(TENSORS)}
    names = [f"model-{number + 1:05}-of-{shards:05}.safetensors" for number in range(shards)]
    parts: list[dict[str, Sequence[int]]] = [{} for _ in names]
    for number, (name, shape) in enumerate(TENSORS.items()):
        parts[number % shards][name] = shape
    where = {tensor: name for name, part in zip(names, parts, strict=True) for tensor in part}
    files["model.safetensors.index.json"] = json.dumps({"metadata": {}, "weight_map": where}).encode()
    return files | {name: shard(part) for name, part in zip(names, parts, strict=True)}


def write_folder(path: Path, shards: int = 1, **config: Any) -> Path:
    """Write such a model into a folder, and return it."""
    path.mkdir(parents=True)
    for name, content in model_files(shards, **config).items():
        (path / name).write_bytes(content)
    return path
