"""Where the tools of a session work: nowhere, or in a container of this server.

Source: `EnvironmentParam` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator, model_validator

from earthshine.containers.schemas import ContainerCreate
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.wire.strict import Choose, Strict, chooser, rejection

Json = dict[str, Any]

HOSTED = "openai_hosted"
_LATER = {
    "capability_directories": "directories of capabilities",
    "env": "variables of an environment",
    "environment_id": "environments that are made before their session",
    "environment_template_id": "templates",
    "files": "files",
    "packages": "packages",
    "plugins": "plugins",
    "setup_commands": "commands of a setup",
    "skills": "skills",
}
_MEMORY = {"small": "1g", "medium": "4g", "large": "16g"}


class NoEnvironment(Strict):
    """The agent has no place to run code in."""

    type: Literal["none"]


class Network(Strict):
    """Where code may connect to."""

    access: Literal["enabled", "disabled", "restricted"]
    allowed_domains: Annotated[list[Annotated[str, Field(min_length=1, max_length=256)]], Field(max_length=100)] = (
        Field(default_factory=list[str])
    )
    blocked_domains: list[str] = Field(default_factory=list[str], max_length=0)

    @model_validator(mode="after")
    def _supported(self) -> Network:
        if self.access == "enabled":
            raise rejection(
                UnsupportedParameter(
                    "Code here reaches no more than the domains that are named: say 'restricted' and "
                    "`allowed_domains`, or 'disabled'."
                )
            )
        if (self.access == "restricted") != bool(self.allowed_domains):
            raise rejection(InvalidRequest("Name `allowed_domains` with the access 'restricted', and only with it."))
        return self


class HostedEnvironment(Strict):
    """A container of this server, made for the session."""

    type: Literal["openai_hosted"]
    network: Network = Field(default_factory=lambda: Network(access="disabled"))
    container_size: Literal["small", "medium", "large"] = "small"
    desktop: Json | None = None
    capability_directories: Any = None
    env: Any = None
    environment_id: Any = None
    environment_template_id: Any = None
    files: Any = None
    packages: Any = None
    plugins: Any = None
    setup_commands: Any = None
    skills: Any = None

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for what is not here yet."""
        for name, words in _LATER.items():
            if getattr(self, name):
                raise UnsupportedParameter(
                    f"Sessions have no {words} yet; leave `{name}` out.", param=f"environment.{name}"
                )
        if self.desktop and self.desktop.get("enabled"):
            raise UnsupportedParameter("Sessions have no desktop; leave it out.", param="environment.desktop")

    def container(self, session_id: str) -> ContainerCreate:
        """Return the container that is to be made."""
        policy: Json = {"type": "disabled"}
        if self.network.access == "restricted":
            policy = {"type": "allowlist", "allowed_domains": self.network.allowed_domains}
        asked = {"memory_limit": _MEMORY[self.container_size], "network_policy": policy}
        return ContainerCreate.model_validate({"name": session_id, **asked, "expires_after": _EXPIRES})

    def told(self, container_id: str) -> Json:
        """Return it as replies show it."""
        empty: Json = {"capability_directories": [], "files": [], "plugins": [], "skills": []}
        return {
            "id": container_id,
            "type": self.type,
            "network": {"access": self.network.access, "allowed_domains": self.network.allowed_domains},
            "packages": {"npm": [], "python": [], "system": []},
            "container_size": self.container_size,
            **empty,
        }


_EXPIRES: Json = {"anchor": "last_active_at", "minutes": 30 * 24 * 60}


def _known(value: Any, union: ValidatorFunctionWrapHandler) -> Any:
    if isinstance(value, dict) and cast("Json", value).get("type") == "self_hosted":
        raise rejection(
            UnsupportedParameter("Environments on a machine of your own are not here yet. Use 'none' or a hosted one.")
        )
    kinds = {"none": NoEnvironment, HOSTED: HostedEnvironment}
    return cast("Choose", chooser("environment type", kinds).func)(value, union)


AnyEnvironment = Annotated[NoEnvironment | HostedEnvironment, WrapValidator(_known)]
