"""The engine contract.

An engine serves one model. All that routing hands out takes messages (`chat`) and gives the deltas of a reply. An
engine that only continues raw text (`complete`) is wrapped by the harness, which adds template, grammar and parsing,
before anybody else sees it.

Both give batches: what came at the same moment together, so that each layer on the way costs once; nothing is held
back. Cancelling is closing: when the iterator is closed or its task is cancelled, the engine stops the work at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from earthshine.engines.deltas import CompletionEnd, Delta, Embeddings, Judgements, Piece
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest, Prompt
from earthshine.errors import UnsupportedParameter


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do with its model; what is false here becomes a 400 that names it."""

    complete: bool = False
    """Takes raw text and continues it."""
    chat: bool = False
    """Takes messages, and applies the template itself."""
    embed: bool = False
    """Turns text into vectors."""
    rerank: bool = False
    """Judges how well texts answer a query."""
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
    remote: bool = False
    """Runs on somebody else's server: fields that only it understands go there, what a request leaves open is its own
    to choose, and what a reply took whose end nobody saw is never told."""
    context_length: int = 0
    """Tokens of prompt plus output for one reply; 0 when unknown."""


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

    def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text. Raises `ContextLengthExceeded`, `EngineFailed`, `InvalidSchema` before the first piece.

        `EngineFailed` may also come later, when the process behind it dies: the caller decides whether to go on.
        """
        raise UnsupportedParameter("This model cannot complete raw text; use chat or responses.", param="prompt")

    def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Reply to messages; the last delta is `ChatEnd`. The same errors as `complete`, and `UpstreamFailed`.

        An engine that counts tokens while it writes shows `progress` its counts.
        """
        raise UnsupportedParameter("This model cannot chat; choose a chat model.", param="model")

    async def prepare(self, request: ChatRequest) -> ChatRequest:
        """Do what `chat` need not hold a slot for, and return the request to give it. Raises the request's errors."""
        return request

    async def check(self, request: ChatRequest) -> None:
        """Raise now what `chat` would raise before its first delta, as far as the model need not be asked for it."""
        await self.prepare(request)

    async def count(self, request: ChatRequest) -> int:
        """Return the tokens of the prompt that `chat` would make of a request."""
        raise UnsupportedParameter("This model's server does not count tokens beforehand.", param="model")

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input, text or token ids, into one vector of unit length."""
        raise UnsupportedParameter("This model does not make embeddings; choose an embedding model.", param="model")

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        """Say how well each text answers a query, by numbers that are comparable with each other only."""
        raise UnsupportedParameter("This model does not rank texts; choose a re-ranker.", param="model")

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return the token ids of `text`; with `special`, control tokens written out in it count as such."""
        raise UnsupportedParameter("This engine does not show its tokens.", param="model")

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        raise UnsupportedParameter("This engine does not show its tokens.", param="model")

    async def prompt_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens a prompt is, without a beginning-of-sequence token."""
        if isinstance(prompt, str):
            return len(await self.tokenize(prompt))
        if isinstance(prompt, tuple):
            return len(prompt)
        raise UnsupportedParameter("This model does not see pictures; choose one that does.", param="model")

    async def probe(self) -> bool:
        """Ask without cost whether what is behind it answers, and tell whether it has the model. Raises its errors."""
        return True

    @abstractmethod
    async def close(self) -> None:
        """Stop all work and give the memory back. The engine is not used again."""

    @property
    def memory(self) -> int:
        """Bytes that this engine holds now; 0 for those that run elsewhere."""
        return 0

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        """What devices hold of the model now; nothing where it runs on the processor, or elsewhere."""
        return ()

    @property
    def answers(self) -> bool:
        """False while the process behind it is restarted, or does not answer."""
        return True

    @property
    def load(self) -> Load | None:
        """How much it has to do; None for those that run elsewhere."""
        return None
