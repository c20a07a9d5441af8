"""Where the prompt tokens of a reply came from: what people and the model wrote, and what was added to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.chats.objects import ChatTurnTokens
from earthshine.engines.pool import LoadedModel
from earthshine.engines.requests import ChatRequest, Message
from earthshine.errors import Conflict
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.responses.param_names import responses_param_names
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.routing.router import Router
from earthshine.wire import check

Json = dict[str, Any]


class TokenCounter:
    """Counts with the tokenizer of the model that replied."""

    def __init__(self, runs: ResponseRuns, router: Router, meter: Meter) -> None:
        self._runs = runs
        self._router = router
        self._meter = meter

    async def count(self, who: Caller, row: Row[Any], headers: dict[str, str] | None = None) -> ChatTurnTokens:
        """Return the tokens of a turn's prompt. Raises `Conflict` for a turn that has no response.

        A request that counts costs nothing, but limits on requests hold.
        """
        if row.found_response is None:
            raise Conflict("This turn has no response, so nothing was sent to a model.", param="turn_id")
        stored = await self._runs.store.get(row.found_response, who.project)
        body = stored.body
        create = check(ResponseCreate, body)
        turn = await self._runs.turns.prepare(create, body, who)
        estimate = UsageEstimate("responses", lambda: 0, output_limit=0, choices=0, prompts=0)
        with await self._meter.admit(who, create.model, estimate, headers):
            async with self._router.use(create.model, who) as model:
                with responses_param_names():
                    request = await self._runs.prompt(model, turn)
                    usage: Json | None = stored.response["usage"]
                    total = usage["input_tokens"] if usage else await model.engine.count(request)
                    written = await _written(model, request, create.instructions)
        return {
            "object": "chat.turn.tokens",
            "input_tokens": total,
            "written_tokens": min(written, total),
            "added_tokens": max(0, total - written),
        }


async def _written(model: LoadedModel, request: ChatRequest, instructions: str | None) -> int:
    texts = [instructions or "", *_said(request.messages)]
    tokens = 0
    for text in filter(None, texts):
        tokens += len(await model.engine.tokenize(text, special=False))
    if any(message.get("reasoning_content") for message in request.messages):
        # Many templates drop earlier thoughts; only those that are in the prompt count.
        bare = [{**message, "reasoning_content": ""} for message in request.messages]
        tokens += await model.engine.count(request) - await model.engine.count(replace(request, messages=bare))
    return tokens


def _said(messages: Iterable[Message]) -> Iterator[str]:
    """Yield the texts of people, the model and its tools."""
    for message in messages:
        content: Any = message.get("content")
        if message["role"] == "system":
            continue
        if isinstance(content, str):
            yield content
        else:
            yield from (part["text"] for part in cast("list[Json]", content or []) if "text" in part)
        for call in message.get("tool_calls", ()):
            yield call["function"]["name"] + call["function"]["arguments"]
