"""What `config.json` tells of a model: its architecture, context, attention cache and quantization."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import orjson

from earthshine.errors import ModelBroken

_LARGEST = 16 * 2**20
"""Bytes of the largest JSON file that is read; a list of all tensors of a very large model has about ten."""


@dataclass(frozen=True, slots=True)
class Config:
    """One `config.json`."""

    architecture: str
    """The class that its maker names, such as `Qwen3ForCausalLM`."""
    values: dict[str, Any]
    text: dict[str, Any]
    """The part about text; for a model that only reads text, all of it."""

    @property
    def family(self) -> str:
        """The kind of model, such as `qwen3`."""
        kind = self.values.get("model_type")
        return kind[:64] if isinstance(kind, str) else ""

    @property
    def writes(self) -> bool:
        """Whether it writes text; one that does not makes vectors."""
        return self.architecture.endswith(("ForCausalLM", "LMHeadModel", "ForConditionalGeneration"))

    @property
    def sees(self) -> bool:
        """Whether it is shown pictures."""
        return isinstance(self.values.get("vision_config"), dict)

    @property
    def context_length(self) -> int:
        """Tokens that it was trained for; 0 when not said."""
        keys = ("max_position_embeddings", "n_positions", "max_seq_len", "seq_length")
        return next((found for key in keys if (found := self._count(key))), 0)

    @property
    def kv_bytes(self) -> int:
        """Bytes of 16-bit attention cache for each token of context; 0 when it is not told.

        An upper bound for models in which some layers see only a window, or keep a state instead.
        """
        layers = self._count("num_hidden_layers") or self._count("n_layer")
        heads = self._count("num_attention_heads") or self._count("n_head")
        width = self._count("hidden_size") or self._count("n_embd")
        if not (layers and heads and width):
            return 0
        if rank := self._count("kv_lora_rank"):  # one compressed vector and the rotary part (MLA)
            return 2 * layers * (rank + self._count("qk_rope_head_dim"))
        groups = self._count("num_key_value_heads") or heads
        return 2 * 2 * layers * groups * (self._count("head_dim") or width // heads)

    @property
    def quantization(self) -> tuple[str, int]:
        """Name of the way in which weights were packed, and the bits of one; empty and 0 for plain numbers."""
        given = self.values.get("quantization_config")
        if not isinstance(given, dict):
            return "", 0
        found = cast("dict[str, Any]", given)
        method, bits = found.get("quant_method"), found.get("bits")
        name = method[:32] if isinstance(method, str) else "quantized"
        return name, bits if type(bits) is int and bits in (2, 3, 4, 6, 8) else 4 if name.endswith("fp4") else 0

    def _count(self, key: str) -> int:
        value = self.text.get(key)
        return value if type(value) is int and 0 < value < 2**40 else 0


def read_config(path: Path) -> Config:
    """Read a `config.json`. Raises `ModelBroken` for one that is missing, unreadable or names no architecture."""
    values = read_object(path)
    names = values.get("architectures")
    named = cast("list[Any]", names)[0] if isinstance(names, list) and names else ""
    if not (isinstance(named, str) and named):
        raise ModelBroken(f"{path} names no architecture, so no engine can know what these weights are.")
    text = values.get("text_config")
    return Config(named[:128], values, cast("dict[str, Any]", text) if isinstance(text, dict) else values)


def read_object(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file. Raises `ModelBroken`."""
    try:
        with path.open("rb") as file:
            raw = file.read(_LARGEST + 1)
        if len(raw) > _LARGEST:
            raise ModelBroken(f"{path} is larger than {_LARGEST // 2**20} MiB, which no such file is.")
        value: Any = orjson.loads(raw)
    except OSError as error:
        raise ModelBroken(f"{path} cannot be read: {error.strerror or error}.") from error
    except orjson.JSONDecodeError as error:
        raise ModelBroken(f"{path} is no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise ModelBroken(f"{path} holds no JSON object.")
    return cast("dict[str, Any]", value)
