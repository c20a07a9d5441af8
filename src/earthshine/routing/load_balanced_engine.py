"""One model behind one or several deployments, as one engine.

Each call chooses anew. Until the first piece of a reply has come, a failure is answered with another deployment, and
when all have failed, with another try after a moment; after it, a failure is the caller's: nothing that a reader saw
is ever taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar, cast

from earthshine.engines.base import (
    Capabilities,
    ChatEnd,
    ChatRequest,
    CompletionEnd,
    CompletionRequest,
    Delta,
    Embeddings,
    Engine,
    Load,
    Piece,
    Usage,
)
from earthshine.engines.batches import flat, one_by_one
from earthshine.engines.interleave import closing
from earthshine.errors import EarthshineError, UnsupportedParameter
from earthshine.routing.counters import Counters
from earthshine.routing.deployment_state import DeploymentCall, DeploymentState
from earthshine.routing.selection.affinity import Affinity, prefixes_of
from earthshine.routing.selection.choice import choose, none_available
from earthshine.routing.selection.failures import Failures, may_go_elsewhere
from earthshine.routing.selection.required_capabilities import (
    RequiredCapabilities,
    required_by_chat,
    required_by_completion,
)
from earthshine.routing.selection.retries import RetryBudget
from earthshine.telemetry.spans import step

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

Item = TypeVar("Item", bound="Delta | Piece | CompletionEnd | Embeddings")


@dataclass(frozen=True, slots=True)
class ChatFunctions:
    """How to chat with a model on this machine, which may need a template: the harness, handed in from above."""

    chat: Callable[[LoadedModel, ChatRequest], AsyncIterator[Delta]]
    count: Callable[[LoadedModel, ChatRequest], Awaitable[int]]


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
        chat_functions: ChatFunctions,
        *,
        by: str = "",
        loaded: LoadedModel | None = None,
    ) -> None:
        """Take the deployments from `group` at each call, for they may change meanwhile; `by` is whose calls they are.

        `loaded` is the model itself when it runs on this machine and has no other deployment: then this is that
        model's engine, and the harness does with it what it does with any.
        """
        self._group = group
        self._project = project
        self._chat_functions = chat_functions
        self._by = by
        self._loaded = loaded
        self.capabilities = loaded.engine.capabilities if loaded is not None else group().capabilities

    def chat(self, request: ChatRequest) -> AsyncIterator[Delta]:
        """Reply to messages by a deployment that can."""
        return flat(self.chat_batches(request))

    def chat_batches(self, request: ChatRequest) -> AsyncIterator[Sequence[Delta]]:
        """Reply to messages by a deployment that can, the deltas together that came together."""

        def start(member: DeploymentState, model: LoadedModel) -> AsyncIterator[Sequence[Delta]]:
            if not member.local or self._loaded is not None:
                return model.engine.chat_batches(request)
            return one_by_one(self._chat_functions.chat(model, _for_local(request)))

        return self._served(start, required_by_chat(request), request)

    def complete(self, request: CompletionRequest) -> AsyncIterator[Piece | CompletionEnd]:
        """Continue a text by a deployment that can."""

        def start(_: DeploymentState, model: LoadedModel) -> AsyncIterator[Sequence[Piece | CompletionEnd]]:
            return one_by_one(model.engine.complete(request))

        return flat(self._served(start, required_by_completion(request), request))

    async def embed(self, inputs: Sequence[str | Sequence[int]], dimensions: int | None = None) -> Embeddings:
        """Turn each input into a vector by a deployment that can."""

        async def start(_: DeploymentState, model: LoadedModel) -> AsyncIterator[Sequence[Embeddings]]:
            yield (await model.engine.embed(inputs, dimensions),)

        async with aclosing(self._served(start, RequiredCapabilities(embed=True), None)) as made:
            return (await anext(made))[0]

    async def count(self, request: ChatRequest) -> int:
        """Count a prompt's tokens where that is possible: on this machine."""
        if self._loaded is not None:
            return await self._loaded.engine.count(request)
        for member in self._group().members:
            if member.pool is not None and not required_by_chat(request).missing(member.capabilities(), local=True):
                async with member.pool.use(member.deployment.target) as model:
                    return await self._chat_functions.count(model, _for_local(request))
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

    @property
    def load(self) -> Load | None:
        """How much the engine has to do, where there is but one, on this machine."""
        return self._loaded.engine.load if self._loaded is not None else None

    # --- one call ----------------------------------------------------------------------------------------------------

    async def _served(
        self,
        start: Callable[[DeploymentState, LoadedModel], AsyncIterator[Sequence[Item]]],
        required: RequiredCapabilities,
        request: ChatRequest | CompletionRequest | None,
    ) -> AsyncGenerator[Sequence[Item]]:
        group = self._group()
        several = len(group.members) > 1
        prefixes = prefixes_of(request) if several and request is not None else []
        failures = Failures(group.name)
        group.budget.earn()
        while True:
            member = self._next(group, required, failures, group.affinity.find(prefixes) if prefixes else None)
            if member is None:
                await self._pause(group, required, failures)
                group = self._group()
                continue
            begun = False
            # Embeddings on this machine have a queue of their own, in front of a process of their own.
            call = DeploymentCall(
                member,
                self._project,
                self._loaded,
                queued=request is not None or not member.local,
                by=self._by,
                again=failures.knows(member),
            )
            try:
                async with call as model, closing(start(member, model)) as batches:
                    with step("engine", deployment=member.deployment.id, model=group.name):
                        async for batch in batches:
                            if not begun:
                                begun = True
                                self.served_by = member.deployment.id
                                call.began()
                                if prefixes:
                                    group.affinity.note(prefixes, member.deployment.id)
                            last = batch[-1]
                            kind = type(last)
                            if kind is ChatEnd or kind is CompletionEnd or kind is Embeddings:
                                call.ended(_usage(last))
                                last = replace(cast("Any", last), served_by=member.deployment.id)
                                batch = (*batch[:-1], last)
                            yield batch
                return
            except EarthshineError as error:
                if begun or not may_go_elsewhere(error):
                    raise
                failures.add(member, error)
                group.counters.fallbacks[member.deployment.id] += several

    def _next(
        self, group: DeploymentGroup, required: RequiredCapabilities, failures: Failures, cached_at: str | None
    ) -> DeploymentState | None:
        if self._loaded is not None:
            # The one model of this machine: its engine refuses by itself what it cannot do, and the harness retries.
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


def _for_local(request: ChatRequest) -> ChatRequest:
    """Say to a model on this machine what a vendor's switch for thinking means."""
    if not request.extra:
        return request
    given = request.extra
    thinking: dict[str, Any] = given.get("thinking") or {}
    if thinking.get("budget_tokens"):
        raise UnsupportedParameter(
            "'thinking.budget_tokens' goes to upstreams only; use `reasoning_effort`.", param="thinking.budget_tokens"
        )
    off = given.get("enable_thinking") is False or thinking.get("type") == "disabled"
    on = given.get("enable_thinking") or thinking.get("type") == "enabled"
    effort = request.reasoning_effort
    if effort is None and (off or on):
        effort = "none" if off else "medium"
    return replace(request, reasoning_effort=effort, extra={})


def _usage(item: Any) -> Usage:
    if isinstance(item, Embeddings):
        return Usage(item.prompt_tokens)
    return cast("ChatEnd | CompletionEnd", item).usage
