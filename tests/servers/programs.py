"""Servers on loopback that answer as Ollama, vLLM, LM Studio, llama.cpp and hosted vendors do, or wrongly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson
from aiohttp import web
from aiohttp.test_utils import TestServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CHATTY = {"role": "assistant", "content": "Hello!"}


def reply_with(value: Any, status: int = 200) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.json_response(value, status=status)

    return handler


async def chat(request: web.Request) -> web.Response:
    """Answer as a model that calls tools, and sees red."""
    body = orjson.loads(await request.read())
    message: dict[str, Any] = dict(CHATTY)
    if body.get("tools"):
        function = {"name": body["tools"][0]["function"]["name"], "arguments": '{"sum": 42}'}
        message = {"role": "assistant", "tool_calls": [{"id": "c1", "type": "function", "function": function}]}
    elif isinstance(body["messages"][-1]["content"], list):
        message["content"] = "Red."
    usage = {"prompt_tokens": 3, "completion_tokens": 2}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return web.json_response({"id": "x", "choices": [choice], "usage": usage})


async def embed(_: web.Request) -> web.Response:
    vector = {"index": 0, "embedding": [0.6, 0.8]}
    return web.json_response({"data": [vector], "usage": {"prompt_tokens": 1, "total_tokens": 1}})


@asynccontextmanager
async def program(routes: dict[str, Handler], key: str = "") -> AsyncIterator[str]:
    """Serve the routes; gives the address without a path. With a key, all else is a 401."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if key and request.headers.get("authorization") != f"Bearer {key}":
            return web.json_response({"error": {"message": "bad key"}}, status=401)
        handler = routes.get(request.path) or routes.get("*")
        return await handler(request) if handler else web.Response(status=404, text="404 page not found")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


def answering(models: list[dict[str, Any]], **more: Handler) -> dict[str, Handler]:
    """Return the routes of a server with this list, which chats and embeds."""
    return {
        "/v1/models": reply_with({"object": "list", "data": models}),
        "/v1/chat/completions": chat,
        "/v1/embeddings": embed,
        **more,
    }


async def ollama_show(request: web.Request) -> web.Response:
    told: dict[str, dict[str, Any]] = {
        "qwen3:8b": {
            "capabilities": ["completion", "tools", "thinking"],
            "model_info": {"general.architecture": "qwen3", "qwen3.context_length": 40960},
            "parameters": "top_k   20\nnum_ctx   16384\n",
        },
        "gemma3:4b": {
            "capabilities": ["completion", "vision"],
            "model_info": {"gemma3.context_length": 131072},
        },
        "llama3.2:latest": {"capabilities": ["completion", "tools"], "model_info": {"llama.context_length": 131072}},
        "nomic-embed-text:latest": {
            "capabilities": ["embedding"],
            "model_info": {"nomic-bert.context_length": 2048},
        },
    }
    name = orjson.loads(await request.read())["model"]
    return web.json_response(told[name]) if name in told else web.json_response({"error": "not found"}, status=404)


OLLAMA = answering(
    [
        {"id": name, "object": "model", "created": 1, "owned_by": "library"}
        for name in ("qwen3:8b", "gemma3:4b", "llama3.2:latest", "nomic-embed-text:latest")
    ],
    **{
        "/api/show": ollama_show,
        "/api/ps": reply_with({"models": [{"model": "llama3.2:latest", "context_length": 32768}]}),
    },
)
VLLM = answering([{"id": "Qwen/Qwen3-32B", "owned_by": "vllm", "max_model_len": 32768}])
LM_STUDIO = answering(
    [{"id": name, "owned_by": "organization_owner"} for name in ("qwen2.5-vl-7b", "phi-4", "text-embedding-nomic")],
    **{
        "/api/v0/models": reply_with(
            {
                "data": [
                    {"id": "qwen2.5-vl-7b", "type": "vlm", "max_context_length": 32768, "loaded_context_length": 8192},
                    {"id": "phi-4", "type": "llm", "max_context_length": 16384, "capabilities": ["tool_use"]},
                    {"id": "text-embedding-nomic", "type": "embeddings", "max_context_length": 2048},
                ]
            }
        )
    },
)
LLAMA_CPP = answering(
    [{"id": "gemma-3-4b-it.gguf", "owned_by": "llamacpp", "meta": {"n_ctx_train": 131072}}],
    **{
        "/props": reply_with(
            {"default_generation_settings": {"n_ctx": 4096}, "modalities": {"vision": True, "audio": False}}
        )
    },
)
OPEN_ROUTER = answering(
    [
        {
            "id": "maker/large",
            "context_length": 200000,
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
            "supported_parameters": ["tools", "structured_outputs"],
            "pricing": {"prompt": "0.000003", "completion": "0.000015", "input_cache_read": "0.0000003"},
        },
        {
            "id": "maker/painter",
            "architecture": {"input_modalities": ["text"], "output_modalities": ["image"]},
        },
    ]
)
MISTRAL = answering(
    [
        {
            "id": "pixtral-12b",
            "max_context_length": 131072,
            "capabilities": {"completion_chat": True, "function_calling": True, "vision": True},
        },
        {"id": "mistral-embed", "capabilities": {"completion_chat": False}},
    ]
)
TOGETHER: dict[str, Handler] = {
    "/v1/models": reply_with([{"id": "x/y", "type": "chat", "context_length": 8192}, {"id": "flux", "type": "image"}])
}


async def web_page(_: web.Request) -> web.Response:
    return web.Response(text="<html><body>It works!</body></html>", content_type="text/html")


async def hang(_: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return web.Response()


async def huge(request: web.Request) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"content-type": "application/json"})
    await reply.prepare(request)
    for _ in range(200):
        await reply.write(b" " * 2**18)
    return reply


async def many_values(_: web.Request) -> web.Response:
    return web.Response(body=b'{"data": [' + b"[]," * 400_000 + b"[]]}", content_type="application/json")


async def redirect(_: web.Request) -> web.Response:
    return web.Response(status=301, headers={"location": "https://elsewhere.example/v1/models"})
