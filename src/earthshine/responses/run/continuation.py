"""Going on from a reply that was cut: the new one begins with what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earthshine.conversations.items import Item
from earthshine.engines.base import Reasoning, Text, ToolCallArguments, ToolCallStart
from earthshine.responses.response_builder import ResponseBuilder
from earthshine.responses.tools import called_name


@dataclass(frozen=True, slots=True)
class Continuation:
    """What a new reply begins with."""

    output: Sequence[Item]
    """What readers saw of it."""
    written: str
    """What the model wrote to cause it: the `raw` of its journal, joined."""


def replay(builder: ResponseBuilder, continuation: Continuation) -> None:
    """Write the output of a cut reply into a builder that has begun; its last item stays open, to be gone on with."""
    builder.run()
    calls = 0
    for item in continuation.output:
        match item["type"]:
            case "reasoning":
                builder.feed(Reasoning(_text(item.get("content") or item.get("summary") or ())))
            case "message":
                builder.feed(Text(_text(item["content"])))
            case "function_call":
                builder.feed(ToolCallStart(calls, called_name(item["name"], item.get("namespace")), item["call_id"]))
                builder.feed(ToolCallArguments(calls, item["arguments"]))
                calls += 1
            case _:
                # Other items come from tools, not from the model's text.
                continue


def _text(parts: Sequence[Any]) -> str:
    return "".join(part.get("text") or part.get("refusal") or "" for part in parts)
