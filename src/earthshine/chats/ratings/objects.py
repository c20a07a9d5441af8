"""What the routes of ratings reply with; a rating in its chat is `ChatRating`."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.chats.schemas import Reason, Verdict
from earthshine.wire.objects import Deletion


class Rating(TypedDict):
    """What somebody thinks of a reply, without the chat that it was given in. Time is Unix seconds."""

    object: Literal["rating"]
    id: str
    model: str
    user: str | None
    rating: Verdict
    reasons: list[Reason]
    comment: str
    created_at: int


class RatingReasonCount(TypedDict):
    """How often a reason was given."""

    reason: str
    count: int


class RatingSummary(TypedDict):
    """What people think of one model's replies."""

    object: Literal["rating.summary"]
    id: str
    """The model."""
    good: int
    bad: int
    reasons: list[RatingReasonCount]


class DeletedChatRating(Deletion):
    """What was removed."""

    object: Literal["chat.rating.deleted"]
