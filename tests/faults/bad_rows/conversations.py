"""Conversations and their items."""

from __future__ import annotations

from tests.faults.bad_rows.row import (
    BAD,
    LEFT_OUT,
    MISSING,
    STRANGE_IDS,
    TYPE,
    UNKNOWN,
    UNSUPPORTED,
    Row,
    variations,
    wrong_ids,
)

MESSAGE = {"type": "message", "role": "user", "content": "Hello."}
CONVERSATIONS = variations(
    "conversations",
    "/v1/conversations",
    {},
    [
        ("metadata is text", {"metadata": "x"}, 400, TYPE, "metadata"),
        ("metadata value is null", {"metadata": {"a": None}}, 400, BAD, "metadata"),
        ("items is an object", {"items": {}}, 400, TYPE, "items"),
        ("21 items", {"items": [MESSAGE] * 21}, 400, BAD, "items"),
        ("unknown item type", {"items": [{"type": "x"}]}, 400, BAD, "items[0].type"),
        ("item reference", {"items": [{"type": "item_reference", "id": "msg_1"}]}, 400, UNSUPPORTED, "items[0].id"),
        ("unknown parameter", {"title": "x"}, 400, UNKNOWN, "title"),
    ],
)
CONVERSATIONS += variations(
    "conversation items",
    "/v1/conversations/@conversation/items",
    {"items": [MESSAGE]},
    [
        ("none", {"items": LEFT_OUT}, 400, MISSING, "items"),
        ("empty", {"items": []}, 400, BAD, "items"),
        ("id that is there", {"items": [{**MESSAGE, "id": "@item"}]}, 400, BAD, "items[0].id"),
        ("bad id", {"items": [{**MESSAGE, "id": "a b"}]}, 400, BAD, "items[0].id"),
        ("unknown field", {"items": [{**MESSAGE, "colour": "red"}]}, 400, UNKNOWN, "items[0].colour"),
        ("wrong content", {"items": [{**MESSAGE, "content": {}}]}, 400, TYPE, "items[0].content"),
    ],
)
CONVERSATIONS += variations(
    "conversation update",
    "/v1/conversations/@conversation",
    {},
    [
        ("no metadata", {}, 400, MISSING, "metadata"),
        ("metadata too long", {"metadata": {"a": "x" * 513}}, 400, BAD, "metadata"),
        ("unknown parameter", {"metadata": {}, "items": []}, 400, UNKNOWN, "items"),
    ],
)
CONVERSATIONS += wrong_ids(
    "conversations",
    [
        ("GET", "/v1/conversations/{id}"),
        ("DELETE", "/v1/conversations/{id}"),
        ("GET", "/v1/conversations/{id}/items"),
        ("GET", "/v1/conversations/{id}/items/@item"),
        ("DELETE", "/v1/conversations/{id}/items/@item"),
    ],
    [*STRANGE_IDS, ("deleted", "@deleted_conversation"), ("of a response", "@response")],
    "conversation_id",
)
CONVERSATIONS += wrong_ids(
    "conversations",
    [("GET", "/v1/conversations/@conversation/items/{id}"), ("DELETE", "/v1/conversations/@conversation/items/{id}")],
    [*STRANGE_IDS, ("of another conversation", "@other_item")],
    "item_id",
)
CONVERSATIONS += [
    Row(
        "conversations: update deleted",
        "POST",
        "/v1/conversations/@deleted_conversation",
        {"metadata": {}},
        404,
        "not_found",
        "conversation_id",
    ),
    Row(
        "conversations: add to deleted",
        "POST",
        "/v1/conversations/@deleted_conversation/items",
        {"items": [MESSAGE]},
        404,
        "not_found",
        "conversation_id",
    ),
    Row("conversations: limit=0", "GET", "/v1/conversations/@conversation/items?limit=0", None, 400, BAD, "limit"),
    Row("conversations: limit=101", "GET", "/v1/conversations/@conversation/items?limit=101", None, 400, BAD, "limit"),
    Row("conversations: order=up", "GET", "/v1/conversations/@conversation/items?order=up", None, 400, BAD, "order"),
    Row(
        "conversations: bad cursor",
        "GET",
        "/v1/conversations/@conversation/items?after=@other_item",
        None,
        400,
        BAD,
        "after",
    ),
    Row(
        "conversations: unknown query",
        "GET",
        "/v1/conversations/@conversation/items?page=2",
        None,
        400,
        UNKNOWN,
        "page",
    ),
    Row(
        "conversations: unknown include",
        "GET",
        "/v1/conversations/@conversation/items?include[]=x",
        None,
        400,
        BAD,
        "include[0]",
    ),
]
