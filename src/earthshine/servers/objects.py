"""What the servers' routes reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import BOOLEAN, INTEGER, NUMBER, STRING, const, list_of, nullable, record

_SURE = {"type": "string", "enum": ["told", "guessed"]}
_CONTINUES = {"type": "string", "enum": ["none", "prefill", "vllm", "prefix", "partial"]}

VENDOR = record(
    "ServerVendor",
    "A kind of server, or a hosted vendor, that is known beforehand.",
    object=const("server.vendor"),
    id=STRING,
    name=STRING,
    base_url={"description": "Where it usually is."} | STRING,
    key={"description": "Whether it wants a key."} | BOOLEAN,
    local={"description": "A program that people run themselves."} | BOOLEAN,
)
VENDORS = list_of(VENDOR, "ServerVendorList", "The servers that are known beforehand.")
ABILITY = record("ServerModelAbility", "What a model can do, and how that is known.", ability=STRING, sure=_SURE)
PRICE = record(
    "ServerModelPrice",
    "Dollars per million tokens, where the server tells.",
    input=nullable(STRING),
    cached_input=nullable(STRING),
    output=nullable(STRING),
)
MODEL = record(
    "ServerModel",
    "A model that a server lists.",
    ABILITY,
    PRICE,
    target={"description": "Its name there."} | STRING,
    suggested_name={"description": "A name that no other model here has."} | STRING,
    served_as={"description": "The name under which it is offered already from that address."} | nullable(STRING),
    abilities={"type": "array", "items": ABILITY.reference},
    context_length={"description": "Tokens of prompt plus reply."} | nullable(INTEGER),
    context_sure={"type": "string", "enum": ["told", "guessed", "unknown"]},
    context_most={"description": "What it was made for, where its server may give it less."} | nullable(INTEGER),
    price=nullable(PRICE.reference),
)
SERVER = record(
    "Server",
    "What stands at an address.",
    MODEL,
    object=const("server"),
    base_url={"description": "The address that was taken of those that may have been meant."} | STRING,
    vendor={"description": "Who or what it is, if that is known."} | nullable(STRING),
    continues=_CONTINUES,
    listed={"description": "Whether it has a list; else its models are to be named."} | BOOLEAN,
    left_out={"description": "Models beyond those that are shown."} | INTEGER,
    models={"type": "array", "items": MODEL.reference},
)
FAILURE = record("ServerTestFailure", "Why a request failed.", code=STRING, message=STRING)
RESULT = record(
    "ServerTestResult",
    "How one request went.",
    FAILURE,
    probe={"type": "string", "enum": ["chat", "embedding", "tools", "vision"]},
    ok=BOOLEAN,
    seconds=NUMBER,
    said={"description": "The beginning of the reply, the tool called, or the length of the vector."} | STRING,
    error=nullable(FAILURE.reference),
)
TEST = record(
    "ServerTest",
    "How a model answers.",
    RESULT,
    object=const("server.test"),
    target=STRING,
    ok={"description": "Whether all went well."} | BOOLEAN,
    results={"type": "array", "items": RESULT.reference},
)
PRIVATE = record(
    "PrivateAddresses",
    "Whether deployments of the API may be at addresses of this machine and its network.",
    object=const("private_addresses"),
    allowed=BOOLEAN,
    origin={
        "description": "Who says so. What the settings say cannot be switched.",
        "type": "string",
        "enum": ["settings", "console", "default"],
    },
)
