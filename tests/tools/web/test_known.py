"""Which addresses a model may open."""

from __future__ import annotations

from typing import Any

import pytest

from earthshine.errors import PermissionDenied
from earthshine.tools.web.known import check_known, names_any

Json = dict[str, Any]
USER = {
    "type": "message",
    "role": "user",
    "content": [{"type": "input_text", "text": "See (https://a.test/x?y=1), b.test."}],
}
OTHERS: list[Json] = [
    {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "https://said.test/"}]},
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "https://thought.test/"}]},
    {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"url": "https://called.test/"}'},
    {"type": "function_call_output", "call_id": "c", "output": '{"link": "https://told.test/p"}'},
    {
        "type": "web_search_call",
        "action": {"type": "open_page", "url": "https://asked.test/"},
        "error": "Nobody named https://refused.test/",
        "results": [{"url": "https://found.test/a", "text": "More at https://page.test/b."}],
    },
]


@pytest.mark.parametrize(
    "url",
    [
        *("https://a.test/x?y=1", "http://a.test/x?y=1", "https://b.test", "https://www.b.test/"),
        *("https://told.test/p", "https://found.test/a", "https://page.test/b"),
    ],
)
def test_what_others_named(url: str) -> None:
    check_known(url, [USER, *OTHERS])


@pytest.mark.parametrize(
    "url",
    [
        *("https://a.test/x?y=2", "https://a.test/x?y=1&secret=3", "https://said.test/", "https://thought.test/"),
        *("https://called.test/", "https://asked.test/", "https://refused.test/", "https://", ""),
    ],
)
def test_what_nobody_named(url: str) -> None:
    with pytest.raises(PermissionDenied):
        check_known(url, [USER, *OTHERS])


@pytest.mark.parametrize(("items", "named"), [([USER], True), (OTHERS[:3], False), (OTHERS[3:4], True), ([], False)])
def test_whether_anything_was_named(items: list[Json], named: bool) -> None:
    assert names_any(items) is named
    said = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "How high? 3.5 m. Well."}]}
    assert names_any([said, *items]) is named
