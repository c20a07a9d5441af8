"""What metering's routes reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import ANYTHING, BOOLEAN, INTEGER, NUMBER, STRING, const, nullable, record, theirs

REPORT = record(
    "Report",
    "One page of a report's buckets; with format=csv a table.",
    object=const("page"),
    data={"type": "array", "items": ANYTHING},
    has_more=BOOLEAN,
    next_page=nullable(STRING),
)
RATE_LIMIT = theirs(
    "ProjectRateLimit",
    "How often a project may use one model, as in OpenAI's API.",
    id=STRING,
    object=const("project.rate_limit"),
    model=STRING,
    max_requests_per_1_minute=INTEGER,
    max_tokens_per_1_minute=INTEGER,
)
SPEND_LIMIT = theirs(
    "SpendLimit",
    "What may be spent in a month, as in OpenAI's API.",
    object=STRING,
    currency=const("USD"),
    interval=const("month"),
    threshold_amount=INTEGER,
    enforcement=ANYTHING,
)
DELETED = record("Removed", "Something that has no id of its own was removed.", object=STRING, deleted=BOOLEAN)
MODEL_PERMISSIONS = record(
    "ModelPermissions",
    "Which models a project may use, as in OpenAI's API.",
    object=const("project.model_permissions"),
    mode={"type": "string", "enum": ["allow_list", "deny_list"]},
    model_ids={"type": "array", "items": STRING},
)
SPEND_ALERT = theirs(
    "SpendAlert",
    "Who is told when so much was spent in a month, as in OpenAI's API.",
    id=STRING,
    object=STRING,
    threshold_amount=INTEGER,
    notification_channel=ANYTHING,
)
DELETED_ALERT = record("DeletedSpendAlert", "What was removed.", id=STRING, object=STRING, deleted=BOOLEAN)
LIMIT = record(
    "Limit",
    "How much an organisation, project, key or user may use.",
    id=STRING,
    object=const("organization.limit"),
    scope=STRING,
    scope_id=STRING,
    kind=STRING,
    model=nullable(STRING),
    amount=NUMBER,
    unit={"type": "string", "enum": ["requests", "tokens", "usd"]},
    created_at=INTEGER,
)
