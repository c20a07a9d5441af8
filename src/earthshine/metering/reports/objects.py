"""What reports of usage and costs reply with, as the OpenAPI document shows it."""

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
    line_item={"description": "A model's or tool's name, a comma and what of it."} | nullable(STRING),
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
