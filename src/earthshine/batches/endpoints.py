"""What answers the lines of a batch: the makers of the endpoints themselves, called without a request of HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.keys.registry import KeyRegistry
from earthshine.batches.dialect import Line, LineReply
from earthshine.chat_completions.creation import Creation as ChatCreation
from earthshine.chat_completions.routes import check_body
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.completions.creation import Creation as TextCreation
from earthshine.completions.schemas import CreateCompletion
from earthshine.embeddings.creation import embed
from earthshine.embeddings.schemas import CreateEmbedding
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.metering.usage import Usage
from earthshine.moderations.creation import judge_of, moderate
from earthshine.moderations.schemas import CreateModeration
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.routing.router import Router
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import aside, check

Ask = Callable[[Line, Caller], Awaitable[LineReply]]


class Endpoints:
    """The endpoints that a batch may be for, by their paths."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._router, self._keys = services.get(Router), services.get(KeyRegistry)
        self._one_embedding = asyncio.Lock()
        self._asks: Mapping[str, Ask] = {
            "/v1/responses": self._response,
            "/v1/chat/completions": self._chat,
            "/v1/completions": self._completion,
            "/v1/embeddings": self._embeddings,
            "/v1/moderations": self._moderations,
        }

    def check_model(self, name: str) -> None:
        """Raise `ModelNotFound` for a model that nothing serves."""
        self._router.served(judge_of(name))

    @property
    def paths(self) -> list[str]:
        """All that there are."""
        return list(self._asks)

    async def ask(self, endpoint: str, line: Line, caller: Caller) -> LineReply:
        """Have a line answered. Raises what a request raises."""
        return await self._asks[endpoint](line, caller)

    async def _chat(self, line: Line, caller: Caller) -> LineReply:
        elsewhere = self._router.upstream_capabilities(line.body["model"])
        create = await aside(line.size, check_body, line.body, elsewhere)
        create.store = create.store and self._keys.may_store(caller)
        store, slots = self._services.get(StoredCompletions), self._services.get(Settings).slots
        creation = ChatCreation(create, line.body, self._context(caller), store=store, slots=slots)
        return _reply(await creation.whole())

    async def _completion(self, line: Line, caller: Caller) -> LineReply:
        create = await aside(line.size, check, CreateCompletion, line.body)
        return _reply(await TextCreation(create, self._context(caller)).whole())

    async def _embeddings(self, line: Line, caller: Caller) -> LineReply:
        create = await aside(line.size, check, CreateEmbedding, line.body)
        # An engine of this machine takes vectors one after the other: no others are to stand behind many of these.
        async with self._one_embedding:
            body, usage = await embed(create, self._context(caller))
        return LineReply(body, usage)

    async def _moderations(self, line: Line, caller: Caller) -> LineReply:
        create = await aside(line.size, check, CreateModeration, line.body)
        made, usage = await moderate(create, self._context(caller))
        return LineReply(orjson.dumps(made), usage)

    async def _response(self, line: Line, caller: Caller) -> LineReply:
        responses = self._services.get(ResponseRuns)
        create = await aside(line.size, check, ResponseCreate, line.body)
        if not self._keys.may_store(caller):
            create.forbid_storing(line.body)
        run = await responses.start(await responses.turns.prepare(create, line.body, caller))
        try:
            final = await run.ended()
        finally:
            if not run.task.done():
                await responses.cancel(run)
        if run.error is not None:
            raise run.error.bare()
        return _reply(final)

    def _context(self, caller: Caller) -> GenerationContext:
        return GenerationContext(self._services.get(Meter), self._router, caller, {})


def _reply(made: dict[str, Any]) -> LineReply:
    usage: dict[str, Any] = made.get("usage") or {}
    read: dict[str, int] = usage.get("prompt_tokens_details") or usage.get("input_tokens_details") or {}
    written: dict[str, int] = usage.get("completion_tokens_details") or usage.get("output_tokens_details") or {}
    counted = Usage(
        usage.get("prompt_tokens") or usage.get("input_tokens") or 0,
        read.get("cached_tokens") or 0,
        usage.get("completion_tokens") or usage.get("output_tokens") or 0,
        written.get("reasoning_tokens") or 0,
    )
    return LineReply(orjson.dumps(made), counted)
