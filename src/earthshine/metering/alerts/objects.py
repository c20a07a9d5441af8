"""What routes of spend alerts reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class AlertChannel(TypedDict):
    """How people are told."""

    type: Literal["email"]
    recipients: list[str]
    subject_prefix: str | None


class SpendAlert(TypedDict):
    """Who is told when so much was spent in a month, as in OpenAI's API."""

    id: str
    object: Literal["organization.spend_alert", "project.spend_alert"]
    currency: Literal["USD"]
    interval: Literal["month"]
    threshold_amount: int
    """In cents."""
    notification_channel: AlertChannel


class DeletedSpendAlert(TypedDict):
    """What was removed."""

    id: str
    object: str
    deleted: bool
