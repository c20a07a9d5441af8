"""The face of the harness: one way to talk to any model, whatever its engine can do."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from earthshine.catalog.card import Card
from earthshine.engines.base import ChatRequest, Delta, Engine, Sampling
from earthshine.engines.batches import flat, one_by_one
from earthshine.engines.interleave import closing
from earthshine.errors import ContextLengthExceeded, EngineFailed, UnsupportedParameter
from earthshine.harness import plan
from earthshine.harness.continuation import ask_to_go_on
from earthshine.harness.progress import Progress
from earthshine.harness.reply_writer import ReplyWriter
from earthshine.harness.usage_counter import count_prompt

if TYPE_CHECKING:
    from earthshine.engines.pool import LoadedModel

_log = logging.getLogger(__name__)

RETRIES = 3
"""Times that a reply is taken up again after its engine died."""
RETRY_WAIT = 0.5
"""Seconds before the first retry; each further one waits twice as long."""
_IMAGES = ("image_url", "input_image", "image")
"""Parts that need eyes. Of parts that only a vendor has, its server knows best what to make."""


def chat(model: LoadedModel, request: ChatRequest, progress: Progress | None = None) -> AsyncIterator[Delta]:
    """Reply to messages, delta by delta; the last one is `ChatEnd`.

    An engine that dies in the middle is asked again from what was written, and the reader notices nothing.
    `progress` is kept up to date, for whoever must know what a reply that is cut has cost.
    Raises `InvalidRequest`, `UnsupportedParameter`, `InvalidSchema` and `ContextLengthExceeded` before the first
    delta; `EngineFailed` when retrying did not help.
    """
    return flat(chat_batches(model, request, progress))


async def chat_batches(
    model: LoadedModel, request: ChatRequest, progress: Progress | None = None
) -> AsyncIterator[Sequence[Delta]]:
    """Reply as `chat` does, with the deltas that came at the same moment together."""
    # What a client leaves open is an upstream's own to choose: its default is not always the API's.
    if model.card.engine != "openai_compatible":
        request = replace(request, sampling=recommended(model.card, request.sampling))
    progress = progress or Progress()
    written, attempt = request.written, 0
    while True:
        try:
            async with closing(await _source(model, request, progress)) as stream:
                async for batch in stream:
                    raw = "".join([delta.raw for delta in batch])
                    written += raw
                    progress.pieces += len(batch)
                    progress.written += len(raw.encode())
                    yield batch
            return
        except EngineFailed as error:
            if attempt >= RETRIES or (written and not _continues(model.engine)):
                raise
            wait = error.retry_after or RETRY_WAIT * 2**attempt
            attempt += 1
            request = replace(request, written=written)
            _log.warning("%s failed (%s); retry %d in %.1f s", model.card.name, error.message, attempt, wait)
            await asyncio.sleep(min(wait, RETRY_WAIT * 2**RETRIES))


def recommended(card: Card, sampling: Sampling) -> Sampling:
    """Fill in what a request leaves open: what the model's maker recommends, else the API's own default of 1."""
    defaults = {"temperature": 1.0, "top_p": 1.0, **card.sampling}
    return replace(sampling, **{name: value for name, value in defaults.items() if getattr(sampling, name) is None})


async def check(model: LoadedModel, request: ChatRequest) -> None:
    """Raise now what `chat` would raise before its first delta, without asking the model for anything."""
    if not model.engine.capabilities.complete:
        _check(model.card.name, model.engine, request)
        if request.written and not model.engine.capabilities.continues:
            ask_to_go_on(request)
        return
    tokens = await count(model, request)
    limit = model.engine.capabilities.context_length
    if limit and tokens >= limit:
        raise ContextLengthExceeded(limit=limit, tokens=tokens, param="input")


async def count(model: LoadedModel, request: ChatRequest) -> int:
    """Return the tokens of the prompt that this request makes, counted by the model's own tokenizer."""
    if not model.engine.capabilities.complete:
        return await model.engine.count(request)
    return await count_prompt(model.engine, await plan.make(model, request))


async def _source(model: LoadedModel, request: ChatRequest, progress: Progress) -> AsyncIterator[Sequence[Delta]]:
    if model.engine.capabilities.complete:
        reply = ReplyWriter(model.engine, request, await plan.make(model, request))
        progress.counted_by(reply.usage_counter, model.engine)
        return one_by_one(reply.deltas())
    _check(model.card.name, model.engine, request)
    if request.written and not model.engine.capabilities.continues:
        request = ask_to_go_on(request)
    progress.written_by(model.engine, request)
    return model.engine.chat_batches(request)


def _continues(engine: Engine) -> bool:
    return engine.capabilities.complete or engine.capabilities.continues


def _check(name: str, engine: Engine, request: ChatRequest) -> None:
    """Refuse, by name, what an engine that takes messages cannot do."""
    able = engine.capabilities
    refused = {
        "tools": bool(request.tools) and not able.tools,
        "response_format": request.output.type != "text" and not able.json_schema,
        "logprobs": request.sampling.logprobs is not None and not able.logprobs,
        "messages": bool(request.prefill) and not able.continues,
    }
    for param, missing in refused.items():
        if missing:
            raise UnsupportedParameter(f"The model {name!r} does not support `{param}` as used here.", param=param)
    if not able.images:
        for i, message in enumerate(request.messages):
            if isinstance(message.get("content"), list):
                _check_parts(cast("list[Any]", message["content"]), f"messages[{i}].content")


def _check_parts(parts: list[Any], where: str) -> None:
    for i, part in enumerate(parts):
        if isinstance(part, dict) and cast("dict[str, Any]", part).get("type") in _IMAGES:
            raise UnsupportedParameter("This model reads text only; it cannot take an image.", param=f"{where}[{i}]")
