"""The counts that an upstream reports, under any vendor's names; what it does not report is estimated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from earthshine.engines.deltas import Usage

Json = dict[str, Any]

_MOST = 2**31
"""More tokens than any reply has: who reports more counts wrong."""
_COUNTS = frozenset(("prompt_tokens", "completion_tokens", "total_tokens"))
_DETAILS = {
    "prompt_tokens_details": frozenset(("cached_tokens", "audio_tokens")),
    "completion_tokens_details": frozenset(
        ("reasoning_tokens", "audio_tokens", "accepted_prediction_tokens", "rejected_prediction_tokens")
    ),
}


def read_usage(usage: Any, *, prompt: Callable[[], int], completion: Callable[[], int]) -> Usage:
    """Return the counts of a reply.

    `prompt` and `completion` tell what its tokens are estimated to be. They stand for a count that is missing or cannot
    be: no number of tokens, none for a prompt, none for a reply that said something.
    """
    said = cast("Json", usage) if isinstance(usage, dict) else {}
    read, written = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    estimate = 0 if written else completion()
    known = bool(read) and not estimate
    read, written = read or prompt(), written or estimate
    of_prompt, of_completion = (_object(said.get(name)) for name in _DETAILS)
    cached = _first(of_prompt.get("cached_tokens"), said.get("prompt_cache_hit_tokens"), said.get("cached_tokens"))
    thought = _first(of_completion.get("reasoning_tokens"), said.get("reasoning_tokens"))
    return Usage(read, min(cached, read), written, min(thought, written), estimated=not known)


def vendor_usage(usage: Any) -> Json:
    """Return the counts that only this vendor has, under its names."""
    found: Json = {}
    for name, value in _object(usage).items():
        if (details := _DETAILS.get(name)) is None:
            if name not in _COUNTS and value is not None:
                found[name] = value
        elif isinstance(value, dict):
            counts = cast("Json", value)
            if own := {key: each for key, each in counts.items() if key not in details}:
                found[name] = own
    return found


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST else None


def _first(*values: Any) -> int:
    return next((count for value in values if (count := _count(value))), 0)


def _object(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}
