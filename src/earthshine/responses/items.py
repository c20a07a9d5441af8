"""A response's input items, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.conversations.items import Item
from earthshine.conversations.query import ItemListQuery, check_query
from earthshine.errors import InvalidRequest
from earthshine.wire import list_page


def input_page(items: Sequence[Item], query: dict[str, Any]) -> dict[str, Any]:
    """Return the page of `items`, which are oldest first, that a query asks for. Raises a 400 naming its parameter."""
    asked = check_query(ItemListQuery, query)
    ordered = list(items) if asked.order == "asc" else list(reversed(items))
    start = 0
    if asked.after is not None:
        start = next((i + 1 for i, item in enumerate(ordered) if item["id"] == asked.after), 0)
        if not start:
            raise InvalidRequest(f"There is no item {asked.after[:100]!r} to list after.", param="after")
    page = ordered[start : start + asked.limit]
    return list_page(page, has_more=start + asked.limit < len(ordered))
