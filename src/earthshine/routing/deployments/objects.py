"""What the deployments' routes reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion


class DeploymentPrices(TypedDict):
    """Dollars per million tokens, and per hour."""

    input: str
    """A decimal number in a string."""
    cached_input: str
    """A decimal number in a string."""
    output: str
    """A decimal number in a string."""
    per_hour: str
    """A decimal number in a string."""


class DeploymentState(TypedDict):
    """How a deployment does, as the server process that answers sees it."""

    circuit: Literal["closed", "open", "half_open"]
    asked: bool
    """Whether anything was sent to it since this process started, or since it was changed."""
    usable: bool
    retry_after: float | None
    """Seconds until it is tried again."""
    last_error: str | None
    outstanding: int
    """Requests that were given to it and have not ended."""
    places: int | None
    """Calls that it takes at the same time; null means no limit."""
    in_use: int
    waiting: int
    calls: dict[str, int]
    """Since the start, by how they ended."""


class Deployment(TypedDict):
    """A place that serves a model, and its terms."""

    id: str
    object: Literal["deployment"]
    created_at: int
    source: Literal["api", "settings", "catalog"]
    model: str
    """Our name."""
    kind: Literal["upstream", "local"]
    target: str
    """Its name there."""
    base_url: str | None
    key_prefix: str | None
    """The beginning of its key, which is never shown whole."""
    enabled: bool
    priority: int
    weight: float
    price: DeploymentPrices
    max_parallel: int | None
    requests_per_minute: int | None
    tokens_per_minute: int | None
    timeout: float
    connect_timeout: float
    continues: Literal["none", "prefill", "vllm", "prefix", "partial"]
    context_length: int | None
    abilities: list[str]
    state: DeploymentState | None
    """Null for one that is not in use."""
    fault: str | None
    """What keeps it from being used."""


class DeletedDeployment(Deletion):
    """What was removed."""

    object: Literal["deployment.deleted"]


class DeploymentCheck(TypedDict):
    """Whether a deployment answers."""

    id: str
    object: Literal["deployment.check"]
    ok: bool
    seconds: float
    error: str | None
