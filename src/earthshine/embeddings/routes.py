"""The door of `/v1/embeddings`. Source: https://platform.openai.com/docs/api-reference/embeddings"""

from __future__ import annotations

import base64
from array import array
from collections.abc import Sequence
from sys import byteorder

import orjson
from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.embeddings.objects import EmbeddingList
from earthshine.embeddings.schemas import CreateEmbedding
from earthshine.engines.deltas import Embeddings, Usage
from earthshine.engines.openai_fields import estimate_mark
from earthshine.ids import new_id
from earthshine.metering.meter import Meter
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.openapi import Routes, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, aside, json_reply, parse, while_connected
from earthshine.wire.replies import reply_headers

_BYTES_EACH = 20
"""Of a number in a reply."""

router = Routes(prefix="/v1/embeddings", tags=["Embeddings"])


@router.post("")
@needs("project.write")
@takes(CreateEmbedding)
async def create_embeddings(request: Request) -> Reply[EmbeddingList]:
    """Turn each input into a vector of length 1."""
    body = await parse(CreateEmbedding, request)
    body.check_supported()
    who = caller(request)
    with await service(request, Meter).admit(who, body.model, _estimate(body), reply_headers(request)) as reservation:
        async with service(request, Router).use(body.model, who) as model:
            reservation.begin()
            prefix = model.card.prefixes.get(body.input_type or "either", "")
            inputs = [prefix + text if isinstance(text, str) else text for text in body.input]
            made = await while_connected(request, model.engine.embed(inputs, body.dimensions))
            used = Usage(made.prompt_tokens, estimated=made.estimated)
            reservation.settle(new_id("embd"), used, deployment=made.served_by)
    size = _BYTES_EACH * sum(map(len, made.vectors))
    reply = await aside(size, _write, made, model.card.name, packed=body.encoding_format == "base64")
    return json_reply(reply)


def _estimate(body: CreateEmbedding) -> UsageEstimate:
    def read() -> int:
        return sum(text_bytes(text) if isinstance(text, str) else len(text) for text in body.input)

    return UsageEstimate("embeddings", read, output_limit=0, choices=0, prompts=len(body.input))


def _write(made: Embeddings, model: str, *, packed: bool) -> bytes:
    """Return the reply, written vector by vector, so that other threads run between two of them."""
    pieces = [b'{"object":"list","model":%b,"data":[' % orjson.dumps(model)]
    usage = {
        "prompt_tokens": made.prompt_tokens,
        "total_tokens": made.prompt_tokens,
        **estimate_mark(estimated=made.estimated),
    }
    for index, vector in enumerate(made.vectors):
        shown = orjson.dumps(_pack(vector) if packed else list(vector))
        pieces += (b"," if index else b"", b'{"object":"embedding","index":%d,"embedding":' % index, shown, b"}")
    return b"".join([*pieces, b'],"usage":%b}' % orjson.dumps(usage)])


def _pack(vector: Sequence[float]) -> str:
    """Return the vector as base64 of little-endian 32-bit floats."""
    floats = array("f", vector)
    if byteorder == "big":
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode()
