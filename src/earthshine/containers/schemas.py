"""What requests about containers say."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, field_validator

from earthshine.egress.policy import Policy
from earthshine.egress.secrets import Secret, check_secrets
from earthshine.errors import InvalidRequest
from earthshine.skills.manifest import MOST_DESCRIPTION, MOST_NAME
from earthshine.skills.schemas import VERSION
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Strict, chooser, rejection

MemoryLimit = Literal["1g", "4g", "16g", "64g"]
MEMORY: Final[dict[str, int]] = {"1g": 2**30, "4g": 2**32, "16g": 2**34, "64g": 2**36}
MOST_FILES = 50
"""Files that may be named when a container is made."""
MOST_SKILLS = 20
MOST_INLINE = 2**20
"""Characters of a skill that comes with a request, which is told back with it."""
DEFAULT_MINUTES = 20
"""As in OpenAI's API."""


class ExpiresAfter(Strict):
    """When a container expires."""

    anchor: Literal["last_active_at"]
    minutes: int = Field(ge=1, le=30 * 24 * 60)


class NoNetwork(Strict):
    """No way out."""

    type: Literal["disabled"]


TAKEN = frozenset(
    {"PATH", "HOME", "TMPDIR", "LANG", "USER", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "MPLBACKEND", "MPLCONFIGDIR"}
)
"""Variables that a sandbox has for itself."""


class DomainSecret(Strict):
    """What the way out puts into requests to a domain in place of a name that code inside has."""

    domain: str = Field(min_length=1, max_length=256)
    name: str = Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")
    """The variable in which code finds the placeholder."""
    value: str = Field(min_length=1, max_length=4096)

    @field_validator("name")
    @classmethod
    def _free(cls, name: str) -> str:
        if name.upper() in TAKEN:
            raise rejection(InvalidRequest("Sandboxes have a variable of that name for themselves. Choose another."))
        return name

    @field_validator("value")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not value.isascii() or not value.isprintable():
            raise rejection(InvalidRequest("It may have printable ASCII characters only, for it goes into headers."))
        return value


class AllowList(Strict):
    """A way to some hosts, and to no others."""

    type: Literal["allowlist"]
    allowed_domains: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=256)]], Field(min_length=1, max_length=100)
    ]
    domain_secrets: list[DomainSecret] | None = Field(default=None, max_length=100)


NetworkPolicy = Annotated[
    NoNetwork | AllowList, chooser("network policy", {"disabled": NoNetwork, "allowlist": AllowList})
]


class SkillReference(Strict):
    """A skill of the project: its default version, where none is named."""

    type: Literal["skill_reference"]
    skill_id: str = Field(min_length=1, max_length=64)
    version: str | None = Field(default=None, pattern=rf"{VERSION}|^latest$")


class InlineSource(Strict):
    """A zip in base64."""

    type: Literal["base64"]
    media_type: Literal["application/zip"]
    data: str = Field(max_length=MOST_INLINE)


class InlineSkill(Strict):
    """A skill that comes with the request."""

    type: Literal["inline"]
    name: str = Field(min_length=1, max_length=MOST_NAME)
    description: str = Field(min_length=1, max_length=MOST_DESCRIPTION)
    source: InlineSource


Skill = Annotated[
    SkillReference | InlineSkill, chooser("skill type", {"skill_reference": SkillReference, "inline": InlineSkill})
]


class ContainerCreate(Strict):
    """The body of `POST /v1/containers`. Call `check` before use."""

    name: str = Field(min_length=1, max_length=256)
    expires_after: ExpiresAfter | None = None
    file_ids: Annotated[list[Annotated[str, Field(min_length=1, max_length=64)]], Field(max_length=MOST_FILES)] = Field(
        default_factory=list[str]
    )
    memory_limit: MemoryLimit = "1g"
    network_policy: NetworkPolicy | None = None
    skills: list[Skill] | None = Field(default=None, max_length=MOST_SKILLS)

    def check(self) -> None:
        """Raise `InvalidRequest` for what is no domain, and for secrets of domains that are not allowed."""
        policy = self.network_policy
        if isinstance(policy, AllowList):
            allowed = Policy.allow(policy.allowed_domains, param="network_policy.allowed_domains")
            secrets = [Secret(**each.model_dump()) for each in policy.domain_secrets or ()]
            check_secrets(allowed, secrets, "network_policy.domain_secrets")


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
