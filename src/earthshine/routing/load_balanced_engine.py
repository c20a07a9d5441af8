"""One model behind one or several deployments, as one engine.

Each call chooses anew. Until the first piece of a reply has come, a failure is answered with another deployment, and
when all have failed, with another try after a moment. After it, a chat whose engine or upstream died goes on from what
was written, and the reader notices nothing; any other failure is the caller's: nothing that a reader saw is ever taken
back.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from earthshine.engines.base import Capabilities, Engine
from earthshine.engines.continuation import ask_to_go_on
from earthshine.engines.deltas import ChatEnd, CompletionEnd, Delta, Embeddings, Judgements, Piece, Usage
from earthshine.engines.estimates import written_tokens
from earthshine.engines.interleave import closing
from earthshine.engines.openai_compatible.body import CALL, THINK
from earthshine.engines.progress import Progress
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import EarthshineError, EngineFailed, UpstreamBroke
from earthshine.routing.counters import Counters
from earthshine.routing.deployment_state import DeploymentCall, DeploymentState
from earthshine.routing.selection.affinity import Affinity, prefixes_of
from earthshine.routing.selection.choice import choose, none_available
from earthshine.routing.selection.required_capabilities import (
    RequiredCapabilities,
    refuse_missing,
    required_by_chat,
    required_by_completion,
)
from earthshine.routing.selection.retries import Failures, RetryBudget, may_go_elsewhere
from earthshine.telemetry.spans import step

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

log = logging.getLogger(__name__)

RESTARTS = 3
"""Times that a reply is taken up again after its engine died."""
RESTART_WAIT = 0.5
"""Seconds before the first of them; each further one waits twice as long."""

_ENDS = frozenset({ChatEnd, CompletionEnd, Embeddings, Judgements})

Item = TypeVar("Item", bound="Delta | Piece | CompletionEnd | Embeddings | Judgements")
Asked = TypeVar("Asked", "ChatRequest", "CompletionRequest", "Sequence[str | Sequence[int]]", "Sequence[str]")


@dataclass(slots=True)
class DeploymentGroup:
    """The deployments of one model, and what they share."""

    name: str
    members: Sequence[DeploymentState]
    capabilities: Capabilities
    affinity: Affinity
    budget: RetryBudget
    counters: Counters


class LoadBalancedEngine(Engine):
    """The deployments of one model, for the calls of one project."""

    def __init__(
        self,
        group: Callable[[], DeploymentGroup],
        project: str,
        *,
        by: str = "",
        idle: bool = False,
        loaded: LoadedModel | None = None,
    ) -> None:
        """Take the deployments from `group` at each call, for they may change meanwhile; `by` is whose calls they are.
        Those of an `idle` one take only what nobody else wants.

        `loaded` is the model itself when it runs on this machine and has no other deployment.
        """
        self._group = group
        self._project = project
        self._by = by
        self._idle = idle
        self._loaded = loaded
        self.capabilities = loaded.engine.capabilities if loaded is not None else group().capabilities

    def chat(self, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Sequence[Delta]]:
        """Reply to messages by a deployment that can. Raises `UnsupportedParameter` for what none can do."""
        self._refuse(request)
        if request.written and not self.capabilities.continues:
            request = ask_to_go_on(request)
        follow = progress or Progress()
        return self._served(
            lambda engine, asked: engine.chat(asked, follow), request, required_by_chat(request), follow
        )

    def complete(self, request: CompletionRequest) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
        """Continue a text by a deployment that can."""
        return self._served(lambda engine, asked: engine.complete(asked), request, required_by_completion(request))

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input into a vector by a deployment that can."""

        async def start(engine: Engine, texts: Sequence[str | Sequence[int]]) -> AsyncGenerator[Sequence[Embeddings]]:
            yield (await engine.embed(texts, dimensions),)

        async with aclosing(self._served(start, inputs, RequiredCapabilities(embed=True))) as made:
            return (await anext(made))[0]

    async def rerank(self, query: str, texts: Sequence[str]) -> Judgements:
        """Judge by a deployment that can how well texts answer a query."""

        async def start(engine: Engine, asked: Sequence[str]) -> AsyncGenerator[Sequence[Judgements]]:
            yield (await engine.rerank(query, asked),)

        async with aclosing(self._served(start, texts, RequiredCapabilities(rerank=True))) as made:
            return (await anext(made))[0]

    async def check(self, request: ChatRequest) -> None:
        """Raise what no deployment can do, and what the model of this machine refuses."""
        self._refuse(request)
        if self._loaded is not None:
            await self._loaded.engine.check(request)

    async def count(self, request: ChatRequest) -> int:
        """Count a prompt's tokens where that is possible: on this machine."""
        if self._loaded is not None:
            return await self._loaded.engine.count(request)
        for member in self._group().members:
            if member.pool is not None and not required_by_chat(request).missing(member.capabilities()):
                async with member.pool.use(member.deployment.target) as model:
                    return await model.engine.count(request)
        return await super().count(request)

    async def tokenize(self, text: str, *, special: bool = True) -> list[int]:
        """Return token ids, if all calls go to one model on this machine."""
        if self._loaded is None:
            return await super().tokenize(text, special=special)
        return await self._loaded.engine.tokenize(text, special=special)

    async def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of token ids, if all calls go to one model on this machine."""
        if self._loaded is None:
            return await super().detokenize(tokens)
        return await self._loaded.engine.detokenize(tokens)

    async def close(self) -> None:
        """Nothing to do: the engines behind this are others' to close."""

    @property
    def memory(self) -> int:
        """Bytes that the engine holds, where there is but one."""
        return self._loaded.engine.memory if self._loaded is not None else 0

    # --- one call ----------------------------------------------------------------------------------------------------

    async def _served(
        self,
        start: Callable[[Engine, Asked], AsyncIterator[Sequence[Item]]],
        asked: Asked,
        required: RequiredCapabilities,
        progress: Progress | None = None,
    ) -> AsyncGenerator[Sequence[Item]]:
        group = self._group()
        several = len(group.members) > 1
        request = asked if isinstance(asked, ChatRequest | CompletionRequest) else None
        written = asked.written if isinstance(asked, ChatRequest) else ""
        prefixes = prefixes_of(request) if several and request is not None else []
        failures, restarts = Failures(group.name), 0
        broke, before = None, 0
        group.budget.earn()
        while True:
            begun = False
            member = self._next(group, required, failures, group.affinity.find(prefixes) if prefixes else None)
            try:
                if member is None:
                    await self._pause(group, required, failures)
                    group = self._group()
                    continue
                if self._loaded is not None and isinstance(asked, ChatRequest):
                    asked = cast("Asked", await self._loaded.engine.prepare(asked))
                # Embeddings on this machine have a queue of their own, in front of a process of their own.
                queued, again = request is not None or not member.local, failures.knows(member)
                call = DeploymentCall(
                    member, self._project, self._loaded, queued=queued, idle=self._idle, by=self._by, again=again
                )
                async with call as model, closing(start(model.engine, asked)) as batches:
                    if progress is not None and isinstance(asked, ChatRequest):
                        progress.begun(model.engine.count, asked)
                    with step("engine", deployment=member.deployment.id, model=group.name):
                        async for batch in batches:
                            if not begun:
                                begun = True
                                self.served_by = member.deployment.id
                                call.began()
                                if prefixes:
                                    group.affinity.note(prefixes, member.deployment.id)
                            if type(batch[-1]) in _ENDS:
                                batch = _ended(batch, call, member, before)
                            if progress is not None:
                                progress.served_by = member.deployment.id
                                progress.note(cast("Sequence[Delta]", batch))
                            yield batch
                return
            except EarthshineError as error:
                if member is not None and not begun and may_go_elsewhere(error):
                    failures.add(member, error)
                    group.counters.fallbacks[member.deployment.id] += several
                    continue
                if broke is not None and not begun:
                    # Nobody could go on with it, for whatever reason: what is to be told is that it broke.
                    raise broke from error
                if progress is None or not self._may_restart(error, restarts, progress):
                    raise
                failures, restarts = Failures(group.name), restarts + 1
                if isinstance(error, UpstreamBroke) and member is not None:
                    broke = error
                    failures.add(member, error)
                    before = written_tokens(progress.pieces, len(progress.written.encode(errors="replace")))
                else:
                    await self._wait(error, restarts)
                asked = replace(cast("Any", asked), written=written + progress.written)
                required = required_by_chat(cast("ChatRequest", asked))

    def _may_restart(self, error: EarthshineError, restarts: int, progress: Progress) -> bool:
        """Tell whether a reply whose engine or upstream died can be gone on with.

        Thoughts and calls of an upstream are not: hardly any takes the beginning of those.
        """
        if restarts >= RESTARTS or (progress.pieces and not self.capabilities.continues):
            return False
        plain = not any(mark in progress.written for mark in (THINK, CALL))
        return isinstance(error, EngineFailed) or (isinstance(error, UpstreamBroke) and plain)

    async def _wait(self, error: EarthshineError, restarts: int) -> None:
        wait = min(error.retry_after or RESTART_WAIT * 2 ** (restarts - 1), RESTART_WAIT * 2**RESTARTS)
        log.warning("%s failed (%s); restart %d in %.1f s", self._group().name, error.message, restarts, wait)
        await asyncio.sleep(wait)

    def _refuse(self, request: ChatRequest) -> None:
        refuse_missing(self._group().name, self.capabilities, request)

    def _next(
        self, group: DeploymentGroup, required: RequiredCapabilities, failures: Failures, cached_at: str | None
    ) -> DeploymentState | None:
        if self._loaded is not None:
            # The one model of this machine: its engine refuses by itself what it cannot do.
            return None if failures.any else group.members[0]
        return choose(group.members, required, failures, cached_at, self._by)

    async def _pause(self, group: DeploymentGroup, required: RequiredCapabilities, failures: Failures) -> None:
        """Wait until another round makes sense. Raises what the client is to be told when none does."""
        if not failures.any:
            raise none_available(group.name, group.members, required, self._by)
        wait = failures.wait()
        if wait is None or self._loaded is not None or not group.budget.spend():
            raise failures.error()
        await asyncio.sleep(wait)
        failures.next_round()
        if choose(group.members, required, failures, None, self._by) is None:
            raise failures.error()
        group.counters.retries[group.name] += 1


def _ended(batch: Sequence[Item], call: DeploymentCall, member: DeploymentState, before: int) -> Sequence[Item]:
    """Note the end of a reply, and say in it who wrote it; `before` are the tokens that a broken upstream wrote."""
    last: Any = batch[-1]
    call.ended(Usage(last.prompt_tokens) if isinstance(last, Embeddings | Judgements) else last.usage)
    if before and isinstance(last, ChatEnd):
        used = last.usage
        last = replace(last, usage=replace(used, completion_tokens=used.completion_tokens + before, estimated=True))
    return (*batch[:-1], cast("Item", replace(last, served_by=member.deployment.id)))
