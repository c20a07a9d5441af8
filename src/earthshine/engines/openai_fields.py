"""Fields that chat completions and completions have in common: how they are checked, and how they are shown."""

from __future__ import annotations

from typing import Annotated, Any, cast

from pydantic import AfterValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from earthshine.engines.deltas import Usage


def _stop(value: Any) -> tuple[str, ...]:
    stops = list_of(value)
    if stops is None or not all(isinstance(each, str) for each in stops):
        raise PydanticCustomError("stop_type", "Input should be a string or a list of strings")
    if len(stops) > 4 or not all(stops):
        raise PydanticCustomError("stop_value", "Input should have at most 4 strings, none of them empty")
    return tuple(stops)


def _bias(value: dict[str, float]) -> dict[str, float]:
    for token, bias in value.items():
        if not (token.isascii() and token.isdigit() and len(token) <= 9):
            raise PydanticCustomError("bias_token", "Keys should be token ids, which are whole numbers")
        if not -100 <= bias <= 100:
            raise PydanticCustomError("bias_value", "Values should be between -100 and 100")
    return value


def list_of(value: Any) -> list[Any] | None:
    """Return a list as it is, a string as a list of one, and None for anything else."""
    if isinstance(value, str):
        return [value]
    return cast("list[Any]", value) if isinstance(value, list) else None


def is_ids(items: Any) -> bool:
    """Tell whether this is a list of token ids; those that no model has are refused by its engine."""
    if not isinstance(items, list) or not items:
        return False
    ids = cast("list[Any]", items)
    return all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each < 2**53 for each in ids)


Stop = Annotated[tuple[str, ...], PlainValidator(_stop, json_schema_input_type=str | list[str])]
"""Up to four strings at which the text ends."""

LogitBias = Annotated[dict[str, float], AfterValidator(_bias), Field(max_length=1024)]
"""Token id, in digits, to bias."""


def token_bias(bias: dict[str, float] | None) -> dict[int, float] | None:
    """Return the bias as engines take it."""
    return {int(token): value for token, value in bias.items()} if bias else None


def show_usage(usage: Usage, vendor: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the usage as the API shows it, with the counts that only an upstream has."""
    shown = _show_usage(usage)
    for name, value in (vendor or {}).items():
        mine = shown.get(name)
        shown[name] = {**value, **mine} if isinstance(mine, dict) and isinstance(value, dict) else value
    return shown


def _show_usage(usage: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": usage.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
        **estimate_mark(estimated=usage.estimated),
    }


def estimate_mark(*, estimated: bool) -> dict[str, Any]:
    """Return what a usage says besides when its tokens were estimated, since an upstream did not count them."""
    return {"earthshine": {"estimated": True}} if estimated else {}
