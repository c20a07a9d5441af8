"""What routes of spend alerts reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    STRING,
    const,
    nullable,
    record,
)

ALERT_CHANNEL = record(
    "AlertChannel",
    "How people are told.",
    type=const("email"),
    recipients={"type": "array", "items": STRING},
    subject_prefix=nullable(STRING),
)
SPEND_ALERT = record(
    "SpendAlert",
    "Who is told when so much was spent in a month, as in OpenAI's API.",
    ALERT_CHANNEL,
    id=STRING,
    object={"type": "string", "enum": ["organization.spend_alert", "project.spend_alert"]},
    currency=const("USD"),
    interval=const("month"),
    threshold_amount={"description": "In cents."} | INTEGER,
    notification_channel=ALERT_CHANNEL.reference,
)
DELETED_ALERT = record("DeletedSpendAlert", "What was removed.", id=STRING, object=STRING, deleted=BOOLEAN)
