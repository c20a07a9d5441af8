"""What a request needs of the deployment that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from earthshine.engines.base import Capabilities, ChatRequest, CompletionRequest

THINKING = frozenset({"thinking", "enable_thinking"})
"""Vendors' switches for thinking; what they mean can be said to a model on this machine too."""


@dataclass(frozen=True, slots=True)
class Needs:
    """Abilities, each by the name of the field that asks for it."""

    chat: bool = False
    embed: bool = False
    tools: bool = False
    json_schema: bool = False
    images: bool = False
    logprobs: bool = False
    continues: bool = False
    adapters: bool = False
    vendor: bool = False
    """Fields that only an upstream understands."""
    output: int = 0
    """Tokens that the reply may take."""

    def missing(self, able: Capabilities, *, local: bool) -> str:
        """Return what a deployment lacks, in a word; empty when it can serve the request."""
        lacks = {
            "chat": self.chat and not (able.chat or able.complete),
            "embeddings": self.embed and not able.embed,
            "tools": self.tools and not able.tools,
            "json_schema": self.json_schema and not able.json_schema,
            "images": self.images and not able.images,
            "logprobs": self.logprobs and not able.logprobs,
            "continuing a partial message": self.continues and not able.continues,
            "adapters": self.adapters and not local,
            "vendor fields": self.vendor and local,
            "context": bool(able.context_length) and self.output > able.context_length,
        }
        return next((name for name, missing in lacks.items() if missing), "")


def of_chat(request: ChatRequest) -> Needs:
    """Return what a chat needs."""
    return Needs(
        chat=True,
        tools=bool(request.tools),
        json_schema=request.output.type != "text",
        images=any(_has_image(message.get("content")) for message in request.messages),
        logprobs=request.sampling.logprobs is not None,
        continues=bool(request.prefill or request.written),
        adapters=bool(request.adapters),
        vendor=not THINKING.issuperset(request.extra)
        or any(tool.get("type") != "function" for tool in request.tools)
        or any("partial" in message or "prefix" in message for message in request.messages[-1:]),
        output=request.sampling.max_tokens or 0,
    )


def of_completion(request: CompletionRequest) -> Needs:
    """Return what a raw completion needs."""
    return Needs(
        logprobs=request.sampling.logprobs is not None,
        adapters=bool(request.adapters),
        output=request.sampling.max_tokens or 0,
    )


def _has_image(content: Any) -> bool:
    if not isinstance(content, list):
        return False
    return any(
        isinstance(part, dict) and _is_image(cast("dict[str, Any]", part)) for part in cast("list[Any]", content)
    )


def _is_image(part: dict[str, Any]) -> bool:
    return part.get("type") in ("image_url", "input_image", "image")
