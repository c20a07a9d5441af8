"""The door of `/v1/moderations`. Source: https://platform.openai.com/docs/api-reference/moderations"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.moderations.creation import moderate
from earthshine.moderations.objects import Moderation
from earthshine.moderations.schemas import CreateModeration
from earthshine.openapi import Routes, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse, reply_headers, while_connected

router = Routes(prefix="/v1/moderations", tags=["Moderations"])


@router.post("")
@needs("project.write")
@takes(CreateModeration)
async def create_moderation(request: Request) -> Reply[Moderation]:
    """Judge texts by OpenAI's categories: a chat model is asked about each, and its probabilities are read off."""
    create = await parse(CreateModeration, request)
    meter, router = service(request, Meter), service(request, Router)
    context = GenerationContext(meter, router, caller(request), reply_headers(request))
    made, _ = await while_connected(request, moderate(create, context))
    return json_reply(made)
