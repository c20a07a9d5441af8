"""How models are best used that nobody described: what our list, or the maker, says of a member of the same family.

The figures and where they were looked up stand in `curated.toml`. A family is told from the architecture and the names
that the header of the weights gives. A model without a chat template is no assistant, and gets none of it.
"""

from __future__ import annotations

import re

from earthshine.catalog.curated import find
from earthshine.catalog.gguf.header import Header

_FAMILIES: tuple[tuple[str, str, str], ...] = (
    # Distillations keep the architecture of their base, so they come first.
    (r".*", r"r1[ -]?(0528[ -]?)?(distill|qwen)", "deepseek-r1-distill-1.5b"),
    (r"qwen2(moe)?", r"qwq", "qwq-32b"),
    (r"qwen2(moe)?", r"", "qwen2.5-coder-1.5b"),
    (r"qwen3(moe)?", r"", "qwen3-4b"),
    (r"qwen35(moe)?|qwen3next", r"", "qwen3.5-4b"),
    (r"llama", r"(meta[ -]?)?llama[ -]?3", "llama-3.2-3b"),
    (r"llama", r"smollm2", "smollm2-135m"),
    (r"smollm3", r"", "smollm3-3b"),
    (r"gemma3n?", r"", "gemma-3-1b"),
    (r"gemma4", r"", "gemma-4-e4b"),
)
"""Architecture, what a name has in it, and the member of our list that stands for the family."""


def family_sampling(header: Header) -> dict[str, float]:
    """Return what is best for the family of these weights, by the names of `Sampling`; empty where it is not known."""
    if not header.chat_template:
        return {}
    keys = ("name", "basename", "finetune", "size_label")
    names = " ".join(header.text(f"general.{key}") for key in keys).lower()
    for architecture, name, member in _FAMILIES:
        if re.fullmatch(architecture, header.architecture) and re.search(name, names):
            entry = find(member)
            return dict(entry.card.sampling) if entry is not None else {}
    return {}


_PREFIXES: tuple[tuple[str, dict[str, str]], ...] = (
    (r"\be5\b(?!.*(instruct|mistral))", {"query": "query: ", "document": "passage: ", "either": "query: "}),
    (r"nomic[ -]embed", {"query": "search_query: ", "document": "search_document: ", "either": "search_document: "}),
    (r"embedding[ -]?gemma", {"query": "task: search result | query: ", "document": "title: none | text: "}),
)
"""What a name has in it, and what its makers' model cards put before a text, 2026-11."""


def family_prefixes(*names: str) -> dict[str, str]:
    """Return what the family of an embedding model puts before texts, as `Card.prefixes`; empty where not known."""
    if re.search(r"qwen3[ -]embedding", " ".join(names).lower()) and (entry := find("qwen3-embedding-0.6b")):
        return dict(entry.card.prefixes)
    for name, prefixes in _PREFIXES:
        if re.search(name, " ".join(names).lower()):
            return dict(prefixes)
    return {}
