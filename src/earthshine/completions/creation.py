"""The making of one completion: whole or as a stream."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from earthshine.completions.schemas import CreateCompletion
from earthshine.engines.base import CompletionEnd, CompletionRequest, Piece, TokenLogprob, Usage
from earthshine.engines.interleave import interleave
from earthshine.engines.openai_fields import show_usage
from earthshine.engines.progress import count_texts
from earthshine.errors import EarthshineError, Internal, InvalidRequest, UnsupportedParameter
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.wire import DONE

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.engines.pool import LoadedModel
    from earthshine.metering.meter import Meter, Reservation
    from earthshine.routing.router import Router

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Choice:
    text: list[str] = field(default_factory=list[str])
    logprobs: list[TokenLogprob] = field(default_factory=list[TokenLogprob])
    end: CompletionEnd | None = None
    offset: int = 0
    """Characters before the next token, as log probabilities count them."""
    written: int = 0
    """Tokens until now."""


class Creation:
    """One request's work. Use either `whole` or `stream`, once."""

    def __init__(
        self, create: CreateCompletion, *, meter: Meter, router: Router, caller: Caller, headers: dict[str, str]
    ) -> None:
        """Nothing is done before `whole` or `stream`; `headers` receives the reply's."""
        self._create = create
        self._meter = meter
        self._router = router
        self._caller = caller
        self._headers = headers
        self._choices = [_Choice() for _ in range(len(create.prompt) * create.n)]
        self._head: dict[str, Any] = {}

    async def whole(self) -> dict[str, Any]:
        """Write all choices to their ends."""
        with await self._admit() as reservation:
            async with self._router.use(self._create.model, self._caller) as model:
                echoes = await self._begin(model, reservation)
                try:
                    async with aclosing(self._pieces(model)) as pieces:
                        async for index, piece in pieces:
                            choice = self._choices[index]
                            if not isinstance(piece, CompletionEnd):
                                choice.text.append(piece.text)
                                choice.logprobs += piece.logprobs
                    self._settle(reservation)
                finally:
                    await self._settle_what_there_is(model, reservation)
        shown = [
            self._show(index, echoes[index // self._create.n] + "".join(choice.text), choice.logprobs, choice.end)
            for index, choice in enumerate(self._choices)
        ]
        return {**self._head, "choices": shown, "usage": show_usage(self._usage())}

    async def stream(self) -> AsyncGenerator[bytes]:
        """Write all choices as server-sent events. An error before the first is raised, a later one is an event."""
        begun = False
        try:
            with await self._admit() as reservation:
                async with self._router.use(self._create.model, self._caller) as model:
                    try:
                        async with aclosing(self._chunks(model, reservation)) as chunks:
                            async for chunk in chunks:
                                yield chunk
                                begun = True
                    finally:
                        await self._settle_what_there_is(model, reservation)
            yield DONE
        except EarthshineError as error:
            if not begun:
                raise
            yield _error_event(error)
        except Exception:
            if not begun:
                raise
            name = self._head["id"]
            log.exception("the stream of %s failed", name)
            yield _error_event(Internal(f"Something broke on our side. The server's log has it under {name}."))

    async def _chunks(self, model: LoadedModel, reservation: Reservation) -> AsyncGenerator[bytes]:
        echoes = await self._begin(model, reservation)
        options = self._create.stream_options
        counts = options is not None and options.include_usage
        head = self._head | ({"usage": None} if counts else {})
        waiting = b""
        if self._create.echo:
            for index in range(len(self._choices)):
                choice = self._show(index, echoes[index // self._create.n], [], None)
                waiting += _event(head | {"choices": [choice]})
        async with aclosing(self._pieces(model)) as pieces:
            async for index, piece in pieces:
                if isinstance(piece, CompletionEnd):
                    if all(choice.end for choice in self._choices):
                        # Before the last words are seen, so that no crash can part them from their price.
                        self._settle(reservation)
                    choice = self._show(index, "", [], piece)
                else:
                    choice = self._show(index, piece.text, piece.logprobs, None)
                yield waiting + _event(head | {"choices": [choice]})
                waiting = b""
        if counts:
            yield _event(head | {"choices": [], "usage": show_usage(self._usage())})

    async def _admit(self) -> Reservation:
        create, choices = self._create, len(self._choices)

        def read() -> int:
            return sum(text_bytes(each) if isinstance(each, str) else len(each) for each in create.prompt)

        estimate = UsageEstimate("completions", read, create.max_tokens, choices, prompts=len(create.prompt))
        return await self._meter.admit(self._caller, create.model, estimate, self._headers)

    async def _begin(self, model: LoadedModel, reservation: Reservation) -> list[str]:
        """Check the request against the model; return the texts of the prompts, if they are to be repeated."""
        create = self._create
        create.check_supported()
        reservation.begin()
        if create.logprobs is not None and not model.engine.capabilities.logprobs:
            raise UnsupportedParameter(
                f"The engine of {model.card.name} reports no log probabilities.", param="logprobs"
            )
        for name in create.adapters:
            if name not in model.card.adapters:
                raise InvalidRequest(f"{model.card.name} has no adapter {name[:80]!r}.", param="adapters")
        self._head = {
            "id": new_id("cmpl").replace("_", "-", 1),
            "object": "text_completion",
            "created": int(time.time()),
            "model": model.card.name,
        }
        if not create.echo:
            return [""] * len(create.prompt)
        return [
            prompt if isinstance(prompt, str) else await model.engine.detokenize(prompt) for prompt in create.prompt
        ]

    async def _pieces(self, model: LoadedModel) -> AsyncGenerator[tuple[int, Piece | CompletionEnd]]:
        create = self._create
        streams = [
            model.engine.complete(CompletionRequest(prompt, create.sampling(choice), adapters=create.adapters))
            for prompt in create.prompt
            for choice in range(create.n)
        ]
        async with aclosing(interleave(streams)) as pieces:
            async for index, batch in pieces:
                for piece in batch:
                    if isinstance(piece, CompletionEnd):
                        self._choices[index].end = piece
                    else:
                        self._choices[index].written += piece.tokens
                    yield index, piece

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

    def _settle(self, reservation: Reservation) -> None:
        ends = [choice.end for choice in self._choices if choice.end]
        reservation.settle(self._head["id"], self._usage(), deployment=ends[0].served_by)

    async def _settle_what_there_is(self, model: LoadedModel, reservation: Reservation) -> None:
        """Charge what was written before the client went away or an engine failed; nothing if that was nothing."""
        written = sum(choice.written for choice in self._choices)
        if reservation.settled or not written:
            return
        read, estimated = await count_texts(model.engine.tokenize, self._create.prompt)
        usage = Usage(read, 0, written)
        reservation.settle(
            self._head["id"], usage, deployment=model.engine.served_by, partial=True, estimated=estimated
        )


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


def _error_event(error: EarthshineError) -> bytes:
    return b"event: error\n" + _event({"error": error.body()})
