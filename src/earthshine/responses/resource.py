"""The Response object as clients see it, before anything is written into it."""

from __future__ import annotations

import time
from typing import Any

from earthshine.engines.requests import Sampling
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.tools.secrets import without_secrets

Json = dict[str, Any]


def new_response(response_id: str, create: ResponseCreate, body: Json, sampling: Sampling) -> Json:
    """Return a Response with every field that the specification requires, and no output yet.

    `body` is the request as it came: settings are told back in the client's own words; `sampling` is what is in force.
    Source: the `ResponseResource` schema of Open Responses (2026-04-24) and the official SDK's `Response`.
    """
    asked: Json = body.get("text") or {}
    text: Json = {**asked, "format": _format(asked.get("format") or {"type": "text"})}
    reasoning: Json = body.get("reasoning") or {}
    tools: list[Json] = body.get("tools") or []
    response: Json = {
        "id": response_id,
        "object": "response",
        "created_at": int(time.time()),
        "completed_at": None,
        "status": "queued" if create.background else "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": create.instructions,
        "model": body.get("model", create.model),
        "output": [],
        "previous_response_id": create.previous_response_id,
        "parallel_tool_calls": create.parallel_tool_calls is not False,
        "tools": [_tool(tool) for tool in tools],
        "tool_choice": body.get("tool_choice") or "auto",
        "text": text,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_logprobs": create.top_logprobs or 0,
        "presence_penalty": body.get("presence_penalty") or 0.0,
        "frequency_penalty": body.get("frequency_penalty") or 0.0,
        "truncation": create.truncation or "disabled",
        "max_output_tokens": create.max_output_tokens,
        "max_tool_calls": create.max_tool_calls,
        "store": create.store is not False,
        "background": bool(create.background),
        "service_tier": "default",
        "metadata": create.metadata or {},
        "safety_identifier": body.get("safety_identifier"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "user": body.get("user"),
        "usage": None,
    }
    if create.conversation:
        response["conversation"] = {"id": create.conversation.id}
    return response


def _tool(tool: Json) -> Json:
    """Tell a tool back with the defaults that functions, also those of a namespace, have here."""
    tool = without_secrets(tool)
    if "connector_id" in tool:
        # Official SDKs take no value here but the names of OpenAI's own connectors.
        kept = {name: value for name, value in tool.items() if name != "connector_id"}
        return {**kept, "connector": tool["connector_id"]}
    if tool.get("type") == "namespace":
        return {**tool, "tools": [_tool(each) for each in tool["tools"]]}
    if tool.get("type") != "function":
        return tool
    return {"description": None, "parameters": None, **tool, "strict": bool(tool.get("strict"))}


def _format(text: Json) -> Json:
    if text["type"] != "json_schema":
        return text
    return {"description": None, **text, "strict": bool(text.get("strict"))}
