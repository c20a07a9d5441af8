"""What a hosted environment is made of, as requests say it: the same for sessions, templates and new environments.

Source: `EnvironmentParamOpenAIHosted` and `TemplateCreateParams` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, field_validator, model_validator

from earthshine.agents.environments.content.paths import below_workspace, destination
from earthshine.containers.schemas import MOST_SKILLS, TAKEN, InlineSource, Skill
from earthshine.egress.policy import Policy
from earthshine.errors import InvalidRequest, UnsupportedParameter
from earthshine.skills.manifest import MOST_DESCRIPTION, MOST_NAME
from earthshine.wire.bounded import BoundedModel
from earthshine.wire.strict import Strict, as_validator, chooser, rejection

Json = dict[str, Any]

MOST_INLINE = 4 * 2**20
"""Characters of base64 of one file that comes with a request."""
MOST_TOGETHER = 12 * 2**20
"""Characters of base64 of all that comes with a request."""
_MOST_FILES, _MOST_COMMANDS, _MOST_PACKAGES, _MOST_PLUGINS = 100, 50, 50, 20
_MOST_VARIABLES, _LONGEST_VALUE, _LONGEST_COMMAND = 100, 8192, 16_384
_REQUIREMENT = (
    r"^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(\[[A-Za-z0-9._,-]{1,128}\])?([<>=!~]=?[A-Za-z0-9.*+!_,<>=~-]{1,64})?$"
)


def _check_file(path: str) -> str:
    destination(path)
    return path


def _check_base64(data: str) -> str:
    try:
        base64.b64decode(data, validate=True)
    except ValueError:
        raise InvalidRequest(
            "It is no standard base64. Send the file's bytes, encoded with `+`, `/` and `=`."
        ) from None
    return data


Base64 = Annotated[str, StringConstraints(max_length=MOST_INLINE), AfterValidator(as_validator(_check_base64))]
FilePath = Annotated[str, StringConstraints(max_length=1024), AfterValidator(as_validator(_check_file))]
Directory = Annotated[str, StringConstraints(max_length=1024), AfterValidator(as_validator(below_workspace))]


class StoredFile(Strict):
    """A copy of a file of the project."""

    type: Literal["file_id"]
    file_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    path: FilePath


class InlineFile(Strict):
    """A file that comes with the request, in base64."""

    type: Literal["inline"]
    data: Base64
    path: FilePath


EnvironmentFileGiven = Annotated[
    StoredFile | InlineFile, chooser("file type", {"file_id": StoredFile, "inline": InlineFile})
]


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
        try:
            Policy.allow(self.allowed_domains)
        except InvalidRequest as error:
            raise rejection(error) from None
        return self


class Packages(Strict):
    """What is installed before anything else runs."""

    npm: list[str] = Field(default_factory=list[str])
    python: Annotated[
        list[Annotated[str, StringConstraints(pattern=_REQUIREMENT)]], Field(max_length=_MOST_PACKAGES)
    ] = Field(default_factory=list[str])
    system: list[str] = Field(default_factory=list[str])

    @model_validator(mode="after")
    def _supported(self) -> Packages:
        for kind in ("npm", "system"):
            if getattr(self, kind):
                raise rejection(
                    UnsupportedParameter(
                        f"A sandbox has no administrator, so no `{kind}` packages are installed in it. The operator "
                        "installs them on the machine, where every sandbox sees them."
                    )
                )
        return self


class SetupCommand(Strict):
    """A command that is run once, before the agent begins; it is never told again."""

    command: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_COMMAND)]
    cwd: Directory = "/workspace"


class Desktop(Strict):
    """A desktop with a browser."""

    enabled: bool

    @field_validator("enabled")
    @classmethod
    def _none(cls, enabled: bool) -> bool:
        if enabled:
            raise rejection(UnsupportedParameter("Environments have no desktop here; leave it out, or disable it."))
        return enabled


class Plugin(Strict):
    """A zip with skills, which comes with the request."""

    type: Literal["inline"]
    name: Annotated[str, StringConstraints(min_length=1, max_length=MOST_NAME)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=MOST_DESCRIPTION)]
    source: InlineSource


def _check_variables(env: dict[str, str]) -> dict[str, str]:
    for name in env:
        if name.upper() in TAKEN:
            raise InvalidRequest(f"Sandboxes have a variable {name!r} for themselves. Choose another name.")
        if "\0" in env[name]:
            raise InvalidRequest(f"The variable {name!r} has a NUL character, which no program can be given.")
    return env


_Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$")]
_Value = Annotated[str, StringConstraints(max_length=_LONGEST_VALUE)]


class HostedParts(BoundedModel):
    """All that may be said of an environment; what is null or not given is inherited, or empty."""

    model_config = ConfigDict(extra="forbid", strict=True)

    capability_directories: Annotated[list[Directory], Field(max_length=20)] | None = None
    desktop: Desktop | None = None
    env: (
        Annotated[
            dict[_Variable, _Value], Field(max_length=_MOST_VARIABLES), AfterValidator(as_validator(_check_variables))
        ]
        | None
    ) = None
    files: Annotated[list[EnvironmentFileGiven], Field(max_length=_MOST_FILES)] | None = None
    network: Network | None = None
    packages: Packages | None = None
    plugins: Annotated[list[Plugin], Field(max_length=_MOST_PLUGINS)] | None = None
    setup_commands: Annotated[list[SetupCommand], Field(max_length=_MOST_COMMANDS)] | None = None
    skills: Annotated[list[Skill], Field(max_length=MOST_SKILLS)] | None = None

    @model_validator(mode="after")
    def _bounded(self) -> HostedParts:
        size = sum(len(each.data) for each in self.files or () if isinstance(each, InlineFile))
        size += sum(len(each.source.data) for each in self.plugins or ())
        if size > MOST_TOGETHER:
            raise rejection(
                InvalidRequest(
                    f"Files and plugins that come with a request have {MOST_TOGETHER} characters of base64 together at "
                    f"most, not {size}. Upload larger ones by `POST /v1/files`, and name them by `file_id`."
                )
            )
        paths = [each.path for each in self.files or ()]
        if clash := next((each for at, each in enumerate(paths) if each in paths[:at]), None):
            raise rejection(InvalidRequest(f"Two files would be at {clash!r}. Leave one of them out."))
        return self

    def given(self) -> Json:
        """Return what is said, without what is null."""
        said = self.model_dump(include=set(HostedParts.model_fields))
        return {name: value for name, value in said.items() if value is not None}
