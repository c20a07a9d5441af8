"""Responses that go on from a conversation or a previous response."""

from __future__ import annotations

from tests.faults.bad_rows.responses import CREATE
from tests.faults.bad_rows.row import BAD, TYPE, variations

HISTORY = variations(
    "responses",
    "/v1/responses",
    CREATE,
    [
        ("unknown conversation", {"conversation": "conv_nothing"}, 404, "not_found", "conversation"),
        ("deleted conversation", {"conversation": "@deleted_conversation"}, 404, "not_found", "conversation"),
        ("a response as conversation", {"conversation": "@response"}, 404, "not_found", "conversation"),
        ("conversation is a number", {"conversation": 1}, 400, TYPE, "conversation"),
        (
            "conversation and previous response",
            {"conversation": "@conversation", "previous_response_id": "@response"},
            *(400, BAD, "previous_response_id", "not both"),
        ),
        (
            "unknown previous response",
            {"previous_response_id": "resp_nothing"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "deleted previous response",
            {"previous_response_id": "@deleted_response"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a link of the chain deleted",
            {"previous_response_id": "@orphan"},
            404,
            "previous_response_not_found",
            "previous_response_id",
            "deleted",
        ),
        (
            "unstored previous response",
            {"previous_response_id": "@unstored"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a conversation as previous response",
            {"previous_response_id": "@conversation"},
            404,
            "previous_response_not_found",
            "previous_response_id",
        ),
        (
            "a response of a conversation as previous",
            {"previous_response_id": "@in_conversation"},
            400,
            BAD,
            "previous_response_id",
            "`conversation`",
        ),
        (
            "a running previous response",
            {"previous_response_id": "@running"},
            409,
            "conflict",
            "previous_response_id",
            "Wait",
        ),
        ("previous response is a path", {"previous_response_id": "../../etc/passwd"}, 400, BAD, "previous_response_id"),
        ("previous response with NUL", {"previous_response_id": "resp_\0"}, 400, BAD, "previous_response_id"),
    ],
)
