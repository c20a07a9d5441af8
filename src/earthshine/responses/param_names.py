"""The harness names fields as the chat API does; here they have the names of this API."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager

from earthshine.errors import EarthshineError

_NAMES = (
    (re.compile(r"^response_format\.json_schema\b"), "text.format"),
    (re.compile(r"^response_format\b"), "text.format"),
    (re.compile(r"^(tools\[\d+\])\.function\b"), r"\1"),
    (re.compile(r"^tool_choice\.function\b"), "tool_choice"),
    (re.compile(r"^reasoning_effort\b"), "reasoning.effort"),
    (re.compile(r"^logprobs\b"), "top_logprobs"),
    (re.compile(r"^(messages|prompt)\b.*"), "input"),
)


@contextmanager
def responses_param_names() -> Generator[None]:
    """Let errors of the harness and the engines name the fields of `/v1/responses`."""
    try:
        yield
    except EarthshineError as error:
        error.param = responses_param_name(error.param)
        raise


def responses_param_name(param: str | None) -> str | None:
    """Return the name that a field of the chat API has here."""
    for pattern, name in _NAMES:
        if param is not None and pattern.search(param):
            return pattern.sub(name, param)
    return param
