"""Sampling of weights that nobody described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from earthshine.catalog import Catalog
from earthshine.catalog.curated import find
from earthshine.settings import Settings
from tests.catalog.gguf.gguf_writer import write_gguf


@pytest.mark.parametrize(
    ("architecture", "name", "like"),
    [
        ("qwen2", "Qwen2.5 Coder 1.5B Instruct GGUF", "qwen2.5-coder-1.5b"),
        ("qwen2", "Qwen2 7B Instruct", "qwen2.5-coder-1.5b"),
        ("qwen2", "DeepSeek R1 Distill Qwen 7B", "deepseek-r1-distill-1.5b"),
        ("llama", "DeepSeek-R1-Distill-Llama-8B", "deepseek-r1-distill-1.5b"),
        ("qwen3", "Qwen3 8B", "qwen3-4b"),
        ("llama", "Meta Llama 3.1 8B Instruct", "llama-3.2-3b"),
        ("llama", "SmolLM2 1.7B Instruct", "smollm2-135m"),
        ("smollm3", "SmolLM3 3B", "smollm3-3b"),
        ("gemma3", "Gemma 3 4b It", "gemma-3-1b"),
        ("llama", "TinyLlama", None),
        ("mamba", "Anything", None),
    ],
)
async def test_family_is_told_from_the_header(tmp_path: Path, architecture: str, name: str, like: str | None) -> None:
    weights = write_gguf(tmp_path / "m.gguf", metadata={"general.architecture": architecture, "general.name": name})
    card = await Catalog(Settings(data=tmp_path / "data")).add(f"file:{weights}", "m")
    entry = find(like) if like else None
    assert card.sampling == (entry.card.sampling if entry else {})


@pytest.mark.parametrize(
    ("metadata", "sampling"),
    [
        ({"tokenizer.chat_template": None}, {}),  # a base model is no assistant
        ({"general.sampling.temp": 0.5}, {"temperature": 0.5}),  # its own header knows better
    ],
)
async def test_header_has_the_first_word(tmp_path: Path, metadata: dict[str, Any], sampling: dict[str, float]) -> None:
    facts = {"general.architecture": "qwen2", "general.name": "Qwen2.5 1.5B", **metadata}
    weights = write_gguf(tmp_path / "m.gguf", metadata=facts)
    card = await Catalog(Settings(data=tmp_path / "data")).add(f"file:{weights}", "m")
    assert card.sampling == sampling


async def test_known_weights_are_known_wherever_they_come_from(tmp_path: Path, default_model_path: Path) -> None:
    card = await Catalog(Settings(data=tmp_path)).add(f"file:{default_model_path}", "mine")
    entry = find("smollm2-135m")
    assert entry is not None
    assert (card.name, card.sampling, card.options) == ("mine", entry.card.sampling, entry.card.options)
