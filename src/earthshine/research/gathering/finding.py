"""What a look at the web or at files has found, as the items of the response tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from earthshine.conversations.items import Item

Json = dict[str, Any]


@dataclass(slots=True)
class Found:
    """A source that was opened, with the passages that a search of files chose of it."""

    file_id: str
    title: str
    passages: list[Json] = field(default_factory=list[Json])
    """Empty for a page: its best sentences are chosen from the whole text."""
    url: str = ""
    """Where a server says that it is; pages know theirs."""


def found_in(items: Sequence[Item]) -> tuple[list[Found], dict[str, str]]:
    """Return what some items have found, in order: sources, and of pages that nobody opened what is said of each.

    The latter by their addresses.
    """
    sources: dict[str, Found] = {}
    unopened: dict[str, str] = {}
    for item in items:
        kind = item.get("type")
        if kind not in ("web_search_call", "file_search_call"):
            continue
        for result in item.get("results") or ():
            if file_id := result.get("file_id"):
                title = result.get("title") or result.get("filename") or ""
                source = sources.setdefault(file_id, Found(file_id, title))
                if kind == "file_search_call" and result.get("text"):
                    source.passages.append(result)
            elif kind == "web_search_call" and result.get("url"):
                said = (result["url"], result.get("title") or "", result.get("text") or "")
                unopened.setdefault(result["url"], " ".join(said))
    return list(sources.values()), unopened
