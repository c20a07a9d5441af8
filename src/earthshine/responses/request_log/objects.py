"""What the log and the journal of responses reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    NUMBER,
    SECONDS,
    STRING,
    Object,
    Schema,
    const,
    nullable,
    record,
)

PLACE = record(
    "ServingPlace",
    "Where a reply was written.",
    server={"description": "As in `/v1/models`: null for this machine, empty for an address without a public name."}
    | nullable(STRING),
    model={"description": "The model's name there."} | STRING,
)

_SUMMARY: dict[str, Schema] = {
    "id": STRING,
    "object": const("response.summary"),
    "created_at": SECONDS,
    "completed_at": {"description": "Unix seconds; null unless the status is completed."} | nullable(INTEGER),
    "status": {"type": "string", "enum": ["queued", "in_progress", "completed", "incomplete", "failed", "cancelled"]},
    "model": {"description": "As the client named it."} | STRING,
    "served_by": {"description": "The deployment that did the work; null when nothing was written."} | nullable(STRING),
    "served_at": {"description": "That deployment in names; null for one that is no longer there."}
    | nullable(PLACE.reference),
    "background": BOOLEAN,
    "user": {"description": "The person or service account; null for a key without one."} | nullable(STRING),
    "key_id": {"description": "The key, or the session of a person who signed in."} | STRING,
    "input_tokens": INTEGER,
    "cached_tokens": INTEGER,
    "output_tokens": INTEGER,
    "reasoning_tokens": INTEGER,
    "cost": {"description": "Dollars, exactly."} | STRING,
    "duration_ms": {"description": "From its row's writing to its end; null until then."} | nullable(INTEGER),
    "time_to_first_token_ms": {"description": "Null while it is being written."} | nullable(INTEGER),
    "tokens_per_second": {"description": "After the first token."} | nullable(NUMBER),
    "previous_response_id": nullable(STRING),
    "error_code": nullable(STRING),
    "own": {"description": "Whether it was made for the person, service account or nameless key that asks."} | BOOLEAN,
    "readable": {"description": "Whether who asks may read its words."} | BOOLEAN,
}

RESPONSE_SUMMARY = record("ResponseSummary", "One line of a project's request log.", PLACE, **_SUMMARY)

_MOMENT = {"description": "Unix milliseconds; null before, and for responses of earlier versions."} | nullable(INTEGER)

JOURNAL_PART = record(
    "JournalPart",
    "What one step of a response used and cost.",
    name={"description": "The model or tool."} | STRING,
    unit={"description": "tokens, seconds, searches, sessions, gigabyte_days or training_tokens."} | STRING,
    quantity=NUMBER,
    cost={"description": "In dollars."} | STRING,
)
JOURNAL_COSTS = record(
    "JournalCosts",
    "What a response cost by part, in dollars.",
    JOURNAL_PART,
    input={"description": "For what was not cached."} | STRING,
    cached_input=STRING,
    output=STRING,
    time=STRING,
    units={"description": "For what tools used and is neither tokens nor time."} | STRING,
    parts={"type": "array", "items": JOURNAL_PART.reference},
    hosted={"description": "What a hosted vendor lists for the same work; null when unknown."} | nullable(STRING),
)
JOURNAL_SUMMARY = record(
    "JournalSummary",
    "A response in figures, and what was asked.",
    JOURNAL_COSTS,
    **_SUMMARY,
    queued_at_ms=_MOMENT,
    begun_at_ms=_MOMENT,
    first_token_at_ms=_MOMENT,
    ended_at_ms=_MOMENT,
    instance={"description": "The server process that wrote it last."} | nullable(STRING),
    takeovers={"description": "How often a process took it up again after a crash or a restart."} | INTEGER,
    events=INTEGER,
    bytes={"description": "Of all events."} | INTEGER,
    costs=JOURNAL_COSTS.reference,
    request={"description": "The body that was sent, its input in the shortest form, to be sent again."} | ANYTHING,
)
JOURNAL_EVENT = record(
    "JournalEvent",
    "One event as it is stored.",
    sequence_number=INTEGER,
    type=STRING,
    stored_at_ms={
        "description": "Unix milliseconds of its commit, shared by all events of one batch; null for "
        "events of earlier versions."
    }
    | nullable(INTEGER),
    size={"description": "Bytes."} | INTEGER,
    event=ANYTHING,
)
JOURNAL: Object = record(
    "ResponseJournal",
    "One page of a response's journal.",
    JOURNAL_SUMMARY,
    JOURNAL_EVENT,
    object=const("response.journal"),
    response_id=STRING,
    summary=JOURNAL_SUMMARY.reference,
    data={"type": "array", "items": JOURNAL_EVENT.reference},
    has_more=BOOLEAN,
    last_sequence_number={"description": "To be sent as `after` for the next page."} | nullable(INTEGER),
)
