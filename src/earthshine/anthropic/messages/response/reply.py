"""What a response says, as pieces of a message: told by its events while it is written, or by its items at its end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from earthshine.anthropic.messages.pieces import Piece, ServerBlock
from earthshine.anthropic.messages.response.cited_text import Cite, CitedSentences
from earthshine.anthropic.messages.response.server_calls import result_block, use_block
from earthshine.anthropic.messages.response.tokens import SearchTokens
from earthshine.conversations.items import Item
from earthshine.engines.deltas import Reasoning, Text, ToolCallArguments, ToolCallStart

Json = dict[str, Any]


_CALLS = {"response.web_search_call.searching": "web_search_call", "response.mcp_call_arguments.done": "mcp_call"}


class ReplyReader:
    """Reads one response, by its events or by its items. Where nothing may be cited, text is given out as it comes."""

    def __init__(self, cite: Cite | None, tokens: SearchTokens) -> None:
        self._cited = CitedSentences(cite) if cite is not None else None
        self._tokens = tokens
        self._calls = -1
        self._begun: dict[str, Item] = {}
        self._told: set[str] = set()
        """Calls of tools of the server whose block was given out."""

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
            case "output_item.added":
                self._begun[event["item"]["id"]] = event["item"]
            case "web_search_call.searching" | "mcp_call_arguments.done":
                yield from self._used({**self._begun[event["item_id"]], **event, "type": _CALLS[event["type"]]})
            case "output_item.done" if event["item"]["type"] == "message":
                yield from self._rest()
            case "output_item.done":
                yield from self._server(event["item"])
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
                yield from self._server(item)

    def _used(self, item: Item) -> Iterator[Piece]:
        if item["id"] not in self._told and (block := use_block(item)) is not None:
            self._told.add(item["id"])
            yield ServerBlock(block)

    def _server(self, item: Item) -> Iterator[Piece]:
        yield from self._used(item)
        if (block := result_block(item, self._tokens)) is not None:
            yield ServerBlock(block)

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
