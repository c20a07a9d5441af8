"""What metering's routes reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    Object,
    Schema,
    const,
    nullable,
    record,
    sometimes,
)

MONEY = record("Money", "An amount.", value=NUMBER, currency=const("usd"))
HOSTED_MONEY = record(
    "HostedMoney",
    "What a hosted vendor lists for the same work, and for how many requests that is known.",
    value=NUMBER,
    currency=const("usd"),
    num_model_requests=INTEGER,
)
_GROUPS: dict[str, Schema] = {
    name: {"description": "Null unless it was grouped by, and where there is none."} | nullable(STRING)
    for name in ("project_id", "user_id", "api_key_id")
}
USAGE_MORE = record(
    "UsageMore",
    "What OpenAI has no field for.",
    MONEY,
    HOSTED_MONEY,
    reasoning_tokens=INTEGER,
    partial_requests={"description": "Those that were cut before their end."} | INTEGER,
    estimated_requests={"description": "Those whose tokens nobody counted."} | INTEGER,
    cost=MONEY.reference,
    hosted_cost=nullable(HOSTED_MONEY.reference),
)
USAGE_RESULT = sometimes(
    record(
        "UsageResult",
        "What was used, as in OpenAI's API. The first five of the rest are there where models write.",
        USAGE_MORE,
        object=STRING,
        input_tokens=INTEGER,
        num_model_requests=INTEGER,
        **_GROUPS,
        model=nullable(STRING),
        earthshine=USAGE_MORE.reference,
    ),
    output_tokens=INTEGER,
    input_cached_tokens=INTEGER,
    input_uncached_tokens=INTEGER,
    input_audio_tokens=INTEGER,
    output_audio_tokens=INTEGER,
    batch=nullable(BOOLEAN),
    service_tier=nullable(STRING),
    api_source=nullable(STRING),
)
COSTS_MORE = record(
    "CostsMore", "What OpenAI has no field for.", HOSTED_MONEY, hosted_cost=nullable(HOSTED_MONEY.reference)
)
COSTS_RESULT = record(
    "CostsResult",
    "What was spent, as in OpenAI's API.",
    MONEY,
    COSTS_MORE,
    object=const("organization.costs.result"),
    amount=MONEY.reference,
    **_GROUPS,
    line_item={"description": "A model's name, a comma and what of it."} | nullable(STRING),
    api_source=nullable(STRING),
    quantity=nullable(NUMBER),
    quantity_unit=nullable(STRING),
    earthshine=COSTS_MORE.reference,
)


def _report(name: str, result: Object) -> Object:
    bucket = record(
        f"{name}Bucket",
        "A stretch of time.",
        result,
        object=const("bucket"),
        start_time=INTEGER,
        end_time=INTEGER,
        results={"type": "array", "items": result.reference},
    )
    return record(
        f"{name}Page",
        "One page of a report's buckets; with format=csv a table.",
        bucket,
        object=const("page"),
        data={"type": "array", "items": bucket.reference},
        has_more=BOOLEAN,
        next_page=nullable(STRING),
    )


USAGE = _report("Usage", USAGE_RESULT)
COSTS = _report("Costs", COSTS_RESULT)

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
LIMIT = record(
    "Limit",
    "How much an organisation, project, key or user may use.",
    id=STRING,
    object=const("organization.limit"),
    scope={"type": "string", "enum": ["organization", "project", "key", "user"]},
    scope_id=STRING,
    kind={
        "type": "string",
        "enum": [
            "requests_per_minute",
            "tokens_per_minute",
            "requests_per_day",
            "parallel_requests",
            "spend_per_day",
            "spend_per_month",
        ],
    },
    model=nullable(STRING),
    amount=NUMBER,
    unit={"type": "string", "enum": ["requests", "tokens", "usd"]},
    created_at=INTEGER,
)
