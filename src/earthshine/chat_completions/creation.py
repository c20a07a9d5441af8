"""The making of one chat completion: whole or as a stream, stored if asked."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from earthshine import __version__
from earthshine.accounts.authorization.ownership import Owner
from earthshine.catalog.card import Card
from earthshine.chat_completions.reply import ChoiceBuilder, ChunkWriter, total_usage, with_ids
from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.translate import to_chat_requests
from earthshine.engines.deltas import ChatEnd, Delta, Usage
from earthshine.engines.openai_fields import show_usage
from earthshine.engines.progress import Progress
from earthshine.generation import Generation, GenerationContext
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel


class Creation(Generation[Delta]):
    """One request's work."""

    _writer: ChunkWriter

    def __init__(
        self,
        create: CreateChatCompletion,
        body: dict[str, Any],
        context: GenerationContext,
        *,
        store: StoredCompletions,
        slots: int,
    ) -> None:
        """`body` is the request as it came; `slots` bounds `n`."""
        super().__init__(create.model, context)
        self._create = create
        self._body = body
        self._store = store
        self._slots = slots
        self._head: dict[str, Any] = {}
        self._builders = [ChoiceBuilder() for _ in range(create.n)]
        self._progress = [Progress() for _ in range(create.n)]
        self._ends: list[ChatEnd] = []

    def estimate(self) -> UsageEstimate:
        """Return what the choices may take."""
        create = self._create
        limit = create.max_completion_tokens or create.max_tokens
        return UsageEstimate("chat.completions", lambda: json_bytes(self._body), limit, create.n)

    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Delta]]]:
        """Ask the model once for each choice."""
        requests = to_chat_requests(self._create, model, slots=self._slots, limit=limit)
        self.id = new_id("chatcmpl").replace("_", "-", 1)
        self._head = {
            "id": self.id,
            "created": int(time.time()),
            "model": model.card.name,
            "service_tier": "default",
            "system_fingerprint": fingerprint(model.card),
        }
        return [
            model.engine.chat(request, progress) for request, progress in zip(requests, self._progress, strict=True)
        ]

    def take(self, index: int, batch: Sequence[Delta]) -> Sequence[Delta]:
        """Keep what the whole completion needs: of a stream that is not stored, only its end."""
        batch = with_ids(batch)
        if self._create.store or not self._create.stream:
            for delta in batch:
                self._builders[index].add(delta)
        if isinstance(batch[-1], ChatEnd):
            self._ends.append(batch[-1])
        return batch

    def ended(self) -> tuple[Usage, str] | None:
        """Return what all choices took, once the last has ended."""
        if len(self._ends) < self._create.n:
            return None
        return total_usage(self._ends), self._ends[0].served_by

    async def used(self, model: LoadedModel) -> tuple[Usage, bool, str] | None:
        """Return what the choices took until now."""
        if not any(progress.pieces for progress in self._progress):
            return None
        parts = [await progress.usage() for progress in self._progress]
        usage = replace(
            parts[0][0],
            completion_tokens=sum(part.completion_tokens for part, _ in parts),
            reasoning_tokens=sum(part.reasoning_tokens for part, _ in parts),
        )
        return usage, any(guessed for _, guessed in parts), self._progress[0].served_by

    def opening(self) -> bytes:
        """Return the first chunk of each choice."""
        options = self._create.stream_options
        usage = options is not None and options.include_usage
        choices = self._create.n
        self._writer = ChunkWriter(self._head, choices=choices, usage=usage, first_form=bool(self._create.functions))
        return b"".join(self._writer.begin(index) for index in range(choices))

    def events(self, index: int, batch: Sequence[Delta]) -> bytes:
        """Return the chunks of some deltas."""
        return b"".join([self._writer.write(index, delta) for delta in batch])

    def final(self) -> bytes:
        """Return the chunk with the usage, if it was asked for."""
        options = self._create.stream_options
        if options is None or not options.include_usage:
            return b""
        return self._writer.usage(total_usage(self._ends), self._ends[0].vendor_usage if self._ends else None)

    def object(self) -> dict[str, Any]:
        """Return the completion with its metadata."""
        return self._completion() | {"metadata": self._create.metadata}

    def worth_keeping(self) -> bool:
        """Tell whether a choice has something in it."""
        return any(builder.text or builder.reasoning or builder.calls for builder in self._builders)

    async def keep(self) -> None:
        """Store the completion, if that was asked for."""
        if self._create.store:
            owner = Owner.of(self._context.caller)
            await self._store.add(
                self._completion(), self._body["messages"], metadata=self._create.metadata, owner=owner
            )

    def _completion(self) -> dict[str, Any]:
        create = self._create
        ends = [builder.end for builder in self._builders if builder.end]
        vendor: dict[str, Any] = {}
        for end in ends:
            vendor |= end.vendor
        return {
            **vendor,
            **self._head,
            "object": "chat.completion",
            "choices": [
                builder.choice(index, logprobs=create.logprobs, first_form=bool(create.functions))
                for index, builder in enumerate(self._builders)
            ],
            "usage": show_usage(total_usage(ends), ends[0].vendor_usage if ends else None),
        }


def fingerprint(card: Card) -> str:
    """Return a word that changes whenever the weights or this program do."""
    return _fingerprint(f"{__version__}\0{card.name}\0{card.sha256}\0{card.quantization}")


@lru_cache(maxsize=256)
def _fingerprint(text: str) -> str:
    return "fp_" + hashlib.sha256(text.encode()).hexdigest()[:12]
