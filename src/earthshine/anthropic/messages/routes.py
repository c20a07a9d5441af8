"""The door of `/anthropic/v1/messages`. Source: https://platform.claude.com/docs/en/api/messages"""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.anthropic.dialect import ANTHROPIC
from earthshine.anthropic.messages.conversation import Conversation
from earthshine.anthropic.messages.creation import MessageCreation
from earthshine.anthropic.messages.response.creation import ResponseMessage, count_tokens
from earthshine.anthropic.messages.response.items import ResponseInput, read_request
from earthshine.anthropic.messages.schemas import CountTokens, CreateMessage, Prompt
from earthshine.anthropic.messages.thoughts import Thoughts
from earthshine.anthropic.messages.translate import to_chat_request
from earthshine.anthropic.objects import AnthropicError, AnthropicMessage, MessageTokens
from earthshine.anthropic.versions import check_versions
from earthshine.conversations.store import Conversations
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate
from earthshine.openapi import Routes, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service, services_of
from earthshine.wire import EventStream, aside, check, json_reply, read_json, while_connected
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/anthropic/v1/messages", tags=["Anthropic"])

Asked = TypeVar("Asked", bound=Prompt)


@router.post("")
@needs("project.write")
@takes(CreateMessage)
@gives(AnthropicMessage, streams=True, errors=AnthropicError)
async def create_message(request: Request) -> Response:
    """Reply to messages, at once or as a stream of events."""
    create, given, thoughts = await _read(request, CreateMessage)
    who, headers = caller(request), reply_headers(request)
    if isinstance(given, ResponseInput):
        creation = ResponseMessage(create, given, thoughts, services_of(request), who, headers)
    else:
        context = GenerationContext(service(request, Meter), service(request, Router), who, headers)
        creation = MessageCreation(create, given, thoughts, context)
    if create.stream:
        return EventStream(creation.stream(), dialect=ANTHROPIC)
    return json_reply(await while_connected(request, creation.whole()))


@router.post("/count_tokens")
@needs("project.write")
@takes(CountTokens)
@gives(MessageTokens, errors=AnthropicError)
async def count_message_tokens(request: Request) -> Response:
    """Count the prompt tokens that a request would take, template and tools included."""
    prompt, given, _ = await _read(request, CountTokens)
    who = caller(request)
    # Counting is a request that costs nothing: limits on requests hold, and nothing is charged.
    estimate = UsageEstimate("chat.completions", lambda: 0, output_limit=0, choices=0, prompts=0)
    with await service(request, Meter).admit(who, prompt.model, estimate, reply_headers(request)):
        async with service(request, Router).use(prompt.model, who) as model:
            if isinstance(given, ResponseInput):
                counting = count_tokens(prompt, given, services_of(request), who, model)
            else:
                counting = model.engine.count(to_chat_request(prompt, given, model))
            tokens = await while_connected(request, counting)
    return json_reply({"input_tokens": tokens})


async def _read(request: Request, kind: type[Asked]) -> tuple[Asked, Conversation | ResponseInput, Thoughts]:
    """Return a checked request, what the model is to read of it, and what signs thoughts."""
    check_versions(request.headers)
    thoughts = Thoughts(await service(request, Conversations).signer())
    body, size = await read_json(request)

    def checked() -> tuple[Asked, Conversation | ResponseInput]:
        asked = check(kind, body)
        return asked, read_request(asked, thoughts)

    return *await aside(size, checked), thoughts
