"""What a response says, as pieces of a message: told by its events while it is written, or by its items at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from earthshine.anthropic.messages.pieces import Piece
from earthshine.anthropic.messages.response.cited_text import Cite, CitedSentences
from earthshine.conversations.items import Item
from earthshine.engines.deltas import Reasoning, Text, ToolCallArguments, ToolCallStart

Json = dict[str, Any]


class ReplyReader:
    """Reads one response, by its events or by its items. Where nothing may be cited, text is given out as it comes."""

    def __init__(self, cite: Cite | None) -> None:
        self._cited = CitedSentences(cite) if cite is not None else None
        self._calls = -1

    def event(self, event: Json) -> Iterator[Piece]:
        """Yield the pieces that an event tells."""
        match event["type"].removeprefix("response."):
            case "output_text.delta":
                yield from self._text(event["delta"])
            case "output_text.annotation.added" if self._cited is not None:
                self._cited.cite(event["annotation"])
            case "reasoning_text.delta":
                yield Reasoning(event["delta"])
            case "function_call_arguments.delta":
                yield ToolCallArguments(self._calls, event["delta"])
            case "output_item.added" if event["item"]["type"] == "function_call":
                yield self._call(event["item"])
            case "output_item.done" if event["item"]["type"] == "message":
                yield from self._rest()
            case _:
                pass

    def item(self, item: Item) -> Iterator[Piece]:
        """Yield the pieces of an item that is over."""
        match item["type"]:
            case "message":
                for part in item["content"]:
                    if self._cited is not None:
                        for annotation in part.get("annotations") or ():
                            self._cited.cite(annotation)
                    yield from self._text(part.get("text") or part.get("refusal") or "")
                yield from self._rest()
            case "reasoning":
                yield Reasoning("".join(part["text"] for part in item["content"]))
            case "function_call":
                yield self._call(item)
                yield ToolCallArguments(self._calls, item["arguments"])
            case _:
                pass

    def _text(self, text: str) -> Iterator[Piece]:
        if self._cited is None:
            yield Text(text)
        else:
            yield from self._cited.text(text)

    def _rest(self) -> Iterator[Piece]:
        if self._cited is not None:
            yield from self._cited.rest()

    def _call(self, item: Item) -> ToolCallStart:
        self._calls += 1
        return ToolCallStart(self._calls, item["name"], item["call_id"])
