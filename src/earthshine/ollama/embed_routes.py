"""The doors of `/api/embed` and `/api/embeddings`."""

from __future__ import annotations

import time
from typing import Any

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.catalog import Catalog
from earthshine.embeddings.creation import vectors
from earthshine.embeddings.schemas import CreateEmbedding
from earthshine.engines.deltas import Embeddings
from earthshine.generation import GenerationContext
from earthshine.metering.meter import Meter
from earthshine.ollama.dialect import OllamaError, own_name
from earthshine.ollama.objects import OllamaEmbeddingsReply, OllamaEmbedReply
from earthshine.ollama.schemas import OllamaEmbed, OllamaEmbeddings
from earthshine.openapi import Routes, gives, takes
from earthshine.routing.router import Router
from earthshine.services import service
from earthshine.wire import Reply, aside, check, json_reply, note_ignored, read_json, reply_headers, while_connected

router = Routes(prefix="/api", tags=["Ollama"])


@router.post("/embed")
@needs("project.write")
@takes(OllamaEmbed)
@gives(OllamaEmbedReply, errors=OllamaError)
async def create_ollama_embed(request: Request) -> Reply[OllamaEmbedReply]:
    """Turn each input into a vector of length 1."""
    began = time.perf_counter_ns()
    body, size = await read_json(request)
    asked = await aside(size, check, OllamaEmbed, body)
    note_ignored(reply_headers(request), OllamaEmbed.unused(body))
    made = await _made(request, asked.model, {"input": asked.input, "dimensions": asked.dimensions}, size)
    return json_reply(
        {
            "model": asked.model,
            "embeddings": [list(vector) for vector in made.vectors],
            "total_duration": time.perf_counter_ns() - began,
            "prompt_eval_count": made.prompt_tokens,
        }
    )


@router.post("/embeddings")
@needs("project.write")
@takes(OllamaEmbeddings)
@gives(OllamaEmbeddingsReply, errors=OllamaError)
async def create_ollama_embeddings(request: Request) -> Reply[OllamaEmbeddingsReply]:
    """Turn a prompt into a vector of length 1."""
    body, size = await read_json(request)
    asked = await aside(size, check, OllamaEmbeddings, body)
    note_ignored(reply_headers(request), OllamaEmbeddings.unused(body))
    made = await _made(request, asked.model, {"input": asked.prompt}, size)
    return json_reply({"embedding": list(made.vectors[0])})


async def _made(request: Request, asked: str, fields: dict[str, Any], size: int) -> Embeddings:
    body = {"model": own_name(asked, service(request, Catalog)), **fields}
    create = await aside(size, check, CreateEmbedding, body)
    context = GenerationContext(
        service(request, Meter), service(request, Router), caller(request), reply_headers(request)
    )
    made, _ = await while_connected(request, vectors(create, context))
    return made
