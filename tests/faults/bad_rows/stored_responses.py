"""Responses that are there already, or are not: their ids and queries."""

from __future__ import annotations

from tests.faults.bad_rows.row import BAD, STRANGE_IDS, TYPE, UNKNOWN, Row, wrong_ids

STORED_RESPONSES = wrong_ids(
    "responses",
    [
        ("GET", "/v1/responses/{id}"),
        ("GET", "/v1/responses/{id}?stream=true"),
        ("DELETE", "/v1/responses/{id}"),
        ("POST", "/v1/responses/{id}/cancel"),
        ("GET", "/v1/responses/{id}/input_items"),
    ],
    [
        *STRANGE_IDS,
        ("deleted", "@deleted_response"),
        ("of a conversation", "@conversation"),
        ("not stored", "@unstored"),
    ],
    "response_id",
)
STORED_RESPONSES += [
    Row("responses: stream=maybe", "GET", "/v1/responses/@response?stream=maybe", None, 400, TYPE, "stream"),
    Row(
        "responses: start at -1",
        "GET",
        "/v1/responses/@response?stream=true&starting_after=-1",
        None,
        400,
        BAD,
        "starting_after",
    ),
    Row(
        "responses: start at x",
        "GET",
        "/v1/responses/@response?stream=true&starting_after=x",
        None,
        400,
        TYPE,
        "starting_after",
    ),
    Row(
        "responses: start, no stream",
        "GET",
        "/v1/responses/@response?starting_after=1",
        None,
        400,
        BAD,
        "starting_after",
        ("stream=true",),
    ),
    Row("responses: unknown query", "GET", "/v1/responses/@response?fields=all", None, 400, UNKNOWN, "fields"),
    Row(
        "responses: unknown include in the query",
        "GET",
        "/v1/responses/@response?include[]=x",
        None,
        400,
        BAD,
        "include[0]",
    ),
    Row(
        "responses: cancel foreground",
        "POST",
        "/v1/responses/@response/cancel",
        None,
        400,
        BAD,
        "response_id",
        ("closing its connection",),
    ),
    Row("responses: limit=0", "GET", "/v1/responses/@response/input_items?limit=0", None, 400, BAD, "limit"),
    Row("responses: limit=101", "GET", "/v1/responses/@response/input_items?limit=101", None, 400, BAD, "limit"),
    Row("responses: limit=x", "GET", "/v1/responses/@response/input_items?limit=x", None, 400, TYPE, "limit"),
    Row(
        "responses: limit of 30 digits",
        "GET",
        f"/v1/responses/@response/input_items?limit={10**30}",
        None,
        400,
        BAD,
        "limit",
    ),
    Row("responses: order=up", "GET", "/v1/responses/@response/input_items?order=up", None, 400, BAD, "order"),
    Row("responses: bad cursor", "GET", "/v1/responses/@response/input_items?after=msg_x", None, 400, BAD, "after"),
    Row(
        "responses: unknown list query",
        "GET",
        "/v1/responses/@response/input_items?before=x",
        None,
        400,
        UNKNOWN,
        "before",
    ),
]
