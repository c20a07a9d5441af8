"""What the log and the journal of responses reply with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from earthshine.responses.objects import Status
from earthshine.wire.objects import Seconds

Moment = Annotated[int, Field(description="Unix milliseconds; null before, and for responses of earlier versions.")]


class ServingPlace(TypedDict):
    """Where a reply was written."""

    server: str | None
    """As in `/v1/models`: null for this machine, empty for an address without a public name."""
    model: str
    """The model's name there."""


class ResponseSummary(TypedDict):
    """One line of a project's request log."""

    id: str
    object: Literal["response.summary"]
    created_at: Seconds
    completed_at: int | None
    """Unix seconds; null unless the status is completed."""
    status: Status
    model: str
    """As the client named it."""
    served_by: str | None
    """The deployment that did the work; null when nothing was written."""
    served_at: ServingPlace | None
    """That deployment in names; null for one that is no longer there."""
    background: bool
    user: str | None
    """The person or service account; null for a key without one."""
    key_id: str
    """The key, or the session of a person who signed in."""
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    reasoning_tokens: int
    cost: str
    """Dollars, exactly."""
    duration_ms: int | None
    """From its row's writing to its end; null until then."""
    time_to_first_token_ms: int | None
    """Null while it is being written."""
    tokens_per_second: float | None
    """After the first token."""
    previous_response_id: str | None
    error_code: str | None
    own: bool
    """Whether it was made for the person, service account or nameless key that asks."""
    readable: bool
    """Whether who asks may read its words."""


class JournalPart(TypedDict):
    """What one step of a response used and cost."""

    name: str
    """The model or tool."""
    unit: str
    """tokens, seconds, searches, sessions, gigabyte_days or training_tokens."""
    quantity: float
    cost: str
    """In dollars."""


class JournalCosts(TypedDict):
    """What a response cost by part, in dollars."""

    input: str
    """For what was not cached."""
    cached_input: str
    output: str
    time: str
    units: str
    """For what tools used and is neither tokens nor time."""
    parts: list[JournalPart]
    hosted: str | None
    """What a hosted vendor lists for the same work; null when unknown."""


class JournalSummary(ResponseSummary):
    """A response in figures, and what was asked."""

    queued_at_ms: Moment | None
    begun_at_ms: Moment | None
    first_token_at_ms: Moment | None
    ended_at_ms: Moment | None
    instance: str | None
    """The server process that wrote it last."""
    takeovers: int
    """How often a process took it up again after a crash or a restart."""
    events: int
    bytes: int
    """Of all events."""
    costs: JournalCosts
    request: dict[str, Any]
    """The body that was sent, its input in the shortest form, to be sent again."""


class JournalEvent(TypedDict):
    """One event as it is stored."""

    sequence_number: int
    type: str
    stored_at_ms: int | None
    """Unix milliseconds of its commit, shared by all events of one batch; null for events of earlier versions."""
    size: int
    """Bytes."""
    event: Annotated[Any, WithJsonSchema({"type": "object"})]


class ResponseJournal(TypedDict):
    """One page of a response's journal."""

    object: Literal["response.journal"]
    response_id: str
    summary: JournalSummary
    data: list[JournalEvent]
    has_more: bool
    last_sequence_number: int | None
    """To be sent as `after` for the next page."""
