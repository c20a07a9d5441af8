"""The harness around an engine: whatever a local engine takes, this takes messages and gives the deltas of a reply."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

from earthshine.catalog.card import Card
from earthshine.engines.base import Engine, Load
from earthshine.engines.deltas import CompletionEnd, Delta, Embeddings, Judgements, Piece
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest, Prompt, Sampling
from earthshine.errors import ContextLengthExceeded, UnsupportedParameter
from earthshine.harness.infill import infilled
from earthshine.harness.pictures import drawn_anew
from earthshine.harness.plan import PlannedRequest, make
from earthshine.harness.reply.usage_counter import count_prompt
from earthshine.harness.reply.writer import ReplyWriter
from earthshine.pictures import Pictures


class HarnessedEngine(Engine):
    """An engine of this machine with what its model's card says: template, tool format, recommended sampling.

    One that only continues text is made to chat. One that takes messages is asked directly.
    """

    def __init__(self, card: Card, engine: Engine, pictures: Pictures | None = None) -> None:
        """Wrap `engine`, which serves the model of `card`; `pictures` brings it what its messages show."""
        self._pictures = pictures
        self.card = card
        """What is known of the model; `prove` adds to it."""
        self._engine = engine
        able = engine.capabilities
        self.templated = able.complete and not able.chat
        """Whether template, grammar and parsing are the harness's."""
        if self.templated:
            able = replace(able, chat=True, tools=able.grammar, json_schema=able.grammar, continues=True)
        self.capabilities = able

    # --- chatting ----------------------------------------------------------------------------------------------------

    def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Reply to messages. Raises what `prepare` raises, before the first delta."""
        if not self.templated:
            request = self._local(request)
            if self.capabilities.images and self._pictures is not None:
                return self._shown(request, self._pictures, progress)
            return self._engine.chat(request, progress)
        return ReplyWriter(self._engine, request, self._planned, progress or Progress()).deltas()

    async def prepare(self, request: ChatRequest) -> ChatRequest:
        """Read a request against the model: schemas become grammars, messages a prompt."""
        if not self.templated:
            return await self._engine.prepare(self._local(request))
        return await self._planned(request)

    async def check(self, request: ChatRequest) -> None:
        """Also count the prompt, which must leave room for a reply."""
        if not self.templated:
            await self._engine.check(self._local(request))
            return
        tokens = await self.count(request)
        limit = self.capabilities.context_length
        if limit and tokens >= limit:
            raise ContextLengthExceeded(limit=limit, tokens=tokens, param="input")

    async def count(self, request: ChatRequest) -> int:
        """Return the tokens of the prompt, counted by the model's own tokenizer."""
        if not self.templated:
            return await self._engine.count(self._local(request))
        return await count_prompt(self._engine, (await self._planned(request)).plan)

    async def _shown(
        self, request: ChatRequest, pictures: Pictures, progress: Progress | None
    ) -> AsyncGenerator[Sequence[Delta]]:
        """Ask an engine that takes messages, and pictures in them."""
        request = await drawn_anew(request, pictures)
        async with aclosing(cast("AsyncGenerator[Sequence[Delta]]", self._engine.chat(request, progress))) as batches:
            async for batch in batches:
                yield batch

    async def _planned(self, request: ChatRequest) -> PlannedRequest:
        if isinstance(request, PlannedRequest):
            return request
        return await make(self.card, self._engine, self._local(request), self._pictures)

    def _local(self, request: ChatRequest) -> ChatRequest:
        """Say in our own words what a vendor's switch for thinking means, and fill in the sampling."""
        request = _without_switches(request)
        if request.template_variables and not self.templated:
            raise UnsupportedParameter(
                f"{self.card.name} has no chat template here to give these to.", param="chat_template_kwargs"
            )
        return replace(request, sampling=recommended(self.card, request.sampling))

    # --- what goes through as it is ----------------------------------------------------------------------------------

    def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a raw text, or fill in what stands before its `suffix`."""
        return self._filled(request) if request.suffix else self._engine.complete(request)

    async def _filled(self, request: CompletionRequest) -> AsyncGenerator[Sequence[Piece | CompletionEnd]]:
        asked = await infilled(self.card.name, self._engine, request)
        batches = cast("AsyncGenerator[Sequence[Piece | CompletionEnd]]", self._engine.complete(asked))
        async with aclosing(batches):
            async for batch in batches:
                yield batch

    async def prompt_tokens(self, prompt: Prompt) -> int:
        """Count a prompt's tokens."""
        return await self._engine.prompt_tokens(prompt)

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input into a vector."""
        return await self._engine.embed(inputs, dimensions)

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        """Judge how well texts answer a query."""
        return await self._engine.rerank(query, texts)

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return token ids."""
        return await self._engine.tokenize(text, special=special)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        return await self._engine.detokenize(tokens)

    async def probe(self) -> bool:
        """Ask whether the engine answers."""
        return await self._engine.probe()

    async def close(self) -> None:
        """End the engine."""
        await self._engine.close()

    @property
    def memory(self) -> int:
        """Bytes that the engine holds."""
        return self._engine.memory

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        """What devices hold of the model."""
        return self._engine.devices

    @property
    def answers(self) -> bool:
        """Whether the engine answers."""
        return self._engine.answers

    @property
    def load(self) -> Load | None:
        """How much the engine has to do."""
        return self._engine.load


def recommended(card: Card, sampling: Sampling) -> Sampling:
    """Fill in what a request leaves open: what the model's maker recommends, else the API's own default of 1."""
    defaults = {"temperature": 1.0, "top_p": 1.0, **card.sampling}
    return replace(sampling, **{name: value for name, value in defaults.items() if getattr(sampling, name) is None})


def _without_switches(request: ChatRequest) -> ChatRequest:
    if not request.extra:
        return request
    given = request.extra
    thinking: dict[str, Any] = given.get("thinking") or {}
    most = given.get("thinking_budget") or thinking.get("budget_tokens")
    off = given.get("enable_thinking") is False or thinking.get("type") == "disabled"
    on = given.get("enable_thinking") or thinking.get("type") == "enabled" or most
    effort = request.reasoning_effort
    if effort is None and (off or on):
        effort = "none" if off else "medium"
    return replace(request, reasoning_effort=effort, thinking_budget=most or request.thinking_budget, extra={})
