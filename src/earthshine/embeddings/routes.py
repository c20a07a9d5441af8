"""The door of `/v1/embeddings`. Source: https://platform.openai.com/docs/api-reference/embeddings"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.embeddings.creation import embed
from earthshine.embeddings.objects import EmbeddingList
from earthshine.embeddings.schemas import CreateEmbedding
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.openapi import Routes, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, json_reply, parse, while_connected
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/v1/embeddings", tags=["Embeddings"])


@router.post("")
@needs("project.write")
@takes(CreateEmbedding)
async def create_embeddings(request: Request) -> Reply[EmbeddingList]:
    """Turn each input into a vector of length 1."""
    create = await parse(CreateEmbedding, request)
    meter, router = service(request, Meter), service(request, Router)
    context = GenerationContext(meter, router, caller(request), reply_headers(request))
    reply, _ = await while_connected(request, embed(create, context))
    return json_reply(reply)
