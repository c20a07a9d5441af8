"""The objects of `/v1/chats`, as the OpenAPI document shows them."""

from __future__ import annotations

from typing import get_args

from earthshine.chats.schemas import Reason, Verdict
from earthshine.openapi.objects import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    RESPONSE,
    STRING,
    Schema,
    const,
    nullable,
    record,
)

EFFORT: Schema = {
    "anyOf": [
        {"type": "string", "enum": ["none", "minimal", "low", "medium", "high", "xhigh", "max"]},
        {"type": "null"},
    ]
}

CHAT_SETTINGS = record(
    "ChatSettingsInForce",
    "What the replies of a chat are asked for with; null leaves it to the model or the installation.",
    model=nullable(STRING),
    instructions=nullable(STRING),
    temperature=nullable(NUMBER),
    top_p=nullable(NUMBER),
    max_output_tokens=nullable(INTEGER),
    reasoning_effort=EFFORT,
)
CHAT = record(
    "Chat",
    "A conversation of one person: a tree of turns. Times are Unix seconds.",
    CHAT_SETTINGS,
    id=STRING,
    object=const("chat"),
    title=STRING,
    title_source={"type": "string", "enum": ["first_words", "model", "person"]},
    created_at=INTEGER,
    updated_at=INTEGER,
    pinned=BOOLEAN,
    archived=BOOLEAN,
    space_id=nullable(STRING),
    assistant_id=nullable(STRING),
    settings=CHAT_SETTINGS.reference,
    current_turn_id={"description": "The last turn of the branch that was looked at last."} | nullable(STRING),
    draft=STRING,
    draft_updated_at=nullable(INTEGER),
    running={"description": "Whether a reply is being written or waits to be."} | BOOLEAN,
)
TURN_ERROR = record(
    "ChatTurnError",
    "Why a turn has no reply, and what to do next.",
    code=STRING,
    message=STRING,
)
RATING = record(
    "ChatRating",
    "What the person thinks of a reply. Time is Unix seconds.",
    object=const("chat.rating"),
    rating={"type": "string", "enum": list(get_args(Verdict))},
    reasons={"type": "array", "items": {"type": "string", "enum": list(get_args(Reason))}},
    comment=STRING,
    created_at={"description": "When it was given, or changed."} | INTEGER,
)
TURN = record(
    "ChatTurn",
    "What a person said, and the one response to it. Time is Unix seconds.",
    RESPONSE,
    TURN_ERROR,
    RATING,
    id=STRING,
    object=const("chat.turn"),
    chat_id=STRING,
    parent_id=nullable(STRING),
    group_id={"description": "Shared by turns that ask several models the same."} | nullable(STRING),
    created_at=INTEGER,
    status={"type": "string", "enum": ["queued", "in_progress", "completed", "incomplete", "cancelled", "failed"]},
    input={"type": "array", "items": ANYTHING, "description": "The items that the person sent."},
    response_id={"description": "Null until the response has begun."} | nullable(STRING),
    response=nullable(RESPONSE.reference),
    sibling_ids={
        "type": "array",
        "items": STRING,
        "description": "All turns with the same parent, oldest first, this one included.",
    },
    versions={
        "type": "array",
        "items": {"type": "array", "items": STRING},
        "description": "The same turns by question: a list of replies for each thing that was said. A reply that was "
        "gone on with is left out in favour of the longer one.",
    },
    can_continue={"description": "Whether its reply was cut, and its model can go on with it: see `continues`."}
    | BOOLEAN,
    error=nullable(TURN_ERROR.reference),
    rating={"description": "Null when it was not rated."} | nullable(RATING.reference),
)
TURN_TOKENS = record(
    "ChatTurnTokens",
    "Where the prompt tokens of a reply came from.",
    object=const("chat.turn.tokens"),
    input_tokens=INTEGER,
    written_tokens={"description": "Text that the person or the model wrote, instructions included."} | INTEGER,
    added_tokens={"description": "All else: what the model's template and this product added."} | INTEGER,
)
