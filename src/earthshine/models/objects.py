"""What the catalog, downloads, engines and the machine reply with."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from earthshine.catalog.offers import CardFacts
from earthshine.catalog.reachability import Reach
from earthshine.wire.objects import Deletion, Seconds

EngineCondition = Literal["loading", "ready", "failed", "leaving"]


class MeasuredSpeed(TypedDict):
    """How quick a model is here by one build of the engine."""

    build: str
    devices: list[str]
    """What it reaches beside the processor."""
    reads: float
    """Tokens of a prompt in a second."""
    writes: float
    """Tokens of one reply in a second."""


class CatalogEntry(CardFacts):
    """A model of our list, seen from this machine."""

    object: Literal["catalog.entry"]
    owner: str
    active_parameters: int
    """Used for each token; fewer than all in a mixture of experts."""
    server: bool
    """Too large for one ordinary machine: to be served elsewhere, as an upstream."""
    reachable: Reach
    """Whether one of its sources answered from here, in the last minutes."""
    recommended: bool
    """The largest everyday assistant that fits in half of the memory, is quick enough and can be had."""
    figures: list[MeasuredSpeed]
    """What was measured here with it, where it is installed."""
    installed_as: str | None
    """The installed model that has its weights."""
    download_id: str | None
    """The download that is fetching it, or began to."""
    checked: str
    """Where and when the facts were looked up."""


class Catalog(TypedDict):
    """Our list, smallest model first."""

    object: Literal["list"]
    data: list[CatalogEntry]


class Failure(TypedDict):
    """Why something failed."""

    code: str
    message: str


class CatalogDownload(TypedDict):
    """A model that is, or was, being fetched onto this server's machine."""

    id: str
    object: Literal["catalog.download"]
    model: str
    """The name under which it is installed."""
    source: str
    state: Literal["running", "completed", "failed", "cancelled", "interrupted"]
    stage: str | None
    """Of a running one: waiting, asking, checking, downloading, unpacking, verifying or retrying."""
    note: str | None
    """Why it waits or retries."""
    bytes_done: int
    """Of the stage; for one that is not running, what is kept."""
    bytes_total: int | None
    bytes_per_second: int | None
    created_at: int
    ended_at: int | None
    error: Failure | None


class CatalogDownloadList(TypedDict):
    """All downloads, newest first."""

    object: Literal["list"]
    data: list[CatalogDownload]


class Proof(TypedDict):
    """What a canary call at load time found that the model really does."""

    tool_format: str | None
    """The format of tool calls that works with its template; null when none does."""
    detail: str
    """What was tried and what came back."""


class EngineLoadProgress(TypedDict):
    """How far a load is. It never goes back, and a trial call follows the last byte."""

    bytes: int
    """Of memory that are filled."""
    total_bytes: int
    """Of memory that will be: weights and attention caches."""
    percent: int
    """From 0 to 99."""


class EngineDevice(TypedDict):
    """What a device holds of a loaded model."""

    id: str
    """As in the list of devices."""
    layers: int
    memory: int
    """Bytes."""


class Engine(TypedDict):
    """A model that this server has loaded, is loading or could not load."""

    object: Literal["engine"]
    model: str
    engine: str
    """What runs it: llamacpp, openai_compatible, scripted, or one of a plugin."""
    state: EngineCondition
    """`leaving`: unloaded as soon as its last request has ended. `loading` also while it is restarted or does not
    answer."""
    memory: int
    """Bytes; 0 when it runs elsewhere."""
    devices: list[EngineDevice]
    """What devices hold of it; empty where it runs on the processor alone, or elsewhere."""
    load: EngineLoadProgress | None
    """While it is being loaded, where its engine tells."""
    context_length: int
    """Tokens of prompt and output for one reply; 0 when unknown or not ready."""
    slots: int | None
    """Replies that it writes at the same time; null when it runs elsewhere."""
    requests: int
    """In progress, or waiting for it."""
    ready_at: Seconds | None
    abilities: list[str]
    proof: Proof | None
    """Null until it was loaded once, and for models that run elsewhere."""
    error: Failure | None


class EngineList(TypedDict):
    """What this server has loaded."""

    object: Literal["list"]
    data: list[Engine]
    memory: int
    """Bytes that all take together."""
    memory_budget: int
    """Bytes that all may take together."""


class EngineKind(TypedDict):
    """A kind of engine, and whether what it needs is installed."""

    name: str
    available: bool
    detail: str
    """What to install where it is not available."""


class Machine(TypedDict):
    """What the machine of this server has. Sizes are bytes."""

    object: Literal["machine"]
    version: str
    """Of Earthshine."""
    platform: str
    cores: int
    """Physical cores that the server may use."""
    cpu: str
    cpu_flags: list[str]
    memory: int
    """Of the machine or its container; 0 when unknown."""
    memory_budget: int
    """What all loaded models may take together."""
    disk_free: int
    """On the disk of the data directory."""
    disk_total: int
    gpus: list[str]
    engines: list[EngineKind]
    load: float | None
    """The system's load average of one minute; null where there is none."""


class DeletedModel(Deletion):
    """What was removed."""

    object: Literal["model"]


class UnloadedEngine(Deletion):
    """What was removed."""

    object: Literal["engine"]


class ModelMore(TypedDict, extra_items=Any):
    """What OpenAI has no field for."""

    alias_of: str | None
    abilities: list[str]
    weak_vectors: bool
    """Its vectors are the average of a chat model's states, which compares texts poorly."""
    engine: str
    """What runs it: llamacpp, vllm, sglang, openai_compatible, scripted, or one of a plugin."""
    family: str
    parameters: int | None
    quantization: str | None
    context_length: int
    """Tokens that it is served with; 0 when unknown."""
    server: str | None
    """The server that answers: a name of the settings, or its host; empty for an address without a public name, null
    for this machine."""
    size: int
    licence: str
    description: str


class Model(TypedDict):
    """A model that requests can name."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    earthshine: ModelMore


class ModelList(TypedDict):
    """All models."""

    object: Literal["list"]
    data: list[Model]
