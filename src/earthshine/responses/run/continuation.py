"""Going on from a reply that was cut: the new one begins with what it said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.conversations.items import Item, kind_of
from earthshine.responses.reply.response_builder import ResponseBuilder


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
        kind = kind_of(item)
        for delta in kind.deltas(item, calls):
            builder.feed(delta)
        for annotation in (part for each in item.get("content") or () for part in each.get("annotations") or ()):
            builder.annotate(annotation)
        calls += kind.pairs == "call"
