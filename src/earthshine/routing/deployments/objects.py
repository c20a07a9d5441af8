"""What the deployments' routes reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    Object,
    Schema,
    const,
    deleted,
    nullable,
    page_of,
    record,
)

_DOLLARS: Schema = {"description": "A decimal number in a string."} | STRING

PRICE = record(
    "DeploymentPrices",
    "Dollars per million tokens, and per hour.",
    input=_DOLLARS,
    cached_input=_DOLLARS,
    output=_DOLLARS,
    per_hour=_DOLLARS,
)
STATE = record(
    "DeploymentState",
    "How a deployment does, as the server process that answers sees it.",
    circuit={"type": "string", "enum": ["closed", "open", "half_open"]},
    asked={"description": "Whether anything was sent to it since this process started, or since it was changed."}
    | BOOLEAN,
    usable=BOOLEAN,
    retry_after={"description": "Seconds until it is tried again."} | nullable(NUMBER),
    last_error=nullable(STRING),
    outstanding={"description": "Requests that were given to it and have not ended."} | INTEGER,
    places={"description": "Calls that it takes at the same time; null means no limit."} | nullable(INTEGER),
    in_use=INTEGER,
    waiting=INTEGER,
    calls={
        "description": "Since the start, by how they ended.",
        "type": "object",
        "additionalProperties": INTEGER,
    },
)
DEPLOYMENT = record(
    "Deployment",
    "A place that serves a model, and its terms.",
    PRICE,
    STATE,
    id=STRING,
    object=const("deployment"),
    created_at=INTEGER,
    source={"type": "string", "enum": ["api", "settings", "catalog"]},
    model={"description": "Our name."} | STRING,
    kind={"type": "string", "enum": ["upstream", "local"]},
    target={"description": "Its name there."} | STRING,
    base_url=nullable(STRING),
    key_prefix={"description": "The beginning of its key, which is never shown whole."} | nullable(STRING),
    enabled=BOOLEAN,
    priority=INTEGER,
    weight=NUMBER,
    price=PRICE.reference,
    max_parallel=nullable(INTEGER),
    requests_per_minute=nullable(INTEGER),
    tokens_per_minute=nullable(INTEGER),
    timeout=NUMBER,
    connect_timeout=NUMBER,
    continues={"type": "string", "enum": ["none", "prefill", "vllm", "prefix", "partial"]},
    context_length=nullable(INTEGER),
    abilities={"type": "array", "items": STRING},
    state={"description": "Null for one that is not in use."} | nullable(STATE.reference),
    fault={"description": "What keeps it from being used."} | nullable(STRING),
)
DEPLOYMENTS = page_of(DEPLOYMENT)
DELETED_DEPLOYMENT = deleted("DeletedDeployment", "deployment.deleted")
DEPLOYMENT_CHECK: Object = record(
    "DeploymentCheck",
    "Whether a deployment answers.",
    id=STRING,
    object=const("deployment.check"),
    ok=BOOLEAN,
    seconds=NUMBER,
    error=nullable(STRING),
)
