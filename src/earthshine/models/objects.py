"""What the catalog, downloads, engines and the machine reply with, as the OpenAPI document shows them."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    SECONDS_OR_NULL,
    STRING,
    STRINGS,
    const,
    list_of,
    nullable,
    record,
)

CATALOG_ENTRY = record(
    "CatalogEntry",
    "A model of our list, seen from this machine.",
    object=const("catalog.entry"),
    name=STRING,
    source=STRING,
    abilities=STRINGS,
    family=STRING,
    owner=STRING,
    parameters=INTEGER,
    active_parameters={"description": "Used for each token; fewer than all in a mixture of experts."} | INTEGER,
    quantization=STRING,
    context_length=INTEGER,
    size={"description": "Bytes to fetch."} | INTEGER,
    licence=STRING,
    description=STRING,
    fits={"description": "Whether it runs on this machine."} | BOOLEAN,
    needs_memory={"description": "Bytes: weights, attention cache of one full reply, and the engine."} | INTEGER,
    fit={"description": "In words."} | STRING,
    speed={"description": "An estimate for the processor: fast, usable or slow; empty when it runs elsewhere."}
    | STRING,
    server={"description": "Too large for one ordinary machine: to be served elsewhere, as an upstream."} | BOOLEAN,
    reachable={
        "description": "Whether one of its sources answered from here, in the last minutes.",
        "type": "string",
        "enum": ["yes", "no", "unknown"],
    },
    recommended={
        "description": "The largest everyday assistant that fits in half of the memory, is quick enough and can be had."
    }
    | BOOLEAN,
    installed_as={"description": "The installed model that has its weights."} | nullable(STRING),
    download_id={"description": "The download that is fetching it, or began to."} | nullable(STRING),
    checked={"description": "Where and when the facts were looked up."} | STRING,
)
CATALOG = list_of(CATALOG_ENTRY, "Catalog", "Our list, smallest model first.")
FAILURE = record("Failure", "Why something failed.", code=STRING, message=STRING)
DOWNLOAD = record(
    "CatalogDownload",
    "A model that is, or was, being fetched onto this server's machine.",
    FAILURE,
    id=STRING,
    object=const("catalog.download"),
    model={"description": "The name under which it is installed."} | STRING,
    source=STRING,
    state={"type": "string", "enum": ["running", "completed", "failed", "cancelled", "interrupted"]},
    stage={"description": "Of a running one: waiting, asking, checking, downloading, unpacking, verifying or retrying."}
    | nullable(STRING),
    note={"description": "Why it waits or retries."} | nullable(STRING),
    bytes_done={"description": "Of the stage; for one that is not running, what is kept."} | INTEGER,
    bytes_total=nullable(INTEGER),
    bytes_per_second=nullable(INTEGER),
    created_at=INTEGER,
    ended_at=nullable(INTEGER),
    error=nullable(FAILURE.reference),
)
DOWNLOADS = list_of(DOWNLOAD, "CatalogDownloadList", "All downloads, newest first.")
PROOF = record(
    "Proof",
    "What a canary call at load time found that the model really does.",
    tool_format={"description": "The format of tool calls that works with its template; null when none does."}
    | nullable(STRING),
    detail={"description": "What was tried and what came back."} | STRING,
)
LOAD = record(
    "EngineLoadProgress",
    "How far a load is. It never goes back, and a trial call follows the last byte.",
    bytes={"description": "Of memory that are filled."} | INTEGER,
    total_bytes={"description": "Of memory that will be: weights and attention caches."} | INTEGER,
    percent={"description": "From 0 to 99."} | INTEGER,
)
ENGINE = record(
    "Engine",
    "A model that this server has loaded, is loading or could not load.",
    LOAD,
    PROOF,
    FAILURE,
    object=const("engine"),
    model=STRING,
    engine={"description": "What runs it: llamacpp, openai_compatible, scripted, or one of a plugin."} | STRING,
    state={
        "description": "`leaving`: unloaded as soon as its last request has ended. `loading` also while it is "
        "restarted or does not answer.",
        "type": "string",
        "enum": ["loading", "ready", "failed", "leaving"],
    },
    memory={"description": "Bytes; 0 when it runs elsewhere."} | INTEGER,
    load={"description": "While it is being loaded, where its engine tells."} | nullable(LOAD.reference),
    context_length={"description": "Tokens of prompt and output for one reply; 0 when unknown or not ready."} | INTEGER,
    slots={"description": "Replies that it writes at the same time; null when it runs elsewhere."} | nullable(INTEGER),
    requests={"description": "In progress, or waiting for it."} | INTEGER,
    ready_at=SECONDS_OR_NULL,
    abilities=STRINGS,
    proof={"description": "Null until it was loaded once, and for models that run elsewhere."}
    | nullable(PROOF.reference),
    error=nullable(FAILURE.reference),
)
ENGINES = record(
    "EngineList",
    "What this server has loaded.",
    ENGINE,
    object=const("list"),
    data={"type": "array", "items": ENGINE.reference},
    memory={"description": "Bytes that all take together."} | INTEGER,
    memory_budget={"description": "Bytes that all may take together."} | INTEGER,
)
ENGINE_KIND = record(
    "EngineKind",
    "A kind of engine, and whether what it needs is installed.",
    name=STRING,
    available=BOOLEAN,
    detail={"description": "What to install where it is not available."} | STRING,
)
MACHINE = record(
    "Machine",
    "What the machine of this server has. Sizes are bytes.",
    ENGINE_KIND,
    object=const("machine"),
    version={"description": "Of Earthshine."} | STRING,
    platform=STRING,
    cores={"description": "Physical cores that the server may use."} | INTEGER,
    cpu=STRING,
    cpu_flags=STRINGS,
    memory={"description": "Of the machine or its container; 0 when unknown."} | INTEGER,
    memory_budget={"description": "What all loaded models may take together."} | INTEGER,
    disk_free={"description": "On the disk of the data directory."} | INTEGER,
    disk_total=INTEGER,
    gpus=STRINGS,
    engines={"type": "array", "items": ENGINE_KIND.reference},
    load={"description": "The system's load average of one minute; null where there is none."} | nullable(NUMBER),
)
