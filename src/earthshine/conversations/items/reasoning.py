"""Reasoning: what a model thought before it answered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from earthshine.conversations.content import ReasoningText, SummaryText
from earthshine.conversations.items.base import (
    Event,
    Item,
    Json,
    Prompt,
    Status,
    StoredItem,
    WrittenKind,
    append_part,
    lengthen,
)
from earthshine.conversations.signing import read_signed
from earthshine.engines import deltas as engines
from earthshine.engines.deltas import Delta


class Reasoning(StoredItem):
    """What a model thought before it answered."""

    prefix = "rs"
    type: Literal["reasoning"]
    summary: list[SummaryText] = Field(default_factory=list[SummaryText])
    content: list[ReasoningText] | None = None
    encrypted_content: str | None = None
    status: Status | None = None


class Thoughts(WrittenKind):
    """Written into one part: of the summary where the client asked for one, for ours is the thinking itself."""

    param = Reasoning
    prefix = "rs"
    signed = "reasoning"

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show the fullest account: its own text, the signed one, or the summary."""
        if item.get("content"):
            prompt.think("".join(part["text"] for part in item["content"]))
        elif item.get("encrypted_content"):
            prompt.think(read_signed(item["encrypted_content"]))
        else:
            prompt.think("\n".join(part["text"] for part in item.get("summary", ())))

    def deltas(self, item: Item, calls: int) -> Iterable[Delta]:
        """Return the text in one piece."""
        return [engines.Reasoning("".join(part["text"] for part in item.get("content") or item.get("summary") or ()))]

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Add the part that is written into."""
        if summarised:
            part = {"type": "summary_text", "text": ""}
            return [("reasoning_summary_part.added", {"summary_index": 0, "part": part})]
        return [("content_part.added", {"content_index": 0, "part": {"type": "reasoning_text", "text": ""}})]

    def piece(self, item: Item) -> Event | None:
        """Tell of a piece of thinking."""
        if item["summary"]:
            return "reasoning_summary_text.delta", {"summary_index": 0}
        return "reasoning_text.delta", {"content_index": 0}

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Add text."""
        self.part(item)["text"] += text
        return b""

    def closed(self, item: Item) -> Iterable[Event]:
        """Say the whole text once more."""
        part = self.part(item)
        if item["summary"]:
            whole = {"summary_index": 0, "text": part["text"]}
            done = {"summary_index": 0, "part": part}
            return [("reasoning_summary_text.done", whole), ("reasoning_summary_part.done", done)]
        whole = {"content_index": 0, "text": part["text"]}
        return [("reasoning_text.done", whole), ("content_part.done", {"content_index": 0, "part": part})]

    @staticmethod
    def part(item: Item) -> Json:
        """Return the part that is written into."""
        return (item["summary"] or item["content"])[0]


Thoughts.folds = {
    "content_part.added": append_part("content"),
    "reasoning_text.delta": lengthen("content", "content_index"),
    "reasoning_summary_part.added": append_part("summary"),
    "reasoning_summary_text.delta": lengthen("summary", "summary_index"),
}
