"""The making of one completion: whole or as a stream."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from earthshine.completions.schemas import CreateCompletion
from earthshine.engines.deltas import CompletionEnd, Piece, TokenLogprob, Usage
from earthshine.engines.openai_fields import show_usage
from earthshine.engines.progress import count_texts
from earthshine.engines.requests import CompletionRequest
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.generation import Generation, GenerationContext
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

Written = Piece | CompletionEnd


@dataclass(slots=True)
class _Choice:
    text: list[str] = field(default_factory=list[str])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    end: CompletionEnd | None = None
    offset: int = 0
    """Characters before the next token, as log probabilities count them."""
    written: int = 0
    """Tokens until now."""


class Creation(Generation[Written]):
    """One request's work: `n` choices for each prompt."""

    def __init__(self, create: CreateCompletion, context: GenerationContext) -> None:
        super().__init__(create.model, context)
        self._create = create
        self._choices = [_Choice() for _ in range(len(create.prompt) * create.n)]
        self._unfinished = len(self._choices)
        self._echoes: list[str] = []
        self._head: dict[str, Any] = {}

    def estimate(self) -> UsageEstimate:
        """Return what the choices may take."""
        create = self._create

        def read() -> int:
            prompts = sum(text_bytes(each) if isinstance(each, str) else len(each) for each in create.prompt)
            return prompts + len(create.prompt) * text_bytes(create.suffix or "")

        choices = len(self._choices)
        return UsageEstimate("completions", read, create.max_tokens, choices, prompts=len(create.prompt))

    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Written]]]:
        """Ask the model once for each choice."""
        create = self._create
        create.check_supported()
        if create.logprobs is not None and not model.engine.capabilities.logprobs:
            raise UnsupportedParameter(
                f"The engine of {model.card.name} reports no log probabilities.", param="logprobs"
            )
        for name in create.adapters:
            if name not in model.card.adapters:
                raise InvalidRequest(f"{model.card.name} has no adapter {name[:80]!r}.", param="adapters")
        self.id = new_id("cmpl").replace("_", "-", 1)
        self._head = {
            "id": self.id,
            "object": "text_completion",
            "created": int(time.time()),
            "model": model.card.name,
        }
        if create.echo:
            self._echoes = [
                prompt if isinstance(prompt, str) else await model.engine.detokenize(prompt) for prompt in create.prompt
            ]
        suffix, adapters = create.suffix or "", create.adapters
        return [
            model.engine.complete(
                CompletionRequest(prompt, create.sampling(choice, limit), adapters=adapters, suffix=suffix)
            )
            for prompt in create.prompt
            for choice in range(create.n)
        ]

    def take(self, index: int, batch: Sequence[Written]) -> Sequence[Written]:
        """Keep what was written, and of a stream only its length."""
        choice = self._choices[index]
        for piece in batch:
            if isinstance(piece, CompletionEnd):
                choice.end = piece
                self._unfinished -= 1
                continue
            choice.written += piece.tokens
            if not self._create.stream:
                choice.text.append(piece.text)
                choice.logprobs += piece.logprobs
        return batch

    def ended(self) -> tuple[Usage, str] | None:
        """Return what all choices took, once the last has ended."""
        if self._unfinished:
            return None
        end = self._choices[0].end
        return self._usage(), end.served_by if end is not None else ""

    async def used(self, model: LoadedModel) -> tuple[Usage, bool, str] | None:
        """Return what the choices took until now."""
        written = sum(choice.written for choice in self._choices)
        if not written:
            return None
        read, estimated = await count_texts(model.engine.tokenize, self._create.prompt)
        return Usage(read, 0, written), estimated, model.engine.served_by

    def opening(self) -> bytes:
        """Return the prompts, if they are to be repeated."""
        if not self._create.echo:
            return b""
        return b"".join(
            self._event(self._show(index, self._echo(index), [], None)) for index in range(len(self._choices))
        )

    def events(self, index: int, batch: Sequence[Written]) -> bytes:
        """Return a chunk for each piece, and for the end."""
        return b"".join(
            self._event(
                self._show(index, "", [], piece)
                if isinstance(piece, CompletionEnd)
                else self._show(index, piece.text, piece.logprobs, None)
            )
            for piece in batch
        )

    def final(self) -> bytes:
        """Return the chunk with the usage, if it was asked for."""
        return _frame(self._head | {"choices": [], "usage": show_usage(self._usage())}) if self._counts else b""

    def object(self) -> dict[str, Any]:
        """Return the completion."""
        shown = [
            self._show(index, self._echo(index) + "".join(choice.text), choice.logprobs, choice.end)
            for index, choice in enumerate(self._choices)
        ]
        return {**self._head, "choices": shown, "usage": show_usage(self._usage())}

    @property
    def _counts(self) -> bool:
        options = self._create.stream_options
        return options is not None and options.include_usage

    def _echo(self, index: int) -> str:
        return self._echoes[index // self._create.n] if self._create.echo else ""

    def _event(self, choice: dict[str, Any]) -> bytes:
        return _frame(self._head | ({"usage": None} if self._counts else {}) | {"choices": [choice]})

    def _show(
        self, index: int, text: str, logprobs: list[TokenLogprob] | tuple[TokenLogprob, ...], end: CompletionEnd | None
    ) -> dict[str, Any]:
        return {
            "index": index,
            "text": text,
            "logprobs": None if self._create.logprobs is None else self._logprobs(index, logprobs),
            "finish_reason": end.reason if end else None,
        }

    def _logprobs(self, index: int, logprobs: list[TokenLogprob] | tuple[TokenLogprob, ...]) -> dict[str, Any]:
        choice = self._choices[index]
        offsets: list[int] = []
        for one in logprobs:
            offsets.append(choice.offset)
            choice.offset += len(one.token)
        return {
            "tokens": [one.token for one in logprobs],
            "token_logprobs": [one.logprob for one in logprobs],
            "top_logprobs": [
                {top.token: top.logprob for top in one.top} | {one.token: one.logprob} for one in logprobs
            ],
            "text_offset": offsets,
        }

    def _usage(self) -> Usage:
        """Count each prompt once, and every choice."""
        total = Usage()
        for index, choice in enumerate(self._choices):
            if choice.end is not None:
                used = choice.end.usage
                first = index % self._create.n == 0
                total += used if first else Usage(completion_tokens=used.completion_tokens, estimated=used.estimated)
        return total


def _frame(chunk: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\n\n"
