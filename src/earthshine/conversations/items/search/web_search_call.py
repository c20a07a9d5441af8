"""Looks at the web: a search, a page that was opened, words looked for in one; with what was found in the same item."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, cast

import orjson
from pydantic import Field

from earthshine.conversations.items.base import CallId, CallItem, Event, Item, Json, Prompt, WrittenKind
from earthshine.tools.web.names import FIND, LONGEST_PATTERN, LONGEST_QUERY, LONGEST_URL, MOST_QUERIES, OPEN, SEARCH
from earthshine.wire.strict import Strict

NOTHING_KEPT = "What was found then was not kept. Look again."
_NAMES = {"search": SEARCH, "open_page": OPEN, "find_in_page": FIND}


class WebSource(Strict):
    """An address that a search looked at."""

    type: Literal["url"]
    url: str


class WebAction(Strict):
    """What was done; which fields there are goes by `type`."""

    type: Literal["search", "open_page", "find_in_page"]
    query: str | None = None
    queries: list[str] | None = Field(default=None, max_length=64)
    sources: list[WebSource] | None = Field(default=None, max_length=512)
    url: str | None = None
    pattern: str | None = None
    start: int | None = Field(default=None, ge=0)
    """Where in the page's text what is shown begins, in Unicode characters."""


class WebResult(Strict):
    """A passage of a page, or what a search engine says of one that was not opened: that has no `file_id`."""

    url: str | None = None
    title: str | None = None
    text: str | None = None
    file_id: str | None = None
    """The page as it was fetched."""
    start: int | None = Field(default=None, ge=0)
    """Offset into the canonical text of the page, in Unicode characters."""
    end: int | None = Field(default=None, ge=0)
    part: str | None = None
    part_number: int | None = None


class WebSearchCall(CallItem):
    """A look at the web, with what it found."""

    prefix = "ws"
    type: Literal["web_search_call"]
    call_id: CallId | None = None
    action: WebAction
    status: Literal["in_progress", "searching", "completed", "incomplete", "failed"] = "completed"
    results: list[WebResult] | None = Field(default=None, max_length=512)
    characters: int | None = Field(default=None, ge=0)
    """Of the text of a page that was opened."""
    error: str | None = None
    """Why nothing was found, as the model read it."""


class WebSearchCalls(WrittenKind):
    """What the model wrote says which action it is; what was found is put in."""

    param = WebSearchCall
    prefix = "ws"
    pairs = "call"
    holds_answer = True
    brings_words = True

    def called(self, item: Item) -> str:
        """Return the function that was called."""
        return _NAMES[item["action"]["type"]]

    def arguments(self, item: Item) -> str:
        """Return what a model calls it with."""
        action = item["action"]
        fields = {"search": ("queries",), "open_page": ("url", "start"), "find_in_page": ("url", "pattern")}
        given = {name: action[name] for name in fields[action["type"]] if action.get(name)}
        if action["type"] == "search" and not given and action.get("query"):
            given = {"queries": [action["query"]]}
        return orjson.dumps(given).decode()

    def show(self, item: Item, prompt: Prompt, place: str) -> None:
        """Show it as the call that it was, and the passages with their numbers."""
        call_id = item.get("call_id") or item["id"]
        prompt.call(call_id, self.called(item), self.arguments(item))
        prompt.answer(call_id, self._answer(item, prompt), f"{place}.results")

    def account(self, item: Item) -> str:
        """Say what was looked for and found."""
        found = "\n".join(f"{each.get('url')}: {each.get('text')}" for each in item.get("results") or ())
        return f"Assistant called {self.called(item)} with {self.arguments(item)}\n{found}".rstrip()

    def opened(self, item: Item, *, summarised: bool) -> Iterable[Event]:
        """Say that it begins."""
        return [("web_search_call.in_progress", {})]

    def grow(self, item: Item, text: str, logprobs: list[Json]) -> bytes:
        """Keep nothing: the pieces are brought in by `whole`."""
        return b""

    def whole(self, item: Item, unseen: str) -> Item:
        """Return it with the action in what the model wrote; a search for nothing, where that is broken."""
        try:
            given = orjson.loads(unseen or "{}")
        except orjson.JSONDecodeError:
            return item
        return {**item, "action": _action(cast("Json", given))} if isinstance(given, dict) else item

    def ready(self, item: Item) -> Event | None:
        """Say what is done now."""
        return "web_search_call.searching", {"action": item["action"]}

    def answered(self, item: Item) -> Iterable[Event]:
        """Say that it is over."""
        return [("web_search_call.completed", {})] if item["status"] == "completed" else []

    def is_answered(self, item: Item) -> bool:
        """Tell whether it is over."""
        return item["status"] not in ("in_progress", "searching")

    def with_answer(self, item: Item, output: str, told: Item | None) -> Item:
        """Put in what was found, or why nothing was."""
        if told is None:
            return {**item, "status": "failed", "results": [], "error": output}
        return {**item, **told, "action": {**item["action"], **told.get("action", {})}, "status": "completed"}

    def _answer(self, item: Item, prompt: Prompt) -> str:
        if item.get("error"):
            return item["error"]
        results: list[Json] | None = item.get("results")
        if results is None:
            return NOTHING_KEPT
        if not (found := prompt.passages(results)):
            return "Nothing was found. Say so, or look for other words."
        whole = item.get("characters")
        end = results[-1].get("end") or 0
        if item["action"]["type"] == "open_page" and whole and end < whole:
            more = f"These are characters {results[0].get('start') or 0} to {end} of {whole} of the page."
            return f'{more} To read on, call {OPEN} with "start": {end}.\n\n{found}'
        return found


def _action(given: Json) -> Json:
    """Return the action that arguments mean; of their values, what is of a wrong type is left out."""
    url, pattern, queries = given.get("url"), given.get("pattern"), given.get("queries", given.get("query"))
    if isinstance(url, str) and url.strip():
        place: Json = {"url": url.strip()[:LONGEST_URL]}
        if isinstance(pattern, str) and pattern.strip():
            return {"type": "find_in_page", **place, "pattern": " ".join(pattern.split())[:LONGEST_PATTERN]}
        start: Any = given.get("start")
        more = {"start": start} if isinstance(start, int) and not isinstance(start, bool) and start > 0 else {}
        return {"type": "open_page", **place, **more}
    asked = cast("list[Any]", queries) if isinstance(queries, list) else [queries]
    words = [" ".join(each.split())[:LONGEST_QUERY] for each in asked if isinstance(each, str)]
    kept = list(dict.fromkeys(each for each in words if each))[:MOST_QUERIES]
    return {"type": "search", "queries": kept, **({"query": kept[0]} if kept else {})}


def _searching(item: Item, event: Json) -> None:
    item["status"], item["action"] = "searching", event["action"]


WebSearchCalls.folds = {"web_search_call.searching": _searching}
