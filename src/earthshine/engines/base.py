"""The engine contract.

An engine serves one model. It may take text (`complete`: prompt in, pieces of text out, under a grammar), or
messages (`chat`), or both, and says so in its `capabilities`. The harness prefers `complete`, where template, grammar
and parsing are ours; `chat` is for upstreams that do these themselves.

Cancelling is closing: when the iterator that `complete` or `chat` returned is closed or its task is cancelled, the
engine stops the work at once. Messages are dictionaries in the shape of OpenAI's chat messages (`role`, `content`,
`tool_calls`, `tool_call_id`, `reasoning_content`), because templates and upstreams both take exactly these.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from earthshine.engines.batches import one_by_one
from earthshine.errors import UnsupportedParameter

Message = dict[str, Any]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do with its model; what is false here becomes a 400 that names it."""

    complete: bool = False
    """Takes raw text and continues it."""
    chat: bool = False
    """Takes messages and applies the template itself."""
    embed: bool = False
    """Turns text into vectors."""
    grammar: bool = False
    """`complete` obeys a GBNF grammar."""
    logprobs: bool = False
    """Reports log probabilities."""
    tools: bool = False
    """`chat` takes tools and parses calls."""
    json_schema: bool = False
    """`chat` obeys a JSON Schema."""
    images: bool = False
    """Sees images."""
    continues: bool = False
    """Goes on from a partial assistant message, so that a cut reply can be finished."""
    context_length: int = 0
    """Tokens of prompt plus output for one reply; 0 when unknown."""


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


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a reply."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Those of `prompt_tokens` that were not computed again."""
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    """Those of `completion_tokens` that were spent on thinking."""
    estimated: bool = False
    """Whether an upstream left out some of the counts, so that they are estimates."""

    def __add__(self, other: Usage) -> Usage:
        """Add two usages field by field."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.estimated or other.estimated,
        )


# --- complete: text in, text out -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One raw continuation of a text."""

    prompt: str | tuple[int, ...]
    """Text in which special tokens such as `<|im_start|>` are recognised, or token ids."""
    sampling: Sampling = Sampling()
    grammar: str | None = None
    """A GBNF grammar that the output obeys from its first character."""
    adapters: dict[str, float] = field(default_factory=dict[str, float])
    """LoRA adapter name to scale."""
    add_special: bool = True
    """Prepend the model's beginning-of-sequence token if it has one and the prompt lacks it."""


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


# --- chat: messages in, deltas out -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may, must or must not call, and which of the tools."""

    mode: Literal["none", "auto", "required"] = "auto"
    names: tuple[str, ...] | None = None
    """Only these tools (a named function is `required` with one name); None means all."""


@dataclass(frozen=True, slots=True)
class OutputFormat:
    """What the text of the reply must be."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    schema: dict[str, Any] | None = None
    """The JSON Schema, for `json_schema`."""
    name: str = "response"
    strict: bool = True


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
    adapters: dict[str, float] = field(default_factory=dict[str, float])
    extra: dict[str, Any] = field(default_factory=dict[str, Any])
    """Fields of an upstream's own that pass through unchanged."""

    def at_most(self, tokens: int | None) -> ChatRequest:
        """Return the request with an output limit, if it has none; None adds none."""
        if tokens is None or self.sampling.max_tokens is not None:
            return self
        return replace(self, sampling=replace(self.sampling, max_tokens=tokens))


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


Delta = Text | Reasoning | ToolCallStart | ToolCallArguments | ChatEnd


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Vectors in the order of the inputs, and the tokens that were read."""

    vectors: Sequence[Sequence[float]]
    prompt_tokens: int
    served_by: str = ""
    """The deployment that made them, where there are several."""
    estimated: bool = False
    """Whether an upstream left out the count, so that `prompt_tokens` is an estimate."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much a local engine has to do."""

    slots: int
    """Replies that it writes at the same time at most."""
    busy: int
    """Replies that it is writing."""
    waiting: int
    """Requests that wait for a slot."""
    restarts: int
    """Times that its process died and was started anew."""


class Engine(ABC):
    """One model, ready to serve. Methods that the capabilities exclude raise `UnsupportedParameter`."""

    capabilities: Capabilities
    served_by: str = ""
    """The deployment that answered last, for an engine that stands for several and for one request."""

    def complete(self, request: CompletionRequest) -> AsyncIterator[Piece | CompletionEnd]:
        """Continue a text. Raises `ContextLengthExceeded`, `EngineFailed`, `InvalidSchema` before the first piece.

        `EngineFailed` may also come later, when the process behind it dies: the caller decides whether to go on.
        """
        raise UnsupportedParameter("This model cannot complete raw text; use chat or responses.", param="prompt")

    def chat(self, request: ChatRequest) -> AsyncIterator[Delta]:
        """Reply to messages. The same errors as `complete`, and `UpstreamFailed`."""
        raise UnsupportedParameter("This model cannot chat; choose a chat model.", param="model")

    def chat_batches(self, request: ChatRequest) -> AsyncIterator[Sequence[Delta]]:
        """Reply as `chat` does, with the deltas that came at the same moment together; none is held back."""
        return one_by_one(self.chat(request))

    async def count(self, request: ChatRequest) -> int:
        """Return the tokens of the prompt that `chat` would make of a request."""
        raise UnsupportedParameter("This model's server does not count tokens beforehand.", param="model")

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input, text or token ids, into one vector of unit length."""
        raise UnsupportedParameter("This model does not make embeddings; choose an embedding model.", param="model")

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return the token ids of `text`; with `special`, control tokens written out in it count as such."""
        raise UnsupportedParameter("This engine does not show its tokens.", param="model")

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        raise UnsupportedParameter("This engine does not show its tokens.", param="model")

    @abstractmethod
    async def close(self) -> None:
        """Stop all work and give the memory back. The engine is not used again."""

    @property
    def memory(self) -> int:
        """Bytes that this engine holds now; 0 for those that run elsewhere."""
        return 0

    @property
    def answers(self) -> bool:
        """False while the process behind it is restarted, or does not answer."""
        return True

    @property
    def load(self) -> Load | None:
        """How much it has to do; None for those that run elsewhere."""
        return None
