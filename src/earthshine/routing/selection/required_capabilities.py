"""What a request requires of the deployment that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from earthshine.engines.base import Capabilities
from earthshine.engines.requests import ChatRequest, CompletionRequest
from earthshine.errors import UnsupportedParameter

THINKING = frozenset({"thinking", "enable_thinking", "thinking_budget"})
"""Vendors' switches for thinking; what they mean can be said to a model on this machine too."""


@dataclass(frozen=True, slots=True)
class RequiredCapabilities:
    """Abilities, each by the name of the field that asks for it."""

    chat: bool = False
    embed: bool = False
    rerank: bool = False
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

    def missing(self, able: Capabilities) -> str:
        """Return what a deployment lacks, in a word; empty when it can serve the request."""
        if self.chat and not able.chat:
            return "chat"
        if self.embed and not able.embed:
            return "embeddings"
        if self.rerank and not able.rerank:
            return "ranking"
        if self.tools and not able.tools:
            return "tools"
        if self.json_schema and not able.json_schema:
            return "json_schema"
        if self.images and not able.images:
            return "images"
        if self.logprobs and not able.logprobs:
            return "logprobs"
        if self.continues and not able.continues:
            return "continuing a partial message"
        if self.adapters and able.remote:
            return "adapters"
        if self.vendor and not able.remote:
            return "vendor fields"
        return "context" if able.context_length and self.output > able.context_length else ""


def required_by_chat(request: ChatRequest) -> RequiredCapabilities:
    """Return what a chat requires."""
    return RequiredCapabilities(
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


def required_by_completion(request: CompletionRequest) -> RequiredCapabilities:
    """Return what a raw completion requires."""
    return RequiredCapabilities(
        logprobs=request.sampling.logprobs is not None,
        adapters=bool(request.adapters),
        output=request.sampling.max_tokens or 0,
    )


def refuse_missing(name: str, able: Capabilities, request: ChatRequest) -> None:
    """Raise `UnsupportedParameter` that names the field, for what no deployment of the model `name` can do."""
    refused = {
        "tools": bool(request.tools) and not able.tools,
        "response_format": request.output.type != "text" and not able.json_schema,
        "logprobs": request.sampling.logprobs is not None and not able.logprobs,
        "messages": bool(request.prefill) and not able.continues,
    }
    for param, missing in refused.items():
        if missing:
            raise UnsupportedParameter(f"The model {name!r} does not support `{param}` as used here.", param=param)
    if able.images:
        return
    for i, message in enumerate(request.messages):
        content = message.get("content")
        for j, part in enumerate(cast("list[Any]", content)) if isinstance(content, list) else ():
            if isinstance(part, dict) and _is_image(cast("dict[str, Any]", part)):
                raise UnsupportedParameter(
                    "This model reads text only; it cannot take an image.", param=f"messages[{i}].content[{j}]"
                )


def _has_image(content: Any) -> bool:
    if not isinstance(content, list):
        return False
    return any(
        isinstance(part, dict) and _is_image(cast("dict[str, Any]", part)) for part in cast("list[Any]", content)
    )


def _is_image(part: dict[str, Any]) -> bool:
    return part.get("type") in ("image_url", "input_image", "image")
