"""What routes of limits reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.metering.limits.kinds import KINDS
from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    const,
    nullable,
    record,
    sometimes,
)

RATE_LIMIT = sometimes(
    record(
        "ProjectRateLimit",
        "How often a project may use one model, as in OpenAI's API; 9007199254740991 means no limit.",
        id=STRING,
        object=const("project.rate_limit"),
        model=STRING,
        max_requests_per_1_minute=INTEGER,
        max_tokens_per_1_minute=INTEGER,
    ),
    max_requests_per_1_day=INTEGER,
)
ENFORCEMENT = record(
    "Enforcement",
    "Whether a limit keeps requests out now.",
    status={"type": "string", "enum": ["enforcing", "inactive"]},
)
SPEND_LIMIT = record(
    "SpendLimit",
    "What may be spent in a month, as in OpenAI's API.",
    ENFORCEMENT,
    object={"type": "string", "enum": ["organization.spend_limit", "project.spend_limit"]},
    currency=const("USD"),
    interval=const("month"),
    threshold_amount={"description": "In cents."} | INTEGER,
    enforcement=ENFORCEMENT.reference,
)
DELETED = record("Removed", "Something that has no id of its own was removed.", object=STRING, deleted=BOOLEAN)
MODEL_PERMISSIONS = record(
    "ModelPermissions",
    "Which models a project may use, as in OpenAI's API.",
    object=const("project.model_permissions"),
    mode={"type": "string", "enum": ["allow_list", "deny_list"]},
    model_ids={"type": "array", "items": STRING},
)

LIMIT = record(
    "Limit",
    "How much an organisation, project, key or user may use.",
    id=STRING,
    object=const("organization.limit"),
    scope={"type": "string", "enum": ["organization", "project", "key", "user"]},
    scope_id=STRING,
    kind={
        "type": "string",
        "enum": list(KINDS),
    },
    model=nullable(STRING),
    amount=NUMBER,
    unit={"type": "string", "enum": list(dict.fromkeys(terms.unit for terms in KINDS.values()))},
    created_at=INTEGER,
)
