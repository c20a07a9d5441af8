"""What the wire says under `/earthshine/v1/deployments`, a documented extension of OpenAI's API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from earthshine.wire import BoundedModel

Ability = Literal["chat", "embedding", "tools", "json_schema", "vision", "logprobs"]

_COUNT = 2**31 - 1
_Dollars = Annotated[str, Field(max_length=32)]


class DeploymentPrice(BoundedModel):
    """Dollars per million tokens, and per hour."""

    model_config = ConfigDict(extra="forbid", strict=True)

    input: _Dollars | None = None
    cached_input: _Dollars | None = None
    output: _Dollars | None = None
    per_hour: _Dollars | None = None


class _Terms(BoundedModel):
    """What may also be changed later. What is not given, or null, is left as it is or takes its default."""

    model_config = ConfigDict(extra="forbid", strict=True)

    target: str | None = Field(default=None, min_length=1, max_length=256)
    base_url: str | None = Field(default=None, max_length=2048)
    api_key: str | None = Field(default=None, max_length=4096, repr=False)
    enabled: bool | None = None
    priority: int | None = Field(default=None, ge=0, le=100)
    weight: float | None = Field(default=None, gt=0, le=1000)
    price: DeploymentPrice | None = None
    max_parallel: int | None = Field(default=None, ge=1, le=_COUNT)
    requests_per_minute: int | None = Field(default=None, ge=1, le=_COUNT)
    tokens_per_minute: int | None = Field(default=None, ge=1, le=_COUNT)
    timeout: float | None = Field(default=None, gt=0, le=86400)
    connect_timeout: float | None = Field(default=None, gt=0, le=600)
    continues: Literal["none", "prefill", "vllm", "prefix", "partial"] | None = None
    context_length: int | None = Field(default=None, ge=0, le=_COUNT)
    abilities: list[Ability] | None = Field(default=None, max_length=6)

    def spec(self) -> dict[str, Any]:
        """Return what was given, but for the key."""
        return self.model_dump(exclude_none=True, exclude={"api_key"})


class CreateDeployment(_Terms):
    """The body of `POST /earthshine/v1/deployments`."""

    model: str = Field(min_length=1, max_length=256)
    kind: Literal["upstream", "local"] = "upstream"

    @model_validator(mode="after")
    def _whole(self) -> CreateDeployment:
        if self.kind == "upstream" and not self.base_url:
            raise ValueError("an upstream's deployment needs `base_url`")
        if self.kind == "local" and (self.base_url or self.api_key):
            raise ValueError("a model on this machine has neither `base_url` nor `api_key`")
        return self


class UpdateDeployment(_Terms):
    """The body of `POST /earthshine/v1/deployments/{id}`. Limits are removed with `remove`; null means "not given"."""

    remove: list[Literal["max_parallel", "requests_per_minute", "tokens_per_minute", "api_key", "price"]] = Field(
        default_factory=list[Literal["max_parallel", "requests_per_minute", "tokens_per_minute", "api_key", "price"]]
    )
