"""What the wire says under `/earthshine/v1/servers`, a documented extension of OpenAI's API."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from earthshine.routing.deployments.schemas import Ability, CreateDeployment, DeploymentPrice
from earthshine.wire import BoundedModel

MOST_SAVED = 200


class _Server(BoundedModel):
    """Where a server is, and the key that it wants, if any."""

    model_config = ConfigDict(extra="forbid", strict=True)

    base_url: str = Field(min_length=1, max_length=2048)
    api_key: str = Field(default="", max_length=4096, repr=False)


class LookAtServer(_Server):
    """The body of `POST /earthshine/v1/servers/models`."""


class TryServer(_Server):
    """The body of `POST /earthshine/v1/servers/test`."""

    target: str = Field(min_length=1, max_length=256)
    probes: list[Literal["chat", "embedding", "tools", "vision"]] = Field(
        default_factory=lambda: ["chat"], min_length=1, max_length=4
    )


class ServerModelChoice(BoundedModel):
    """One model to be offered: our name, the server's name, and what it can do."""

    model_config = ConfigDict(extra="forbid", strict=True)

    model: str = Field(min_length=1, max_length=256)
    target: str = Field(min_length=1, max_length=256)
    abilities: list[Ability] = Field(min_length=1, max_length=6)
    context_length: int | None = Field(default=None, ge=0, le=2**31 - 1)
    price: DeploymentPrice | None = None


class CreateServer(_Server):
    """The body of `POST /earthshine/v1/servers`."""

    continues: Literal["none", "prefill", "vllm", "prefix", "partial"] = "none"
    models: list[ServerModelChoice] = Field(min_length=1, max_length=MOST_SAVED)

    @model_validator(mode="after")
    def _names_differ(self) -> CreateServer:
        names = [each.model for each in self.models]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"two of the models would have the name {twice!r}; give each one of its own")
        return self

    def deployments(self, base_url: str) -> list[CreateDeployment]:
        """Return one deployment for each model, without the key that they share."""
        return [
            CreateDeployment(
                model=each.model,
                target=each.target,
                base_url=base_url,
                abilities=each.abilities,
                context_length=each.context_length,
                price=each.price,
                continues=self.continues,
            )
            for each in self.models
        ]


class SwitchPrivateAddresses(BoundedModel):
    """The body of `POST /earthshine/v1/servers/private_addresses`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    allowed: bool
