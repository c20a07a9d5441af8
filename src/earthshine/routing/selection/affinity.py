"""Which deployment has computed the beginning of a prompt before, and so has it in its cache."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import orjson

from earthshine.engines.requests import ChatRequest, CompletionRequest

_KEPT = 20_000
"""Prefixes that are remembered, the most recently used ones."""
_MESSAGES = 64
"""Messages of a conversation that are looked at; a longer one is told apart by its beginning."""
_STEP = 1024
"""Characters or tokens of a raw prompt that make one step of its prefix."""
_STEPS = 16


class Affinity:
    """Prefixes of prompts and the deployment that served each last. Holds hashes only, no text."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._served: OrderedDict[int, str] = OrderedDict()

    def find(self, prefixes: Sequence[int]) -> str | None:
        """Return the deployment that served the longest of these prefixes (given shortest first)."""
        for prefix in reversed(prefixes):
            if (deployment := self._served.get(prefix)) is not None:
                return deployment
        return None

    def note(self, prefixes: Sequence[int], deployment: str) -> None:
        """Remember who has these prefixes now."""
        for prefix in prefixes:
            self._served[prefix] = deployment
            self._served.move_to_end(prefix)
        while len(self._served) > self._kept:
            self._served.popitem(last=False)

    def __len__(self) -> int:
        """Return how many prefixes are remembered."""
        return len(self._served)


def prefixes_of(request: ChatRequest | CompletionRequest) -> list[int]:
    """Return a hash of each prefix of a request, shortest first: after each message, or each step of a raw prompt."""
    if isinstance(request, CompletionRequest):
        prompt = request.plain
        steps = [prompt[: end * _STEP] for end in range(1, min(_STEPS, -(-len(prompt) // _STEP)) + 1)]
        return [hash(step) for step in steps]
    # A template puts the tools first, so other tools mean another prefix from the first token on.
    known = hash(tuple(str(tool.get("function", tool).get("name")) for tool in request.tools))
    found: list[int] = []
    for message in request.messages[:_MESSAGES]:
        content = message.get("content")
        text = content if isinstance(content, str) else orjson.dumps(content)
        calls = orjson.dumps(message["tool_calls"]) if message.get("tool_calls") else None
        known = hash((known, message.get("role"), text, calls))
        found.append(known)
    return found
