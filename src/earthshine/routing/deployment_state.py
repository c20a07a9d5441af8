"""A deployment at work: its engine, its queue, its health and its counts, and one call to it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import TYPE_CHECKING

from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.deltas import Usage
from earthshine.engines.openai_compatible.errors import HOPELESS
from earthshine.engines.pool import LoadedModel
from earthshine.errors import (
    BrieflyLimited,
    EarthshineError,
    InvalidRequest,
    NotFound,
    RateLimited,
    Unavailable,
    UpstreamUnreachable,
)
from earthshine.routing.counters import Counters, Histogram
from earthshine.routing.deployment import Deployment
from earthshine.routing.fair_queue import FairQueue
from earthshine.routing.health.circuit_breaker import CircuitBreaker, Circuits, Generation
from earthshine.routing.quota import Quota
from earthshine.telemetry.spans import step

if TYPE_CHECKING:
    from earthshine.catalog.card import Card
    from earthshine.engines.pool import Pool


class DeploymentState:
    """One deployment as this process sees it now."""

    def __init__(
        self,
        deployment: Deployment,
        *,
        card: Card,
        queue: FairQueue,
        counters: Counters,
        engine: Engine | None = None,
        pool: Pool | None = None,
        on_open: Callable[[DeploymentState], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """An upstream's deployment has an `engine`, a local one gets its from the `pool` for each call.

        `on_open` is called when the circuit opens.
        """
        self.deployment = deployment
        self.card = card
        self.queue = queue
        self.counters = counters
        self.engine = engine
        self.pool = pool
        self.circuits = Circuits(probed=engine is not None, clock=clock)
        self.outstanding = 0
        """Calls that wait for a slot here or are being served."""
        self.last_error = ""
        self.asked = False
        """Whether anything was ever sent to it, a check or a call."""
        self._on_open = on_open
        self._clock = clock
        per_minute = deployment.requests_per_minute, deployment.tokens_per_minute
        self._quotas = [None if limit is None else Quota(limit, clock) for limit in per_minute]
        self._retired = False

    @property
    def breaker(self) -> CircuitBreaker:
        """The circuit of everybody."""
        return self.circuits.common

    @property
    def local(self) -> bool:
        """It runs on this machine."""
        return self.engine is None

    @property
    def load(self) -> float:
        """Its work, in relation to its share."""
        return self.outstanding / self.deployment.weight

    def capabilities(self) -> Capabilities:
        """Return what it can do, without loading it."""
        if self.engine is not None:
            return self.engine.capabilities
        abilities = self.card.abilities
        chats = "chat" in abilities
        return Capabilities(
            chat=chats,
            embed="embedding" in abilities,
            rerank="rerank" in abilities,
            tools=chats,
            json_schema=chats,
            logprobs=chats,
            images="vision" in abilities,
            continues=chats,
            # The engine may have been given less; then it says so, and another deployment is asked.
            context_length=self.card.context_length,
        )

    def unfit(self, by: str = "") -> str:
        """Return why it may not be asked now, for a request of caller `by`, or nothing."""
        if self.deployment.fault:
            return self.deployment.fault
        if not self.circuits.allows(by):
            return f"not asked for now ({self.last_error or 'it failed'})"
        if any(quota is not None and quota.seconds() for quota in self._quotas):
            return "at its limit per minute"
        return ""

    def seconds(self, by: str = "") -> float:
        """Return the seconds until it may be asked again, for a request of caller `by`."""
        return max([self.circuits.seconds(by), *(quota.seconds() for quota in self._quotas if quota is not None)])

    def count(self, tokens: int) -> None:
        """Take tokens out of its minute."""
        if (quota := self._quotas[1]) is not None:
            quota.take(tokens)

    def begin(self, by: str = "") -> Generation:
        """Note that a call is sent for caller `by`; returns what its outcome is to be reported with."""
        if (quota := self._quotas[0]) is not None:
            quota.take(1)
        self.asked = True
        return self.circuits.begin(by)

    def fail(self, generation: Generation, error: BaseException, *, again: bool = False) -> None:
        """Judge an error of a call; `again`: it is one more try of a request that has failed here before."""
        if isinstance(error, RateLimited):
            if not isinstance(error, BrieflyLimited):
                self.breaker.rest(error.retry_after or 1)
            self.circuits.abandoned(generation)
            self.last_error = error.message
        elif isinstance(error, InvalidRequest):
            self.circuits.succeeded(generation)  # it answered; the request was at fault
        else:
            known = isinstance(error, EarthshineError)
            self.last_error = error.message if known else "it broke in a way that nobody foresaw"
            was = self.breaker.circuit
            hopeless = isinstance(error, NotFound) or (known and error.code in HOPELESS)
            blameless = isinstance(error, UpstreamUnreachable) or self.local
            if again and was == "closed" and not (hopeless or blameless):
                self.circuits.abandoned(generation)
            else:
                self.circuits.failed(generation, surely=hopeless, blameless=blameless)
            if was != "open" and self.breaker.circuit == "open":
                self._on_open(self)

    async def retire(self) -> None:
        """Close its connections when its last call has ended."""
        self._retired = True
        await self.close_if_done()

    async def close_if_done(self) -> None:
        """Close its connections if it is no longer wanted and nobody uses them."""
        if self._retired and not self.outstanding and self.engine is not None:
            await self.engine.close()


class DeploymentCall:
    """One call to a deployment: waits for a slot, then gives the model; the exit tells how it went."""

    def __init__(
        self,
        member: DeploymentState,
        project: str,
        loaded: LoadedModel | None = None,
        *,
        queued: bool = True,
        idle: bool = False,
        by: str = "",
        again: bool = False,
    ) -> None:
        """`loaded` is the model if the caller holds it already; a call that is not `queued` needs no slot, and one
        that is `idle` takes what nobody else wants.

        `by` is whose call it is, and `again` tells that it is one more try of a request that has failed here before.
        """
        self._by = by
        self._again = again
        self._member = member
        self._project = project
        self._loaded = loaded
        self._queued = queued
        self._idle = idle
        self._generation: Generation | None = None
        self._started = 0.0
        self._has_slot = False
        self._settled = False
        self._lease: AsyncExitStack | None = None

    async def __aenter__(self) -> LoadedModel:
        """Wait for a slot and for the model. Raises as `FairQueue.acquire` and `Pool.use` do."""
        member = self._member
        member.outstanding += 1
        try:
            if self._queued:
                arrived = time.monotonic()
                with step("place", deployment=member.deployment.id):
                    await (member.queue.acquire_idle() if self._idle else member.queue.acquire(self._project))
                self._has_slot = True
                _histogram(member.counters.waited, member.deployment.id).add(time.monotonic() - arrived)
            if self._loaded is None and (why := member.unfit(self._by)):
                # While it waited for its slot, the circuit opened or the minute was used up.
                raise Unavailable(f"{member.deployment.id} is {why}.", retry_after=max(1.0, member.seconds(self._by)))
            self._generation = member.begin(self._by)
            self._started = time.monotonic()
            return self._loaded or await self._model()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise

    async def _model(self) -> LoadedModel:
        member = self._member
        if member.engine is not None:
            self._loaded = LoadedModel(member.card, member.engine)
        else:
            assert member.pool is not None
            self._lease = AsyncExitStack()
            self._loaded = await self._lease.enter_async_context(member.pool.use(member.deployment.target))
        return self._loaded

    def began(self) -> None:
        """Report the first piece of the reply."""
        assert self._generation is not None
        self._member.circuits.succeeded(self._generation)
        _histogram(self._member.counters.first_piece, self._member.deployment.id).add(time.monotonic() - self._started)

    def ended(self, usage: Usage) -> None:
        """Report the whole reply."""
        self._settled = True
        self._count("served")
        self._member.count(usage.prompt_tokens + usage.completion_tokens)

    async def __aexit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Give the slot back, and learn from an error."""
        member = self._member
        member.outstanding -= 1
        if self._has_slot:
            self._has_slot = False
            if self._idle:
                member.queue.release_idle()
            else:
                member.queue.release(self._project)
        if not self._settled:
            self._settled = True
            self._judge(error)
        if self._lease is not None:
            lease, self._lease = self._lease, None
            await lease.aclose()
        await member.close_if_done()

    def _judge(self, error: BaseException | None) -> None:
        member = self._member
        if self._generation is None:
            if isinstance(error, EarthshineError):
                member.counters.turned_away[member.deployment.id] += 1
            return
        if isinstance(error, Exception):
            member.fail(self._generation, error, again=self._again)
            named = error.code if isinstance(error, EarthshineError) else "internal_error"
            self._count("refused" if isinstance(error, InvalidRequest) else named)
        else:
            member.circuits.abandoned(self._generation)
            self._count("cancelled")

    def _count(self, outcome: str) -> None:
        self._member.counters.calls[self._member.deployment.id, outcome] += 1


def _histogram(of: dict[str, Histogram], name: str) -> Histogram:
    found = of.get(name)
    if found is None:
        found = of[name] = Histogram()
    return found
