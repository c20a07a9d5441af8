from __future__ import annotations

from typing import Any

import pytest
from openai.types.responses import ResponseItemList

from earthshine.errors import InvalidRequest
from earthshine.responses.routes import input_page

ITEMS: list[dict[str, Any]] = [
    {
        "id": f"msg_{number}",
        "type": "message",
        "role": "user",
        "status": "completed",
        "content": [{"type": "input_text", "text": str(number)}],
    }
    for number in range(25)
]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 7, 24, 25, 100])
def test_pages_join_to_the_whole(order: str, limit: int) -> None:
    found: list[dict[str, Any]] = []
    query = {"order": order, "limit": str(limit)}
    while True:
        page = input_page(ITEMS, query)
        ResponseItemList.model_validate(page)
        found += page["data"]
        if not page["has_more"]:
            break
        query["after"] = page["last_id"]
    assert found == (ITEMS if order == "asc" else ITEMS[::-1])


def test_the_default_is_the_newest_twenty() -> None:
    page = input_page(ITEMS, {})
    assert page["first_id"] == "msg_24"
    assert len(page["data"]) == 20
    assert page["has_more"]


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"after": "msg_99"}, "after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"order": "up"}, "order"),
        ({"before": "msg_1"}, "before"),
        ({"include": "x"}, "include[0]"),
    ],
)
def test_a_bad_query_is_named(query: dict[str, Any], param: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        input_page(ITEMS, query)
    assert caught.value.param == param
