"""A real projector for the embedded text model: it shows the model a picture as the names of its colours.

The file is a LLaVA projector (CLIP's architecture without layers) that llama.cpp loads as any other. Its weights are
reckoned instead of learnt: a patch becomes its mean colour, each of the pure colours switches on one neuron, and a
neuron gives the model the very vector that its own vocabulary has for the colour's name. So the answer to "what colour
is this?" follows from the picture, and from nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from earthshine.catalog.gguf.header import read_header
from earthshine.catalog.gguf.writer import NewTensor, Value, write_gguf

SIDE, PATCH = 56, 14
TOKENS = (SIDE // PATCH) ** 2
"""Tokens that every picture takes."""
COLOURS = {
    " red": (2382, (1, 0, 0)),
    " green": (2654, (0, 1, 0)),
    " blue": (4461, (0, 0, 1)),
    " yellow": (5724, (1, 1, 0)),
    " white": (2537, (1, 1, 1)),
    " black": (2632, (0, 0, 0)),
}
"""Names, as one token of SmolLM2's vocabulary each, and what they stand for."""
_F32, _Q8_0 = 0, 8
_WIDTH = 64
_SHARP = 40.0
"""How steeply a neuron rises from 0 to 1 near its colour."""


def write_projector(model: Path, path: Path) -> None:
    """Write the projector for SmolLM2-135M, whose file is `model`."""
    vectors = _embeddings(model, [token for token, _ in COLOURS.values()])
    width = vectors.shape[1]
    first, bias = np.zeros((_WIDTH, _WIDTH)), np.zeros(_WIDTH)
    second = np.zeros((width, _WIDTH))
    for neuron, (_, colour) in enumerate(COLOURS.values()):
        signs = 2.0 * np.array(colour) - 1
        first[neuron, :3] = _SHARP * signs
        bias[neuron] = -_SHARP * (sum(colour) - 0.5)
        second[:, neuron] = vectors[neuron] / (_SHARP * 0.5)
    patches = np.zeros((_WIDTH, 3, PATCH, PATCH))
    for channel in range(3):
        patches[channel, channel] = 1 / PATCH**2
    tensors = {
        "v.patch_embd.weight": patches,
        "v.class_embd": np.zeros(_WIDTH),
        "v.position_embd.weight": np.zeros((TOKENS + 1, _WIDTH)),
        "mm.0.weight": first,
        "mm.0.bias": bias,
        "mm.2.weight": second,
        "mm.2.bias": np.zeros(width),
        **_layer(),
    }
    with path.open("wb") as file:
        write_gguf(file, _metadata(width), [_tensor(name, values) for name, values in tensors.items()])


def _metadata(width: int) -> dict[str, Value]:
    from array import array

    return {
        "general.architecture": "clip",
        "general.type": "mmproj",
        "general.name": "colours",
        "general.file_type": 0,
        "clip.has_vision_encoder": True,
        "clip.projector_type": "mlp",
        "clip.use_gelu": True,
        "clip.vision.image_size": SIDE,
        "clip.vision.patch_size": PATCH,
        "clip.vision.embedding_length": _WIDTH,
        "clip.vision.feed_forward_length": _WIDTH,
        "clip.vision.projection_dim": width,
        "clip.vision.block_count": 1,
        "clip.vision.attention.head_count": 1,
        "clip.vision.attention.layer_norm_epsilon": 1e-6,
        "clip.vision.image_mean": array("f", [0.0, 0.0, 0.0]),
        "clip.vision.image_std": array("f", [1.0, 1.0, 1.0]),
        "clip.vision.feature_layer": array("i", [1]),
    }


def _layer() -> dict[str, NDArray[Any]]:
    """Return a layer that adds nothing to what comes in."""
    square, line = np.zeros((_WIDTH, _WIDTH)), np.zeros(_WIDTH)
    names = ("attn_q", "attn_k", "attn_v", "attn_out", "ffn_up", "ffn_down")
    layer: dict[str, NDArray[Any]] = {}
    for name in names:
        layer |= {f"v.blk.0.{name}.weight": square, f"v.blk.0.{name}.bias": line}
    for name in ("ln1", "ln2"):
        layer |= {f"v.blk.0.{name}.weight": line, f"v.blk.0.{name}.bias": line}
    return layer


def _tensor(name: str, values: NDArray[Any]) -> NewTensor:
    data = np.ascontiguousarray(values, dtype="<f4")
    return NewTensor(name, _F32, values.shape[::-1], memoryview(data.tobytes()))


def _embeddings(model: Path, tokens: list[int]) -> NDArray[Any]:
    """Return the vectors of tokens, out of the model's 8-bit table."""
    header = read_header(model)
    table = next(tensor for tensor in header.tensors if tensor.name == "token_embd.weight")
    assert table.type == _Q8_0
    blocks = table.shape[0] // 32
    rows: list[NDArray[Any]] = []
    with model.open("rb") as file:
        for token in tokens:
            file.seek(header.data_start + table.offset + token * blocks * 34)
            row = np.frombuffer(file.read(blocks * 34), dtype=[("scale", "<f2"), ("values", "i1", 32)])
            rows.append((row["scale"][:, None].astype("f4") * row["values"]).reshape(-1))
    return np.stack(rows)
