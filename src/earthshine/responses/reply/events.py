"""The events of a Response: `apply` folds one into it, and a stored journal, folded, is the Response again.

Source: OpenAI's Responses API streaming events; https://platform.openai.com/docs/api-reference/responses-streaming
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from earthshine.conversations.items import kind_of
from earthshine.engines.deltas import TokenLogprob, Usage
from earthshine.engines.openai_fields import estimate_mark
from earthshine.errors import EarthshineError, InvalidRequest, RateLimited

Json = dict[str, Any]

LAST_EVENTS = {
    "completed": "response.completed",
    "incomplete": "response.incomplete",
    "failed": "response.failed",
    "cancelled": "response.incomplete",
}
"""The event that ends each final status; a cancelled response ends as an incomplete one, for want of its own event."""


def frame(event: bytes) -> bytes:
    """Wrap an event, JSON that begins with its type, as a server-sent event of that name."""
    name = event[9 : event.index(b'"', 9)]
    return b"event: " + name + b"\ndata: " + event + b"\n\n"


def fold(stored: Iterable[bytes]) -> Json:
    """Return the Response that a journal amounts to."""
    response: Json = {}
    for event in stored:
        response = apply(response, orjson.loads(event))
    return response


def apply(response: Json, event: Json) -> Json:
    """Fold one event into a Response, in place; returns the Response."""
    kind: str = event["type"]
    if "response" in event:
        return event["response"]
    output: list[Json] = response["output"]
    if kind == "response.output_item.added":
        output.append(event["item"])
        return response
    place: int = event["output_index"]
    if kind == "response.output_item.done":
        output[place] = event["item"]
        return response
    # The `.done` events repeat what the deltas said.
    if (bring := kind_of(output[place]).folds.get(kind.removeprefix("response."))) is not None:
        bring(output[place], event)
    return response


def usage_json(usage: Usage) -> Json:
    """Return tokens in the shape of a Response's `usage`."""
    return {
        "input_tokens": usage.prompt_tokens,
        "input_tokens_details": {"cached_tokens": usage.cached_tokens, "cache_write_tokens": 0},
        "output_tokens": usage.completion_tokens,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        **estimate_mark(estimated=usage.estimated),
    }


def logprob_json(entry: TokenLogprob) -> Json:
    """Return one position's log probabilities in OpenAI's shape."""
    return {
        "token": entry.token,
        "bytes": entry.bytes,
        "logprob": entry.logprob,
        "top_logprobs": [{"token": top.token, "bytes": top.bytes, "logprob": top.logprob} for top in entry.top],
    }


def error_json(error: EarthshineError) -> Json:
    """Return an error in the shape of a Response's `error`."""
    # OpenAI's list of codes here is closed; the message carries what ours would have said.
    if isinstance(error, RateLimited):
        code = "rate_limit_exceeded"
    elif isinstance(error, InvalidRequest):
        code = "invalid_prompt"
    else:
        code = "server_error"
    return {"code": code, "message": error.message}
