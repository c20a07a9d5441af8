"""Where the tools of a session work: nowhere, or in an environment of this server or of a machine that connects.

Source: `EnvironmentParam` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from earthshine.accounts.authorization.caller import Caller
from earthshine.agents.environments.content.parts import HostedParts
from earthshine.agents.environments.schemas import HostedGiven
from earthshine.agents.environments.service import Environments
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import Strict, as_validator, chooser, rejection

Json = dict[str, Any]

HOSTED = "openai_hosted"


class NoEnvironment(Strict):
    """The agent has no place to run code in."""

    type: Literal["none"]


class HostedEnvironment(HostedGiven):
    """A container of this server, made for the session or before it."""

    container_size: Literal["small", "medium", "large"] | None = None
    environment_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> HostedEnvironment:
        if self.environment_id is not None:
            names = {*HostedParts.model_fields, "container_size", "environment_template_id"}
            also = next((name for name in sorted(names) if getattr(self, name) is not None), None)
            if also is not None:
                raise rejection(
                    InvalidRequest(
                        f"An environment that is there is as it is: leave `{also}` out, or `environment_id`."
                    )
                )
        return self


def _absolute(path: str) -> str:
    if not path.startswith("/") or not path.isprintable() or ".." in path.split("/"):
        raise InvalidRequest("Give the folder's absolute path on your machine, without `..`.")
    return path


class SelfHostedEnvironment(Strict):
    """A machine of the person's own, which connects by `earthshine environment`."""

    type: Literal["self_hosted"]
    workspace_directory: Annotated[
        str, StringConstraints(min_length=1, max_length=1024), AfterValidator(as_validator(_absolute))
    ]
    capability_directories: list[str] = Field(default_factory=list[str])

    @field_validator("capability_directories")
    @classmethod
    def _none(cls, directories: list[str]) -> list[str]:
        if directories:
            raise rejection(
                UnsupportedParameter(
                    "Nothing looks for skills on a machine of yours: tell the agent in its instructions which files to "
                    "read."
                )
            )
        return directories


AnyEnvironment = Annotated[
    NoEnvironment | HostedEnvironment | SelfHostedEnvironment,
    chooser(
        "environment type", {"none": NoEnvironment, HOSTED: HostedEnvironment, "self_hosted": SelfHostedEnvironment}
    ),
]


async def environment_of(
    environments: Environments, who: Caller, given: AnyEnvironment, vault_ids: Sequence[str]
) -> str | None:
    """Return the environment of a new session: one that is there, or one that is made now; None for none."""
    if isinstance(given, SelfHostedEnvironment):
        return (await environments.create_self_hosted(who, given.workspace_directory)).id
    if isinstance(given, NoEnvironment):
        return None
    if given.environment_id is not None:
        return (await environments.attach(who, given.environment_id)).id
    size, template = given.container_size or "small", given.environment_template_id
    return (await environments.create(who, given, template_id=template, vault_ids=vault_ids, size=size)).id


def shown_environment(environment: Json) -> Json:
    """Return a session's environment as replies show it: without how it is now."""
    return {name: value for name, value in environment.items() if name != "state"}


def failure_of(environment: Json) -> str | None:
    """Return why nothing can be done in an environment any more, in words; None where something can."""
    state: Json = environment.get("state") or {}
    if state.get("status") == "expired":
        return "The session's environment has expired: its files are gone. Begin a new session."
    return state["error"]["message"] if state.get("status") == "failed" else None


def is_cut_off(environment: Json) -> bool:
    """Tell whether a session's machine is not connected."""
    state: Json = environment.get("state") or {}
    return state.get("status") == "disconnected"


def is_ready(environment: Json) -> bool:
    """Tell whether work can begin now. Raises `InvalidRequest` where it never can."""
    if (why := failure_of(environment)) is not None:
        raise InvalidRequest(why)
    state: Json = environment.get("state") or {}
    return state.get("status") not in ("pending", "disconnected")
