"""vLLM or SGLang as an engine: one model, one program with its own processes, asked as an OpenAI-compatible server.

A reply's way: pass on messages, tools and schemas, which the program itself turns into a prompt and a grammar, and read
its stream. What breaks is told as a fault of this machine's engine, and the program is started anew.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine, Load
from earthshine.engines.deltas import CompletionEnd, Delta, Embeddings, Piece
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.managed.dialect import Dialect, Parsers
from earthshine.engines.managed.plan import ManagedPlan
from earthshine.engines.managed.process import ManagedProcess
from earthshine.engines.openai_compatible.body import chat_body
from earthshine.engines.openai_compatible.engine import OpenAICompatible
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import EngineFailed, UnsupportedParameter, UpstreamFailed

_TIMEOUT = 600.0
"""Seconds between two pieces of a reply; a long prompt on a processor is read for minutes."""
_SWITCHES = ("enable_thinking", "thinking")
"""Names by which templates ask whether to think."""


class ManagedEngine(Engine):
    """One folder of safetensors files."""

    def __init__(
        self, card: Card, dialect: Dialect, process: ManagedProcess, plan: ManagedPlan, parsers: Parsers
    ) -> None:
        """Prepare to serve `card` by `process`; `start` loads it."""
        chats = "chat" in card.abilities
        self._card, self._dialect, self._process, self._plan = card, dialect, process, plan
        self._requests = 0
        self.capabilities = Capabilities(
            complete=chats,
            chat=chats,
            embed="embedding" in card.abilities,
            logprobs=chats,
            tools=bool(parsers.tools),
            json_schema=chats,
            images="vision" in card.abilities,
            continues=chats and dialect.continues != "none",
            context_length=plan.context,
        )
        port = "" if isinstance(process.address, Path) else f":{process.address}"
        self._client = OpenAICompatible(
            base_url=f"http://127.0.0.1{port}/v1",
            model=card.name,
            api_key=process.key,
            timeout=_TIMEOUT,
            continues=dialect.continues,
            capabilities=self.capabilities,
            socket=process.address if isinstance(process.address, Path) else None,
        )

    async def start(self) -> None:
        """Load the model. Raises `ModelBroken`."""
        await self._process.start()
        try:
            async with self._asking():
                listed = await self._client.models()
            lengths = [each.get("max_model_len") for each in listed or () if each["id"] == self._card.name]
            length = next(iter(lengths), None)
            if type(length) is int and length > 0:
                self.capabilities = replace(self.capabilities, context_length=length)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End the program and give its memory back."""
        await self._client.close()
        await self._process.close()

    @property
    def memory(self) -> int:
        """Bytes of the machine's own memory that the program's processes hold."""
        return self._process.memory

    @property
    def filling(self) -> tuple[int, int]:
        """Bytes that the program has filled while it loads, and is expected to fill; zeros where a GPU holds them."""
        return (self._process.filled, self._plan.memory) if self._plan.on_processor else (0, 0)

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        """What GPUs hold of it; how its layers lie there is the program's own business."""
        return tuple(replace(each, layers=0) for each in self._plan.devices)

    @property
    def answers(self) -> bool:
        """Whether the program serves."""
        return self._process.answers

    @property
    def load(self) -> Load:
        """Requests that it has now, and the deaths of the program."""
        busy = min(self._requests, self._plan.slots)
        return Load(self._plan.slots, busy, self._requests - busy, self._process.restarts)

    # --- replies -----------------------------------------------------------------------------------------------------

    async def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Reply to messages; see `Engine.chat`."""
        if not self.capabilities.chat:
            raise UnsupportedParameter(
                f"{self._card.name!r} only makes embeddings; choose a chat model.", param="model"
            )
        async with (
            self._working(),
            aclosing(_generator(self._client.chat(self._switched(request), progress))) as batches,
        ):
            async for batch in batches:
                self._process.serves()
                yield batch

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text; see `Engine.complete`."""
        if not self.capabilities.complete:
            raise UnsupportedParameter(
                f"{self._card.name!r} only makes embeddings; choose a chat model.", param="model"
            )
        async with self._working(), aclosing(_generator(self._client.complete(request))) as batches:
            async for batch in batches:
                self._process.serves()
                yield batch

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input into one vector of unit length; `dimensions` only for models that were trained for it."""
        if not self.capabilities.embed:
            return await super().embed(inputs, dimensions)
        async with self._working():
            return await self._client.embed(inputs, dimensions)

    async def count(self, request: ChatRequest) -> int:
        """Return the tokens of the prompt that the program makes of a request."""
        if not (self._dialect.counts and self.capabilities.chat):
            return await super().count(request)
        body = chat_body(self._switched(request), model=self._card.name, continues=self._dialect.continues)
        wanted = (
            "model",
            "messages",
            "tools",
            "chat_template_kwargs",
            "continue_final_message",
            "add_generation_prompt",
        )
        told = await self._ask("/tokenize", {name: body[name] for name in wanted if name in body})
        return int(told["count"])

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return the token ids of a text; control tokens written out in it always count as such here."""
        if not self._dialect.counts:
            return await super().tokenize(text, special=special)
        asked = {"model": self._card.name, "prompt": text, "add_special_tokens": False}
        return (await self._ask("/tokenize", asked))["tokens"]

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        if not self._dialect.counts:
            return await super().detokenize(tokens)
        return (await self._ask("/detokenize", {"model": self._card.name, "tokens": list(tokens)}))["prompt"]

    async def probe(self) -> bool:
        """Ask the program for its models."""
        async with self._asking():
            return await self._client.probe()

    def _switched(self, request: ChatRequest) -> ChatRequest:
        """Say how much to think as the model's template wants to be told, and nothing to one that has no such word."""
        effort, template = request.reasoning_effort, self._card.chat_template
        if effort is None:
            return request
        on = effort != "none"
        switches = {name: on for name in _SWITCHES if re.search(rf"\b{name}\b", template)}
        extra = {**request.extra, "chat_template_kwargs": switches} if switches else request.extra
        return replace(request, extra=extra, reasoning_effort=effort if on and "reasoning_effort" in template else None)

    async def _ask(self, path: str, body: dict[str, Any]) -> Any:
        await self._process.running()
        async with self._asking():
            return await self._client.ask(path, body)

    @asynccontextmanager
    async def _working(self) -> AsyncGenerator[None]:
        """Count a request while it is served. Raises as `_asking`, and what keeps the program from serving."""
        await self._process.running()
        self._requests += 1
        try:
            async with self._asking():
                yield
        finally:
            self._requests -= 1

    @asynccontextmanager
    async def _asking(self) -> AsyncGenerator[None]:
        """Raise `EngineFailed` for what is the program's fault; where it has died, that is known by then."""
        try:
            yield
        except UpstreamFailed as error:
            await self._process.settle()
            title, name = self._dialect.title, self._card.name
            raise EngineFailed(f"{title} failed while it served {name!r}: {error.message}", retry_after=1) from error


def _generator(batches: AsyncIterator[Any]) -> AsyncGenerator[Any]:
    """The client's iterators are generators, which are to be closed at once."""
    return cast("AsyncGenerator[Any]", batches)
