"""The door of `/v1/completions`. Source: https://platform.openai.com/docs/api-reference/completions"""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.completions.creation import Creation
from earthshine.completions.objects import Completion
from earthshine.completions.schemas import CreateCompletion
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.openapi import Routes, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import EventStream, json_reply, parse, while_connected
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/v1/completions", tags=["Completions"])


@router.post("")
@needs("project.write")
@takes(CreateCompletion)
@gives(Completion, streams=True)
async def create_completion(request: Request) -> Response:
    """Go on from raw texts, at once or as a stream of chunks."""
    create = await parse(CreateCompletion, request)
    meter, router = service(request, Meter), service(request, Router)
    creation = Creation(create, GenerationContext(meter, router, caller(request), reply_headers(request)))
    if create.stream:
        return EventStream(creation.stream())
    return json_reply(await while_connected(request, creation.whole()))
