"""What an engine is asked: one reply to messages, or one raw continuation of a text.

Messages are dictionaries in the shape of OpenAI's chat messages (`role`, `content`, `tool_calls`, `tool_call_id`,
`reasoning_content`), because templates and upstreams both take exactly these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from earthshine.errors import UnsupportedParameter
from earthshine.pictures.picture import Picture

Message = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen, and when to stop. `None` leaves the model's own default."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    seed: int | None = None
    logit_bias: dict[int, float] | None = None
    """Token id to bias in [-100, 100]."""
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    """Most tokens to produce; None means up to the context's end."""
    logprobs: int | None = None
    """None: no log probabilities; k >= 0: those of the chosen token and of the k likeliest."""
    ignore_eos: bool = False
    """Go on to `max_tokens` whatever the model says; for benches."""
    repetition_penalty: float | None = None
    """Divides the scores of tokens that have come; 1 changes nothing."""


@dataclass(frozen=True, slots=True)
class SeenPrompt:
    """A prompt with pictures in it."""

    pieces: tuple[str | Picture, ...]
    """Text in which special tokens are recognised, and pictures, in their order."""

    @property
    def pictures(self) -> list[Picture]:
        """The pictures alone."""
        return [piece for piece in self.pieces if isinstance(piece, Picture)]


Prompt = str | tuple[int, ...] | SeenPrompt
"""Text in which special tokens such as `<|im_start|>` are recognised, or token ids, or text with pictures."""


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One raw continuation of a text."""

    prompt: Prompt
    sampling: Sampling = Sampling()
    grammar: str | None = None
    """A GBNF grammar that the output obeys from its first character."""
    adapters: dict[str, float] = field(default_factory=dict[str, float])
    """LoRA adapter name to scale."""
    add_special: bool = True
    """Prepend the model's beginning-of-sequence token if it has one and the prompt lacks it."""
    suffix: str = ""
    """What follows the text that is to be written: the model fills in what stands between."""

    @property
    def plain(self) -> str | tuple[int, ...]:
        """The prompt, for an engine that takes no pictures. Raises `UnsupportedParameter` for one that has some."""
        if isinstance(self.prompt, SeenPrompt):
            raise UnsupportedParameter("This model does not see pictures; choose one that does.", param="model")
        return self.prompt


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may, must or must not call, and which of the tools."""

    mode: Literal["none", "auto", "required"] = "auto"
    names: tuple[str, ...] | None = None
    """Only these tools (a named function is `required` with one name); None means all."""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """What the text of the reply must be."""

    type: Literal["text", "json_object", "json_schema", "choice", "regex", "gbnf"] = "text"
    schema: dict[str, Any] | None = None
    """The JSON Schema, for `json_schema`."""
    name: str = "response"
    strict: bool = True
    choices: tuple[str, ...] = ()
    """The texts of which it is one, for `choice`."""
    source: str = ""
    """The regular expression that it matches from end to end, or the grammar."""


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One reply to a list of messages: all that the model's output depends on."""

    messages: Sequence[Message]
    tools: Sequence[dict[str, Any]] = ()
    """In chat shape: `{"type": "function", "function": {"name", "description", "parameters", "strict"}}`."""
    tool_choice: ToolChoice = ToolChoice()
    parallel_tool_calls: bool = True
    output: OutputFormat = OutputFormat()
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None
    """None: as the model does by itself. `none`: no thinking. Others: think first, within a budget of tokens."""
    sampling: Sampling = Sampling()
    written: str = ""
    """What the model has already written of this very reply (the `raw` of its deltas, joined): go on from there, and
    produce only what follows. This is how a reply outlives a crash."""
    prefill: str = ""
    """Text that the reply must begin with, given by the client as a partial assistant message; not produced again."""
    citable: int = 0
    """Sentences that the prompt numbers, from 1 on: the text may cite no others."""
    adapters: dict[str, float] = field(default_factory=dict[str, float])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    """Fields of an upstream's own that pass through unchanged."""
    thinking_budget: int | None = None
    """Most tokens of thinking, in place of the effort's own budget."""
    template_variables: dict[str, Any] = field(default_factory=dict[str, Any])
    """What the client tells the model's own chat template."""

    def at_most(self, tokens: int | None) -> ChatRequest:
        """Return the request with an output limit, if it has none; None adds none."""
        if tokens is None or self.sampling.max_tokens is not None:
            return self
        return replace(self, sampling=replace(self.sampling, max_tokens=tokens))
