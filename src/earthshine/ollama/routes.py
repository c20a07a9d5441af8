"""The doors of `/api/chat` and `/api/generate`. Source: https://docs.ollama.com/api"""

from __future__ import annotations

import time
from typing import Any, TypeVar

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import Caller, caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import Catalog
from earthshine.chat_completions.stored import StoredCompletions
from earthshine.engines.pool import Pool
from earthshine.errors import InvalidRequest, PermissionDenied
from earthshine.generation import Generation, GenerationContext
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.ollama.chat import OllamaReply, chat_body
from earthshine.ollama.continuation import OllamaContinuation
from earthshine.ollama.dialect import OLLAMA, OllamaError, own_name, timestamp
from earthshine.ollama.history import unpack
from earthshine.ollama.messages import Json, to_messages, with_pictures
from earthshine.ollama.objects import OllamaChatReply, OllamaGenerateReply
from earthshine.ollama.schemas import Generating, OllamaChat, OllamaGenerate
from earthshine.openapi import Routes, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import (
    EventStream,
    aside,
    check,
    json_reply,
    note_ignored,
    read_json,
    reply_headers,
    while_connected,
)

router = Routes(prefix="/api", tags=["Ollama"])

Asked = TypeVar("Asked", bound=Generating)


@router.post("/chat")
@needs("project.write")
@takes(OllamaChat)
@gives(OllamaChatReply, streams=OLLAMA.media_type, errors=OllamaError)
async def create_ollama_chat(request: Request) -> Response:
    """Reply to messages, as a stream of lines unless asked otherwise; without messages, load or unload the model."""
    asked, size = await _read(request, OllamaChat)
    if not asked.messages:
        return await _loaded(request, asked, {"message": {"role": "assistant", "content": ""}})

    def make() -> OllamaReply:
        messages = to_messages(asked.messages)
        return _reply(request, asked, chat_body(asked, _model(request, asked), messages, asked.tools), "message")

    return await _answer(request, await aside(size, make), stream=asked.stream)


@router.post("/generate")
@needs("project.write")
@takes(OllamaGenerate)
@gives(OllamaGenerateReply, streams=OLLAMA.media_type, errors=OllamaError)
async def create_ollama_generation(request: Request) -> Response:
    """Reply to a prompt, or go on from raw text; without a prompt, load or unload the model."""
    asked, size = await _read(request, OllamaGenerate)
    if not asked.prompt and not asked.images and not asked.suffix:
        return await _loaded(request, asked, {"response": ""})

    def make() -> Generation[Any]:
        if asked.raw or asked.suffix:
            return _continuation(request, asked)
        system: list[Json] = [{"role": "system", "content": asked.system}] if asked.system else []
        content = with_pictures(asked.prompt, asked.images) if asked.images else asked.prompt
        before = unpack(asked.context) if asked.context else []
        messages = [*system, *before, {"role": "user", "content": content}]
        return _reply(request, asked, chat_body(asked, _model(request, asked), messages), "response")

    return await _answer(request, await aside(size, make), stream=asked.stream)


async def _read(request: Request, model: type[Asked]) -> tuple[Asked, int]:
    """Return the request's body, and its size; what in it changes nothing is named in the reply's headers."""
    body, size = await read_json(request)
    asked = await aside(size, check, model, body)
    note_ignored(reply_headers(request), model.unused(body))
    return asked, size


def _model(request: Request, asked: Generating) -> str:
    return own_name(asked.model, service(request, Catalog))


def _context(request: Request, who: Caller) -> GenerationContext:
    return GenerationContext(service(request, Meter), service(request, Router), who, reply_headers(request))


def _reply(request: Request, asked: Generating, body: Json, kind: Any) -> OllamaReply:
    store, slots = service(request, StoredCompletions), service(request, Settings).slots
    return OllamaReply(asked, body, _context(request, caller(request)), kind, store=store, slots=slots)


def _continuation(request: Request, asked: OllamaGenerate) -> OllamaContinuation:
    unsaid = {"system": asked.system, "images": asked.images, "context": asked.context, "format": asked.format}
    for name in (name for name, value in unsaid.items() if value):
        raise InvalidRequest(
            f"`{name}` does not go with `{'raw' if asked.raw else 'suffix'}`, which continues text as it is. Leave "
            "out one of them.",
            param=name,
        )
    return OllamaContinuation(asked, _model(request, asked), _context(request, caller(request)))


async def _answer(request: Request, work: Generation[Any], *, stream: bool) -> Response:
    if stream:
        return EventStream(work.stream(), dialect=OLLAMA)
    return json_reply(await while_connected(request, work.whole()))


async def _loaded(request: Request, asked: Generating, empty: Json) -> Response:
    """Load a model, or unload it where it is not to be kept: a request without a prompt means that."""
    began, who, name = time.perf_counter_ns(), caller(request), _model(request, asked)
    if asked.unloads:
        if "installation.manage" not in who.permissions:
            raise PermissionDenied(
                "This key has no permission 'installation.manage', which unloading a model needs. Leave out "
                "`keep_alive`; the server unloads what nobody uses."
            )
        await service(request, Pool).discard(service(request, Catalog).resolve(name).name)
    else:
        nothing = UsageEstimate("chat.completions", lambda: 0, 0)
        with await service(request, Meter).admit(who, name, nothing, reply_headers(request)):
            async with service(request, Router).use(name, who):
                pass
    taken = time.perf_counter_ns() - began
    return json_reply(
        {
            "model": asked.model,
            "created_at": timestamp(time.time()),
            **empty,
            "done": True,
            "done_reason": "unload" if asked.unloads else "load",
            **({} if asked.unloads else {"total_duration": taken, "load_duration": taken}),
        }
    )
