"""What an engine gives: pieces of a text, deltas of a reply, their ends with the usage, and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from earthshine.metering.usage import Usage

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class TopLogprob:
    """One candidate at one position."""

    token: str
    logprob: float
    data: bytes | None = None
    """Its bytes, where they are not those of `token`: a token may be part of a character."""

    @property
    def bytes(self) -> list[int]:
        """Return its bytes as numbers, as the API shows them."""
        return list(self.token.encode("utf-8", "replace") if self.data is None else self.data)


@dataclass(frozen=True, slots=True)
class TokenLogprob:
    """The chosen token at one position, and its strongest rivals."""

    token: str
    logprob: float
    top: tuple[TopLogprob, ...] = ()
    data: bytes | None = None
    """Its bytes, where they are not those of `token`."""

    @property
    def bytes(self) -> list[int]:
        """Return its bytes as numbers, as the API shows them."""
        return list(self.token.encode("utf-8", "replace") if self.data is None else self.data)


@dataclass(slots=True)
class Piece:
    """Some text that was produced; `logprobs` when asked for, one for each token of it."""

    text: str
    logprobs: tuple[TokenLogprob, ...] = ()
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class CompletionEnd:
    """The last item of every completion."""

    reason: Literal["stop", "length"]
    usage: Usage
    stop: str | None = None
    """The stop string that ended it, if one did; it is not part of the text."""
    served_by: str = ""
    """The deployment that wrote it, where there are several."""


# Those that come with every token are not frozen: that would make each three times as dear.


@dataclass(slots=True)
class Text:
    """A piece of the visible reply."""

    text: str
    raw: str = ""
    """What the model itself wrote to cause this and everything since the delta before (tags included)."""
    logprobs: tuple[TokenLogprob, ...] = ()


@dataclass(slots=True)
class Reasoning:
    """A piece of the model's thinking."""

    text: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ToolCallStart:
    """The model began to call a tool. Calls are numbered from 0 in the order in which they begin."""

    index: int
    name: str
    id: str | None = None
    """The call's id, where an upstream gave one."""
    raw: str = ""
    type: str = "function"
    """What an upstream calls this kind of call."""


@dataclass(slots=True)
class ToolCallArguments:
    """A piece of the JSON text of a call's arguments; the pieces of one call join to one JSON object."""

    index: int
    text: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class ChatEnd:
    """The last item of every reply. `usage` covers all of it, also what `written` brought along."""

    reason: FinishReason
    usage: Usage
    raw: str = ""
    vendor: dict[str, Any] = field(default_factory=dict[str, Any])
    """Fields of an upstream's own that pass through unchanged: those of the reply itself,"""
    vendor_choice: dict[str, Any] = field(default_factory=dict[str, Any])
    """those of its choice,"""
    vendor_message: dict[str, Any] = field(default_factory=dict[str, Any])
    """those of its message,"""
    vendor_usage: dict[str, Any] = field(default_factory=dict[str, Any])
    """and those of its usage."""
    served_by: str = ""
    """The deployment that wrote it, where there are several."""
    stop: str | None = None
    """The stop string that ended it, where one did and the engine says so."""


Delta = Text | Reasoning | ToolCallStart | ToolCallArguments | ChatEnd


@dataclass(frozen=True, slots=True)
class Judgements:
    """How well texts answer a query, in their order, and the tokens that were read."""

    scores: Sequence[float]
    prompt_tokens: int
    served_by: str = ""
    """The deployment that judged, where there are several."""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors in the order of the inputs, and the tokens that were read."""

    vectors: Sequence[Sequence[float]]
    prompt_tokens: int
    served_by: str = ""
    """The deployment that made them, where there are several."""
    estimated: bool = False
    """Whether an upstream left out the count, so that `prompt_tokens` is an estimate."""
