"""The making of one reply: vectors, as JSON."""

from __future__ import annotations

import base64
from array import array
from collections.abc import Sequence
from sys import byteorder

import orjson

from earthshine.embeddings.schemas import CreateEmbedding
from earthshine.engines.deltas import Embeddings
from earthshine.engines.openai_fields import estimate_mark
from earthshine.generation import GenerationContext
from earthshine.ids import new_id
from earthshine.metering.usage import Usage
from earthshine.metering.usage_estimate import UsageEstimate, text_bytes
from earthshine.wire import aside

_BYTES_EACH = 20
"""Of a number in a reply."""


async def embed(create: CreateEmbedding, context: GenerationContext) -> tuple[bytes, Usage]:
    """Turn each input into a vector of length 1; returns the reply's body and what it took."""
    made, model = await vectors(create, context)
    size, used = _BYTES_EACH * sum(map(len, made.vectors)), Usage(made.prompt_tokens, estimated=made.estimated)
    return await aside(size, _write, made, model, packed=create.encoding_format == "base64"), used


async def vectors(create: CreateEmbedding, context: GenerationContext) -> tuple[Embeddings, str]:
    """Return the vectors, accounted for, and the name of their model. Raises what makes the request impossible."""
    create.check_supported()
    with await context.meter.admit(context.caller, create.model, _estimate(create), context.headers) as reservation:
        async with context.router.use(create.model, context.caller) as model:
            reservation.begin()
            prefix = model.card.prefixes.get(create.input_type or "either", "")
            inputs = [prefix + text if isinstance(text, str) else text for text in create.input]
            made = await model.engine.embed(inputs, create.dimensions)
            used = Usage(made.prompt_tokens, estimated=made.estimated)
            reservation.settle(new_id("embd"), used, deployment=made.served_by)
    return made, model.card.name


def _estimate(create: CreateEmbedding) -> UsageEstimate:
    def read() -> int:
        return sum(text_bytes(text) if isinstance(text, str) else len(text) for text in create.input)

    return UsageEstimate("embeddings", read, output_limit=0, choices=0, prompts=len(create.input))


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
