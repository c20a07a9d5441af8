"""What each verb and path of the official SDK is used for, a file to a family; all of them register here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from openai import OpenAI

MODEL = "scripted"
DELETE_MODEL = "DELETE /models/{}"

Use = Callable[[OpenAI], Any]
USES: dict[str, Use] = {}


def use(pair: str) -> Callable[[Use], Use]:
    """Register a function as the use of one verb and path."""

    def register(function: Use) -> Use:
        USES[pair] = function
        return function

    return register
