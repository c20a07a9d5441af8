"""llama.cpp as an engine: one model, one child process, many replies at once.

A reply's way: check the request, count the prompt's tokens, get a slot (`slot_scheduler`), stream from the child
(`client`), note what the slot now holds.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from earthshine.catalog.card import Card
from earthshine.engines.base import Capabilities, Engine, Load
from earthshine.engines.deltas import CompletionEnd, Embeddings, Judgements, Piece, Usage
from earthshine.engines.device_share import DeviceShare
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.client import Client
from earthshine.engines.llamacpp.completion import CACHED, EventReader, completion_fields, sampling_fields
from earthshine.engines.llamacpp.embedder import Embedder
from earthshine.engines.llamacpp.eyes import EnginePrompt, Eyes
from earthshine.engines.llamacpp.plan import ProcessPlan, embedding_plan
from earthshine.engines.llamacpp.prefix_cache import AdapterKey, PrefixCache, pack
from earthshine.engines.llamacpp.slot_scheduler import SlotScheduler
from earthshine.engines.llamacpp.supervisor import EngineProcess, Relocate
from earthshine.engines.requests import CompletionRequest, Prompt, SeenPrompt
from earthshine.errors import ContextLengthExceeded, EngineFailed, InvalidRequest, InvalidSchema, UnsupportedParameter

_BEGINNING = 64
"""Characters for each token of the context in the part of a long text that is read first; usual tokens have 2 to 5."""
_EMBEDDED_AT_ONCE = 16_384
"""Tokens after which texts are turned into vectors, before the tokens of more are held: each takes forty bytes."""


class LlamaCpp(Engine):
    """One GGUF model."""

    def __init__(
        self, card: Card, shape: ProcessPlan, build: Build | None = None, relocate: Relocate | None = None
    ) -> None:
        """Prepare to serve `card` by a build, which is the wheel's where none is given; `start` loads it.

        `relocate` plans its process anew whenever that was lost.
        """
        self._card = card
        program = build.program if build is not None else None
        vectors = shape if shape.pools else embedding_plan(shape)
        self._plan = shape = shape if shape.chats else vectors
        self._adapter_ids = {name: number for number, name in enumerate(card.adapters)}
        adapters = list(card.adapters.values())
        self._supervisor = EngineProcess(card.name, shape, adapters, self._forget, program, relocate)
        self._client = Client(self._supervisor.socket, self._supervisor.kill)
        self._embedder = Embedder(
            card.name, vectors, None if shape.chats else (self._supervisor, self._client), program
        )
        self._prefix_cache = PrefixCache(self._supervisor.prefix_folder, shape.prefix_bytes)
        self._scheduler = SlotScheduler(shape.slots, self, self._prefix_cache, shape.token_bytes)
        self._eyes = Eyes(self._client, self._plain_tokens) if shape.projector is not None else None
        self._vocabulary = 0
        self._first: list[int] = []
        """What the model's tokenizer puts before every text: its beginning-of-sequence token, or nothing."""
        self.capabilities = Capabilities(
            complete=shape.chats,
            embed="embedding" in card.abilities,
            rerank="rerank" in card.abilities,
            grammar=shape.chats,
            logprobs=shape.chats,
            images=self._eyes is not None,
            continues=shape.chats,
            context_length=shape.context,
        )

    async def start(self) -> None:
        """Load the model. Raises `ModelBroken`."""
        await self._supervisor.start()
        try:
            models = await self._client.get("/v1/models")
            self._vocabulary = int(models["data"][0]["meta"]["n_vocab"])
            self._first = await self._tokens("", add_special=True)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End the child and give its memory back."""
        await self._embedder.close()
        await self._client.close()
        await self._supervisor.close()

    @property
    def memory(self) -> int:
        """Bytes resident in the children, and those of the saved prefixes."""
        return self._supervisor.memory + self._prefix_cache.size + self._embedder.memory

    @property
    def devices(self) -> tuple[DeviceShare, ...]:
        """What devices hold of it now."""
        placement = self._supervisor.plan.placement
        return placement.shares if placement is not None else ()

    @property
    def filling(self) -> tuple[int, int]:
        """Bytes of memory that the child has filled, and those that it fills until it serves: weights and caches."""
        return self._supervisor.filled, self._plan.memory - self._plan.prefix_bytes

    @property
    def answers(self) -> bool:
        """Whether the child serves."""
        return self._supervisor.answers

    @property
    def load(self) -> Load:
        """Slots and queue of the scheduler, and the deaths of the child."""
        slots, scheduler = self._plan.slots, self._scheduler
        return Load(slots, scheduler.busy, scheduler.waiting, self._supervisor.restarts)

    # --- completing --------------------------------------------------------------------------------------------------

    async def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text; see `Engine.complete`."""
        if not self.capabilities.complete:
            raise UnsupportedParameter(
                f"{self._card.name!r} only makes embeddings; choose a chat model.", param="model"
            )
        fields = sampling_fields(request.sampling, self._vocabulary)
        if request.grammar is not None:
            fields["grammar"] = request.grammar
        adapters = self._adapter_key(request.adapters)
        await self._supervisor.running()
        prompt = await self._prompt(request)
        most = self._output_limit(prompt.count, request.sampling.max_tokens)
        if most == 0:
            yield (CompletionEnd("length", Usage(prompt.count)),)
            return
        async with self._scheduler.acquire(prompt.tokens, adapters, whole=prompt.whole) as slot:
            body = completion_fields(prompt.sent, most, slot.id, self._lora(adapters)) | fields
            reader = EventReader(prompt.count, slot.cached, request.sampling.logprobs)
            try:
                async with self._client.stream("/completion", body) as batches:
                    async for batch in batches:
                        if pieces := reader.read(batch):
                            self._supervisor.serves()
                            slot.wrote(reader.written())
                            yield pieces
                        reader.check()
            except EngineFailed:
                await self._supervisor.settle()
                raise
            except InvalidRequest as error:
                if request.grammar is not None and "grammar" in error.message:
                    raise InvalidSchema("The grammar of this request cannot be parsed.", param="grammar") from error
                raise
        if reader.end is None:
            raise EngineFailed("The engine ended the reply without saying why; it is being restarted.", retry_after=1)
        yield (reader.end,)

    async def _prompt(self, request: CompletionRequest) -> EnginePrompt:
        if self._eyes is not None and isinstance(request.prompt, SeenPrompt):
            return await self._eyes.prompt(request.prompt, self._first, self._card.bos_token)
        plain = request.plain
        if isinstance(plain, str):
            tokens = await self._tokens_within(plain, self._plan.context, add_special=False)
        else:
            tokens = list(plain)
            self._check_tokens(tokens, "prompt")
        first = self._first
        if request.add_special and tokens[: len(first)] != first:
            tokens = first + tokens
        if not tokens:
            raise InvalidRequest("The prompt must not be empty.", param="prompt")
        return EnginePrompt(tokens, pack(tokens), len(tokens))

    def _output_limit(self, prompt: int, wanted: int | None) -> int:
        if wanted is not None and wanted < 0:
            raise InvalidRequest("max_tokens must not be negative.", param="max_tokens")
        room = self._plan.context - prompt
        if room < 1:
            raise ContextLengthExceeded(limit=self._plan.context, tokens=prompt + 1)
        return room if wanted is None else min(wanted, room)

    # --- adapters ----------------------------------------------------------------------------------------------------

    def _adapter_key(self, adapters: dict[str, float]) -> AdapterKey:
        for name, scale in adapters.items():
            if name not in self._adapter_ids:
                known = ", ".join(self._adapter_ids) or "none"
                raise InvalidRequest(f"{self._card.name!r} has no adapter {name!r}. It has: {known}.", param="model")
            if not math.isfinite(scale):
                raise InvalidRequest("An adapter's scale must be a finite number.", param="model")
        return tuple(sorted(adapters.items()))

    def _lora(self, adapters: AdapterKey) -> list[dict[str, Any]]:
        # Every adapter is named, those not wanted with scale 0, because the engine applies what it is not told about.
        scales = dict(adapters)
        return [{"id": number, "scale": scales.get(name, 0.0)} for name, number in self._adapter_ids.items()]

    # --- what the scheduler asks (SlotOperations) --------------------------------------------------------------------

    async def prefill(self, slot: int, tokens: bytes, adapters: AdapterKey) -> int:
        """Compute a prompt in a slot; return how many of its tokens were there already."""
        body = completion_fields(memoryview(tokens).cast("i").tolist(), 0, slot, self._lora(adapters))
        event: dict[str, Any] = {}
        async with self._client.stream("/completion", body) as batches:
            async for batch in batches:
                event = orjson.loads(batch[-1])
        if CACHED not in event:
            raise EngineFailed("The engine ended a prompt without saying why.", retry_after=1)
        return event[CACHED]

    async def save(self, slot: int, file: str) -> int:
        """Save a slot's cache to a file; return its bytes."""
        reply = await self._client.post(f"/slots/{slot}?action=save", {"filename": file})
        return int(reply["n_written"])

    async def restore(self, slot: int, file: str) -> None:
        """Fill a slot's cache from a file."""
        await self._client.post(f"/slots/{slot}?action=restore", {"filename": file})

    def _forget(self) -> None:
        self._scheduler.forget()
        if self._eyes is not None:
            self._eyes.forget()

    # --- tokens and vectors ------------------------------------------------------------------------------------------

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return the token ids of `text`, without a beginning-of-sequence token."""
        await self._supervisor.running()
        reply = await self._ask("/tokenize", {"content": text, "add_special": False, "parse_special": special})
        return reply["tokens"]

    async def prompt_tokens(self, prompt: Prompt) -> int:
        """Return how many tokens a prompt is; pictures are counted by the engine, without computing them."""
        if self._eyes is None or not isinstance(prompt, SeenPrompt):
            return await super().prompt_tokens(prompt)
        await self._supervisor.running()
        return (await self._eyes.prompt(prompt, [], self._card.bos_token)).count

    async def _plain_tokens(self, text: str) -> list[int]:
        return await self._tokens_within(text, self._plan.context, add_special=False)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids."""
        self._check_tokens(tokens, "tokens")
        await self._supervisor.running()
        reply = await self._ask("/detokenize", {"tokens": list(tokens)})
        return reply["content"]

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input into one vector of unit length; `dimensions` keeps that many of its first numbers."""
        if not self.capabilities.embed:
            return await super().embed(inputs, dimensions)
        await self._supervisor.running()
        vectors: list[array[float]] = []
        batch: list[list[int]] = []
        total = waiting = 0
        for number, text in enumerate(inputs):
            batch.append(await self._input_tokens(number, text))
            waiting += len(batch[-1])
            if waiting >= _EMBEDDED_AT_ONCE or number == len(inputs) - 1:
                # A number in a list takes four times the memory.
                vectors += [array("d", vector) for vector in await self._embedder.embed(batch, dimensions)]
                total += waiting
                batch, waiting = [], 0
        return Embeddings(vectors, total)

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        """Say how well each text answers a query."""
        if not self.capabilities.rerank:
            return await super().rerank(query, texts)
        return await self._embedder.rerank(query, texts)

    async def _input_tokens(self, number: int, text: str | Sequence[int]) -> list[int]:
        if isinstance(text, str):
            within = self._embedder.context
            tokens = await self._tokens_within(text, within, add_special=True, param=f"input[{number}]")
        else:
            tokens = list(text)
            self._check_tokens(tokens, f"input[{number}]")
        if not tokens:
            raise InvalidRequest("An input must not be empty.", param=f"input[{number}]")
        if len(tokens) > self._embedder.context:
            raise ContextLengthExceeded(limit=self._embedder.context, tokens=len(tokens), param=f"input[{number}]")
        return tokens

    async def _tokens_within(self, text: str, limit: int, *, add_special: bool, param: str | None = None) -> list[int]:
        """Return the token ids of a text; one that is far too long is refused by the tokens of its beginning.

        Where a text is cut changes a few tokens beside the cut, so twice the limit before it is more than the limit in
        all. The beginning alone cannot tell of blanks and of what a vocabulary has no words for: such a text is read.
        """
        size = limit * _BEGINNING
        if len(text) > size:
            begun = len(await self._tokens(text[:size], add_special=add_special))
            if begun > 2 * limit:
                raise ContextLengthExceeded(limit=limit, tokens=begun, param=param, at_least=True)
        return await self._tokens(text, add_special=add_special)

    async def _tokens(self, text: str, *, add_special: bool) -> list[int]:
        reply = await self._ask("/tokenize", {"content": text, "add_special": add_special, "parse_special": True})
        return reply["tokens"]

    async def _ask(self, path: str, body: Any) -> Any:
        """Return the reply to a short call; where the child has died, it is known to be when this raises."""
        try:
            return await self._client.post(path, body)
        except EngineFailed:
            await self._supervisor.settle()
            raise

    def _check_tokens(self, tokens: Sequence[int], param: str) -> None:
        for token in tokens:
            if not 0 <= token < self._vocabulary:
                raise InvalidRequest(
                    f"Token {token} is not in this model's vocabulary of {self._vocabulary}.", param=param
                )
