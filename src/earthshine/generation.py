"""One generation, in whatever dialect: its way from the request to the charge.

    admit     its worst case is reserved, or it is refused
    use       the model is held, loaded if need be, and the request checked against it
    follow    its choices are written at the same time, and given out as they come
    settle    it is charged before its last words are seen, so that no crash can part them from their price
    keep      it is stored, where that was asked for

Whatever cuts it (an engine, a client that goes away), what was written until then is kept and charged.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from earthshine.engines.deltas import CompletionEnd, Delta, Piece, Usage
from earthshine.engines.interleave import closing, interleave
from earthshine.errors import EarthshineError, Internal
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.wire import OPENAI, Dialect

if TYPE_CHECKING:
    from earthshine.accounts.authorization.caller import Caller
    from earthshine.engines.pool import LoadedModel
    from earthshine.metering.meter import Meter
    from earthshine.metering.reservation import Reservation
    from earthshine.routing.router import Router

log = logging.getLogger(__name__)

Item = TypeVar("Item", bound="Delta | Piece | CompletionEnd")


@dataclass(frozen=True, slots=True)
class GenerationContext:
    """For whom a generation is made, and by what."""

    meter: Meter
    router: Router
    caller: Caller
    headers: dict[str, str]
    """Receives those of the reply that tell its limits."""


class Generation(ABC, Generic[Item]):
    """One request's work. Use either `whole` or `stream`, once. What a dialect says itself is abstract here."""

    dialect: ClassVar[Dialect] = OPENAI
    id: str = ""
    """Of what is made, under which it is charged; set by `begin`."""

    def __init__(self, model: str, context: GenerationContext) -> None:
        """Prepare to ask `model`, a name as clients give it. Nothing is done yet."""
        self._model = model
        self._context = context
        self._kept = False

    # --- what a dialect says ------------------------------------------------------------------------------------------

    @abstractmethod
    def estimate(self) -> UsageEstimate:
        """Return what it will take at most."""

    @abstractmethod
    async def begin(self, model: LoadedModel, limit: int | None) -> Sequence[AsyncIterator[Sequence[Item]]]:
        """Check the request against the model, and return its choices; `limit` bounds the output of each.

        Raises what makes the request impossible, before anything is written.
        """

    @abstractmethod
    def take(self, index: int, batch: Sequence[Item]) -> Sequence[Item]:
        """Take what was written of a choice; returns it as clients see it."""

    @abstractmethod
    def ended(self) -> tuple[Usage, str] | None:
        """Return the usage and the deployment of a generation whose choices have all ended; None before that."""

    @abstractmethod
    async def used(self, model: LoadedModel) -> tuple[Usage, bool, str] | None:
        """Return the usage until now, whether it is an estimate, and the deployment; None if nothing was written."""

    @abstractmethod
    def object(self) -> dict[str, Any]:
        """Return what was made, whole."""

    def opening(self) -> bytes:
        """Return the events before the first piece. They wait for it, so that an early error still has its status."""
        return b""

    @abstractmethod
    def events(self, index: int, batch: Sequence[Item]) -> bytes:
        """Return the events that tell some of a choice."""

    def final(self) -> bytes:
        """Return the events after the last choice."""
        return b""

    def failure(self, error: EarthshineError) -> bytes:
        """Return the event that ends a stream which has begun and cannot be finished."""
        return self.dialect.event(error)

    def worth_keeping(self) -> bool:
        """Tell whether something was written that is to be stored, though it was cut."""
        return False

    async def keep(self) -> None:
        """Store what was made, if that was asked for."""

    # --- its way ------------------------------------------------------------------------------------------------------

    async def whole(self) -> dict[str, Any]:
        """Write it to its end and return it. What was written before an error or a cancel is kept and charged too."""
        with await self._admit() as reservation:
            async with self._context.router.use(self._model, self._context.caller) as model:
                choices = await self.begin(model, reservation.begin())
                try:
                    one = len(choices) == 1
                    async with closing(_followed(choices)) as batches:
                        async for got in batches:
                            index, batch = (0, got) if one else got
                            self.take(index, cast("Sequence[Item]", batch))
                    self._settle(reservation)
                    await self._keep()
                finally:
                    await self._rescue(model, reservation)
        return self.object()

    async def stream(self) -> AsyncGenerator[bytes]:
        """Write it as events. An error before the first is raised, a later one is an event."""
        begun = False
        try:
            with await self._admit() as reservation:
                async with self._context.router.use(self._model, self._context.caller) as model:
                    choices = await self.begin(model, reservation.begin())
                    try:
                        one, opening = len(choices) == 1, self.opening()
                        async with closing(_followed(choices)) as batches:
                            async for got in batches:
                                index, batch = (0, got) if one else got
                                batch = self.take(index, cast("Sequence[Item]", batch))
                                self._settle(reservation)
                                yield opening + self.events(index, batch)
                                begun, opening = True, b""
                        if final := self.final():
                            yield final
                        await self._keep()
                    finally:
                        await self._rescue(model, reservation)
            if done := self.dialect.done:
                yield done
        except EarthshineError as error:
            if not begun:
                raise
            yield self.failure(error)
        except Exception:
            if not begun:
                raise
            log.exception("the stream of %s failed", self.id)
            yield self.failure(
                Internal(f"Something broke on our side. The server's log has the details under {self.id}.")
            )

    async def _admit(self) -> Reservation:
        context = self._context
        return await context.meter.admit(context.caller, self._model, self.estimate(), context.headers)

    def _settle(self, reservation: Reservation) -> None:
        if (end := self.ended()) is not None:
            usage, deployment = end
            reservation.settle(self.id, usage, deployment=deployment)

    async def _keep(self) -> None:
        self._kept = True
        await self.keep()

    async def _rescue(self, model: LoadedModel, reservation: Reservation) -> None:
        """Keep and charge what was written before something cut it; then the cause goes on."""
        if not self._kept and self.worth_keeping():
            try:
                await self._keep()
            except EarthshineError:
                log.exception("the cut %s could not be stored", self.id)
        if not reservation.settled and (used := await self.used(model)) is not None:
            usage, estimated, deployment = used
            reservation.settle(self.id, usage, deployment=deployment, partial=True, estimated=estimated)


def _followed(choices: Sequence[AsyncIterator[Any]]) -> AsyncIterator[Any]:
    """Return the batches of all choices, each with its number; of the only one as they are, without another frame."""
    return choices[0] if len(choices) == 1 else interleave(choices)
