"""What requests about containers say."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from earthshine.egress.policy import Policy
from earthshine.errors import UnsupportedParameter
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Strict, chooser

MemoryLimit = Literal["1g", "4g", "16g", "64g"]
MEMORY: Final[dict[str, int]] = {"1g": 2**30, "4g": 2**32, "16g": 2**34, "64g": 2**36}
MOST_FILES = 50
"""Files that may be named when a container is made."""
DEFAULT_MINUTES = 20
"""As in OpenAI's API."""


class ExpiresAfter(Strict):
    """When a container expires."""

    anchor: Literal["last_active_at"]
    minutes: int = Field(ge=1, le=30 * 24 * 60)


class NoNetwork(Strict):
    """No way out."""

    type: Literal["disabled"]


class AllowList(Strict):
    """A way to some hosts, and to no others."""

    type: Literal["allowlist"]
    allowed_domains: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=256)]], Field(min_length=1, max_length=100)
    ]
    domain_secrets: list[Any] | None = Field(default=None, max_length=100)


NetworkPolicy = Annotated[
    NoNetwork | AllowList, chooser("network policy", {"disabled": NoNetwork, "allowlist": AllowList})
]


class ContainerCreate(Strict):
    """The body of `POST /v1/containers`. Call `check_supported` before use."""

    name: str = Field(min_length=1, max_length=256)
    expires_after: ExpiresAfter | None = None
    file_ids: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=MOST_FILES)] = Field(
        default_factory=list[str]
    )
    memory_limit: MemoryLimit = "1g"
    network_policy: NetworkPolicy | None = None
    skills: list[Any] | None = Field(default=None, max_length=100)

    def check_supported(self) -> None:
        """Raise `UnsupportedParameter` for what cannot be honoured, `InvalidRequest` for what is no domain."""
        if self.skills:
            raise UnsupportedParameter(
                "Skills cannot be put into a container yet. Upload their files to it, and leave `skills` out.",
                param="skills",
            )
        policy = self.network_policy
        if isinstance(policy, AllowList):
            if policy.domain_secrets:
                raise UnsupportedParameter(
                    "Secrets cannot be put into encrypted requests without opening them, which is not done here. Leave "
                    "`domain_secrets` out.",
                    param="network_policy.domain_secrets",
                )
            Policy.allow(policy.allowed_domains, param="network_policy.allowed_domains")


class ContainerListQuery(ListQuery):
    """One page of containers."""

    order: Literal["asc", "desc"] = "desc"
    name: str | None = Field(default=None, max_length=256)


class FileListQuery(ListQuery):
    """One page of a container's files."""

    order: Literal["asc", "desc"] = "desc"


class FileFromFile(Strict):
    """The JSON body of `POST /v1/containers/{id}/files`."""

    file_id: str = Field(min_length=1, max_length=64)


class FileForm(BoundedModel):
    """The fields of a form beside the file: none but an empty `file_id`."""

    model_config = ConfigDict(extra="forbid")
