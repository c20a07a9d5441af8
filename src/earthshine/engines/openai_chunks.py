"""An upstream's chunks, in any vendor's dialect, as our deltas: each token is touched once, nothing is validated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson

from earthshine.engines.base import (
    ChatEnd,
    Delta,
    FinishReason,
    Reasoning,
    Text,
    TokenLogprob,
    ToolCallArguments,
    ToolCallStart,
    TopLogprob,
    Usage,
)
from earthshine.engines.openai_body import CALL, END_THINK, THINK
from earthshine.engines.upstream_errors import failure_in_stream
from earthshine.errors import UpstreamFailed

_KNOWN = frozenset(
    ("id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier", "obfuscation")
)
_CHOICE = frozenset(("index", "delta", "message", "finish_reason", "logprobs", "usage", "text"))
_MESSAGE = frozenset(("role", "content", "refusal", "reasoning_content", "reasoning", "tool_calls", "function_call"))
_USAGE = frozenset(("prompt_tokens", "completion_tokens", "total_tokens"))
_DETAILS = {
    "prompt_tokens_details": frozenset(("cached_tokens", "audio_tokens")),
    "completion_tokens_details": frozenset(
        ("reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")
    ),
}
_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def decode(data: bytes) -> dict[str, Any]:
    """Return the JSON object of one event. Raises `UpstreamFailed` for anything else, and for an error object."""
    try:
        chunk = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise UpstreamFailed("The upstream sent something that is not JSON in the middle of its reply.") from None
    if not isinstance(chunk, dict):
        raise UpstreamFailed("The upstream sent JSON that is no chunk of a reply.")
    chunk = cast("dict[str, Any]", chunk)
    if chunk.get("error") or chunk.get("object") == "error":
        raise failure_in_stream(chunk)
    return chunk


class ChunkReader:
    """Turns the chunks of one reply into deltas, in order; `end` tells how it ended."""

    def __init__(self) -> None:
        self._thinking = False
        self._indices: dict[Any, int] = {}
        self._reason: str | None = None
        self._usage: dict[str, Any] = {}
        self._vendor: dict[str, Any] = {}
        self._vendor_choice: dict[str, Any] = {}
        self._vendor_message: dict[str, Any] = {}

    def read(self, data: bytes) -> Iterator[Delta]:
        """Return the deltas of one event."""
        chunk = decode(data)
        if usage := chunk.get("usage"):
            self._usage = usage
        if not _KNOWN.issuperset(chunk):
            self._vendor |= {name: value for name, value in chunk.items() if name not in _KNOWN}
        choices = chunk.get("choices")
        if not choices:
            return
        choice: dict[str, Any] = choices[0]
        # A server that does not stream sends `message`, of the same shape.
        delta: dict[str, Any] = choice.get("delta") or choice.get("message") or {}
        if not _CHOICE.issuperset(choice):
            _gather(self._vendor_choice, choice, _CHOICE)
        if not _MESSAGE.issuperset(delta):
            _gather(self._vendor_message, delta, _MESSAGE)
        if thought := delta.get("reasoning_content") or delta.get("reasoning"):
            yield self._reasoning(thought)
        logprobs = choice.get("logprobs")
        if text := delta.get("content") or delta.get("refusal"):
            yield Text(text, self._leave() + text, _logprobs(logprobs) if logprobs else ())
        if calls := delta.get("tool_calls"):
            for call in calls:
                yield from self._call(call)
        if reason := choice.get("finish_reason"):
            self._reason = reason
        # Moonshot puts the usage into the last choice.
        if usage := choice.get("usage"):
            self._usage = usage

    def end(self, *, done: bool) -> ChatEnd:
        """Return the end of the reply; `done` tells that the upstream said so.

        Raises `UpstreamFailed` when the stream just stopped, or the upstream ran out of something.
        """
        if self._reason is None and not done:
            raise UpstreamFailed("The upstream's connection broke in the middle of its reply.", retry_after=1)
        if self._reason == "insufficient_system_resource":
            raise UpstreamFailed("The upstream stopped its reply: it is out of capacity. Try again.", retry_after=5)
        reason = _REASONS.get(self._reason or "stop", "stop")
        # Some upstreams end a reply with calls as any other.
        if reason == "stop" and self._indices:
            reason = "tool_calls"
        return ChatEnd(
            reason,
            read_usage(self._usage),
            self._leave(),
            self._vendor,
            self._vendor_choice,
            self._vendor_message,
            _vendor_usage(self._usage),
        )

    def _reasoning(self, text: str) -> Reasoning:
        raw = text if self._thinking else THINK + text
        self._thinking = True
        return Reasoning(text, raw)

    def _leave(self) -> str:
        if not self._thinking:
            return ""
        self._thinking = False
        return END_THINK

    def _call(self, call: dict[str, Any]) -> Iterator[Delta]:
        function: dict[str, Any] = call.get("function") or {}
        # Some upstreams number no calls; then an id begins a new one, and what has none goes on with the last.
        key = call.get("index")
        if key is None:
            key = call.get("id") or next(reversed(self._indices), "")
        index = self._indices.get(key)
        if index is None:
            name = function.get("name")
            if not name:
                raise UpstreamFailed("The upstream began a tool call without a name.")
            index = self._indices[key] = len(self._indices)
            raw = f"{self._leave()}{CALL}{name}\n"
            yield ToolCallStart(index, name, call.get("id") or None, raw, call.get("type") or "function")
        arguments = function.get("arguments")
        if arguments:
            text = arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()
            yield ToolCallArguments(index, text, text)


def _gather(into: dict[str, Any], fields: dict[str, Any], known: frozenset[str]) -> None:
    """Add the fields that are not known; texts and lists that come in pieces are joined."""
    for name, value in fields.items():
        if name in known or value is None:
            continue
        before: Any = into.get(name)
        joins = type(value) in (str, list) and type(before) is type(value)
        into[name] = before + value if joins else value


def _vendor_usage(usage: dict[str, Any]) -> dict[str, Any]:
    """Return the counts that only this vendor has, under its names."""
    if _USAGE.issuperset(usage):
        return {}
    found: dict[str, Any] = {}
    for name, value in usage.items():
        if (details := _DETAILS.get(name)) is None:
            if name not in _USAGE and value is not None:
                found[name] = value
        elif isinstance(value, dict):
            counts = cast("dict[str, Any]", value)
            if own := {key: each for key, each in counts.items() if key not in details}:
                found[name] = own
    return found


def read_usage(usage: dict[str, Any]) -> Usage:
    """Return the counts under whatever names this vendor gives them."""
    prompt: dict[str, Any] = usage.get("prompt_tokens_details") or {}
    completion: dict[str, Any] = usage.get("completion_tokens_details") or {}
    cached = prompt.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or usage.get("cached_tokens") or 0
    thought = completion.get("reasoning_tokens") or usage.get("reasoning_tokens") or 0
    return Usage(usage.get("prompt_tokens") or 0, cached, usage.get("completion_tokens") or 0, thought)


def _logprobs(logprobs: dict[str, Any]) -> tuple[TokenLogprob, ...]:
    return tuple(
        TokenLogprob(
            entry["token"],
            entry["logprob"],
            tuple(TopLogprob(top["token"], top["logprob"]) for top in entry.get("top_logprobs") or ()),
        )
        for entry in logprobs.get("content") or ()
    )


def read_parallel_logprobs(logprobs: dict[str, Any] | None) -> tuple[TokenLogprob, ...]:
    """Read the older endpoint's log probabilities: parallel lists instead of objects."""
    if not logprobs:
        return ()
    tops: list[dict[str, float] | None] = logprobs.get("top_logprobs") or []
    entries = zip(logprobs.get("tokens") or (), logprobs.get("token_logprobs") or (), strict=False)
    return tuple(
        TokenLogprob(
            token,
            logprob if logprob is not None else 0.0,
            tuple(TopLogprob(*pair) for pair in ((tops[i] or {}) if i < len(tops) else {}).items()),
        )
        for i, (token, logprob) in enumerate(entries)
    )
