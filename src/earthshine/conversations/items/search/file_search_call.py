"""Searches of files: what was looked for, and the passages that were found, in one item as OpenAI's API has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

import orjson
from pydantic import Field

from earthshine.conversations.items.base import CallId, CallItem, Event, Item, Json, Prompt, WrittenKind
from earthshine.tools.file_search.names import MOST_QUERIES, NAME
from earthshine.wire.strict import Strict

NOTHING_KEPT = "What this search found was not kept. Search again."


class FileSearchResult(Strict):
    """A passage that was found. OpenAI's fields, and where it stands in the file's text."""

    file_id: str | None = None
    filename: str | None = None
    score: float | None = None
    text: str | None = None
    attributes: dict[str, str | float | bool] | None = None
    start: int | None = Field(default=None, ge=0)
    """Offset into the document's canonical text, in Unicode characters."""
    end: int | None = Field(default=None, ge=0)
    part: str | None = None
    part_number: int | None = None
    heading: str | None = None
    note: str | None = None
    """What the model noted when it read the section that the passage is of."""


class FileSearchCall(CallItem):
    """A search, with what it found."""

    prefix = "fs"
    type: Literal["file_search_call"]
    call_id: CallId | None = None
    queries: list[str] = Field(max_length=64)
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"] = "completed"
    results: list[FileSearchResult] | None = Field(default=None, max_length=512)
    read: list[dict[str, Any]] | None = Field(default=None, max_length=64)
    """Files that were read whole for it: `file_id`, `filename`, `characters` and `parts`."""
    error: str | None = None
    """Why it found nothing, as the model read it."""


class FileSearchCalls(WrittenKind):
    """No event tells pieces of their queries, and no item answers them: what was found is put in."""

    param = FileSearchCall
    prefix = "fs"
    pairs = "call"
    holds_answer = True

    def called(self, item: Item) -> str:
        """Return the name of the search."""
        return NAME

    def arguments(self, item: Item) -> str:
        """Return the queries, as a model calls with them."""
        return orjson.dumps({"queries": item["queries"]}).decode()

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was, and the passages with their numbers."""
        call_id = item.get("call_id") or item["id"]
        prompt.call(call_id, NAME, self.arguments(item))
        prompt.answer(call_id, self._answer(item, prompt), f"{place}.results")

    def account(self, item: Item) -> str:
        """Say what was looked for and found."""
        found = "\n".join(f"{each.get('filename')}: {each.get('text')}" for each in item.get("results") or ())
        return f"Assistant searched files for {', '.join(item['queries'])}\n{found}".rstrip()

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Say that a search begins."""
        return [("file_search_call.in_progress", {})]

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: the pieces are brought in by `whole`."""
        return b""

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it with the queries in what the model wrote; with none, where that is broken."""
        try:
            given = orjson.loads(unseen or "{}")
        except orjson.JSONDecodeError:
            return item
        queries: Any = cast("Json", given).get("queries") if isinstance(given, dict) else None
        if isinstance(queries, str):
            queries = [queries]
        if not isinstance(queries, list):
            return item
        kept = [" ".join(each.split()) for each in cast("list[Any]", queries) if isinstance(each, str)]
        return {**item, "queries": list(dict.fromkeys(each for each in kept if each))[:MOST_QUERIES]}

    def ready(self, item: Item) -> Event | None:
        """Say what is looked for now."""
        return "file_search_call.searching", {"queries": item["queries"]}

    def answered(self, item: Item) -> Iterable[Event]:
        """Say that the search is over."""
        return [("file_search_call.completed", {})] if item["status"] == "completed" else []

    def is_answered(self, item: Item) -> bool:
        """Tell whether it is over."""
        return item["status"] not in ("in_progress", "searching")

    def with_answer(self, item: Item, output: str, told: Item | None) -> Item:
        """Put in what was found, or why nothing was."""
        if told is None:
            return {**item, "status": "failed", "results": [], "error": output}
        return {**item, **told, "status": "completed"}

    def _answer(self, item: Item, prompt: Prompt) -> str:
        if item.get("error"):
            return item["error"]
        if item.get("results") is None:
            return NOTHING_KEPT
        lines = [found] if (found := prompt.passages(item["results"])) else []
        read = ", ".join(f"{each['filename']} ({each['parts']} parts)" for each in item.get("read") or ())
        if read:
            lines.insert(0, f"Read from beginning to end: {read}. What follows is what it says about the question.")
        return "\n\n".join(lines) or "Nothing was found. Say so, or search again with other words."


def _searching(item: Item, event: Json) -> None:
    item["status"], item["queries"] = "searching", event["queries"]


FileSearchCalls.folds = {"file_search_call.searching": _searching}
