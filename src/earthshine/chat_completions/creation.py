"""The making of one chat completion: whole or as a stream, stored if asked."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from earthshine import __version__
from earthshine.accounts.authorization.ownership import Owner
from earthshine.catalog.card import Card
from earthshine.chat_completions.choice_builder import ChoiceBuilder, total_usage, with_id
from earthshine.chat_completions.chunks import ChunkWriter, error_event
from earthshine.chat_completions.schemas import CreateChatCompletion
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.chat_completions.translate import to_chat_requests
from earthshine.engines.base import ChatEnd, ChatRequest, Delta
from earthshine.engines.interleave import interleave
from earthshine.engines.openai_fields import show_usage
from earthshine.engines.progress import Progress
from earthshine.errors import EarthshineError, Internal
from earthshine.ids import new_id
from earthshine.metering.usage_estimate import UsageEstimate, json_bytes
from earthshine.wire import DONE

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.engines.pool import LoadedModel
    from earthshine.metering.meter import Meter, Reservation
    from earthshine.routing.router import Router

log = logging.getLogger(__name__)


class Creation:
    """One request's work. Use either `whole` or `stream`, once."""

    def __init__(
        self,
        create: CreateChatCompletion,
        body: dict[str, Any],
        *,
        meter: Meter,
        router: Router,
        store: StoredCompletions,
        caller: Caller,
        headers: dict[str, str],
        slots: int,
    ) -> None:
        """`body` is the request as it came; `headers` receives the reply's; `slots` bounds `n`."""
        self._create = create
        self._body = body
        self._meter = meter
        self._router = router
        self._store = store
        self._caller = caller
        self._headers = headers
        self._slots = slots
        self._head: dict[str, Any] = {}
        self._builders = [ChoiceBuilder() for _ in range(create.n)]
        self._progress = [Progress() for _ in range(create.n)]
        self._kept = False

    async def whole(self) -> dict[str, Any]:
        """Write the reply to its end and return it. What was written before an error or a cancel is stored too."""
        with await self._admit() as reservation:
            async with self._router.use(self._create.model, self._caller) as model:
                requests = self._begin(model, reservation)
                try:
                    async with aclosing(self._deltas(model, requests)) as deltas:
                        async for index, batch in deltas:
                            for delta in batch:
                                self._builders[index].add(with_id(delta))
                    self._settle(reservation, [builder.end for builder in self._builders if builder.end])
                    await self._keep()
                finally:
                    await self._keep_what_there_is()
                    await self._settle_what_there_is(reservation)
        return self._completion() | {"metadata": self._create.metadata}

    async def stream(self) -> AsyncGenerator[bytes]:
        """Write the reply as server-sent events. An error before the first is raised, a later one is an event."""
        with await self._admit() as reservation:
            async with self._router.use(self._create.model, self._caller) as model:
                requests = self._begin(model, reservation)
                begun = False
                try:
                    async with aclosing(self._chunks(model, requests, reservation)) as chunks:
                        async for chunk in chunks:
                            yield chunk
                            begun = True
                    await self._keep()
                    yield DONE
                except EarthshineError as error:
                    if not begun:
                        raise
                    yield error_event(error.body())
                except Exception:
                    if not begun:
                        raise
                    log.exception("the stream of %s failed", self._head["id"])
                    error = Internal(
                        f"Something broke on our side. The server's log has the details under {self._head['id']}."
                    )
                    yield error_event(error.body())
                finally:
                    await self._keep_what_there_is()
                    await self._settle_what_there_is(reservation)

    async def _chunks(
        self, model: LoadedModel, requests: list[ChatRequest], reservation: Reservation
    ) -> AsyncGenerator[bytes]:
        options = self._create.stream_options
        usage = options is not None and options.include_usage
        writer = ChunkWriter(self._head, choices=len(requests), usage=usage, first_form=bool(self._create.functions))
        first = b"".join(writer.begin(index) for index in range(len(requests)))
        store = self._create.store
        ends: list[ChatEnd] = []
        async with aclosing(self._deltas(model, requests)) as deltas:
            async for index, batch in deltas:
                written = [first]
                for delta in batch:
                    given = with_id(delta)
                    if store:
                        self._builders[index].add(given)
                    if isinstance(given, ChatEnd):
                        ends.append(given)
                        if len(ends) == len(requests):
                            # Before the last words are seen, so that no crash can part them from their price.
                            self._settle(reservation, ends)
                    written.append(writer.write(index, given))
                # The first chunks wait for the first delta, so that an early error still has its HTTP status.
                yield b"".join(written)
                first = b""
        if usage:
            yield writer.usage(total_usage(ends), ends[0].vendor_usage if ends else None)

    def _deltas(self, model: LoadedModel, requests: list[ChatRequest]) -> AsyncGenerator[tuple[int, Sequence[Delta]]]:
        return interleave(
            [model.engine.chat(request, progress) for request, progress in zip(requests, self._progress, strict=True)]
        )

    async def _admit(self) -> Reservation:
        create = self._create
        limit = create.max_completion_tokens or create.max_tokens
        estimate = UsageEstimate("chat.completions", lambda: json_bytes(self._body), limit, create.n)
        return await self._meter.admit(self._caller, create.model, estimate, self._headers)

    def _begin(self, model: LoadedModel, reservation: Reservation) -> list[ChatRequest]:
        limit = reservation.begin()
        requests = to_chat_requests(self._create, model, slots=self._slots, limit=limit)
        self._head = {
            "id": new_id("chatcmpl").replace("_", "-", 1),
            "created": int(time.time()),
            "model": model.card.name,
            "service_tier": "default",
            "system_fingerprint": fingerprint(model.card),
        }
        return requests

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

    async def _keep(self) -> None:
        """Store the reply, if that was asked for."""
        self._kept = True
        if self._create.store:
            owner = Owner.of(self._caller)
            await self._store.add(
                self._completion(), self._body["messages"], metadata=self._create.metadata, owner=owner
            )

    async def _keep_what_there_is(self) -> None:
        """Store what was written before the client went away or an engine failed; then that error goes on."""
        if self._kept or not any(builder.text or builder.reasoning or builder.calls for builder in self._builders):
            return
        try:
            await self._keep()
        except EarthshineError:
            log.exception("the cut completion %s could not be stored", self._head["id"])

    def _settle(self, reservation: Reservation, ends: list[ChatEnd]) -> None:
        reservation.settle(self._head["id"], total_usage(ends), deployment=ends[0].served_by)

    async def _settle_what_there_is(self, reservation: Reservation) -> None:
        """Charge what was written before the client went away or an engine failed; nothing if that was nothing."""
        if reservation.settled or not any(progress.pieces for progress in self._progress):
            return
        parts = [await progress.usage() for progress in self._progress]
        usage = replace(
            parts[0][0],
            completion_tokens=sum(part.completion_tokens for part, _ in parts),
            reasoning_tokens=sum(part.reasoning_tokens for part, _ in parts),
        )
        estimated = any(guessed for _, guessed in parts)
        deployment = self._progress[0].served_by
        reservation.settle(self._head["id"], usage, deployment=deployment, partial=True, estimated=estimated)


def fingerprint(card: Card) -> str:
    """Return a word that changes whenever the weights or this program do."""
    return _fingerprint(f"{__version__}\0{card.name}\0{card.sha256}\0{card.quantization}")


@lru_cache(maxsize=256)
def _fingerprint(text: str) -> str:
    return "fp_" + hashlib.sha256(text.encode()).hexdigest()[:12]
