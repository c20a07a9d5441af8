"""Errors and lists as they go out."""

from __future__ import annotations

from earthshine.errors import InvalidRequest, RateLimited, RequestTimeout, Unauthenticated
from earthshine.wire import error_reply, list_page


def test_headers_of_errors() -> None:
    assert error_reply(RateLimited("Wait.", retry_after=0.2), "req_1").headers["retry-after"] == "1"
    assert error_reply(Unauthenticated("No."), "req_1").headers["www-authenticate"] == "Bearer"
    assert error_reply(RequestTimeout("Late."), "req_1").headers["connection"] == "close"
    assert error_reply(InvalidRequest("No."), "req_1").headers["x-request-id"] == "req_1"


def test_an_empty_page() -> None:
    assert list_page([], has_more=False) == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
