"""Where the commands of `shell` run, as a request says it: the client's machine, or a container of the server's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr

from earthshine.containers.schemas import (
    MOST_FILES,
    MOST_SKILLS,
    AllowList,
    ContainerCreate,
    MemoryLimit,
    NetworkPolicy,
    Skill,
)
from earthshine.tools.machine.client_tool import AllowedCallers
from earthshine.wire.strict import Strict, chooser

_MOST_LOCAL_SKILLS = 200
_MOST_TOLD = 2000
"""Characters that the skills may take in every prompt."""


class LocalSkill(Strict):
    """Instructions in a folder, which the model may read there."""

    name: str = Field(min_length=1, max_length=256)
    description: str = Field(max_length=4096)
    path: str = Field(min_length=1, max_length=4096)


class LocalEnvironment(Strict):
    """The client's own machine."""

    type: Literal["local"]
    skills: list[LocalSkill] | None = Field(default=None, max_length=_MOST_LOCAL_SKILLS)


class ContainerReference(Strict):
    """A container that is there."""

    type: Literal["container_reference"]
    container_id: str = Field(min_length=1, max_length=64)


class AutoContainer(Strict):
    """A container that is made for the conversation."""

    type: Literal["container_auto"]
    file_ids: list[Annotated[str, Field(min_length=1, max_length=64)]] | None = Field(
        default=None, max_length=MOST_FILES
    )
    memory_limit: MemoryLimit | None = None
    network_policy: NetworkPolicy | None = None
    skills: list[Skill] | None = Field(default=None, max_length=MOST_SKILLS)

    def create(self) -> ContainerCreate:
        """Return the request that makes it."""
        return ContainerCreate(
            name="auto",
            file_ids=self.file_ids or [],
            memory_limit=self.memory_limit or "1g",
            network_policy=self.network_policy,
            skills=self.skills,
        )


Environment = Annotated[
    LocalEnvironment | AutoContainer | ContainerReference,
    chooser(
        "environment type",
        {
            "local": LocalEnvironment,
            "container_auto": AutoContainer,
            "container_reference": ContainerReference,
        },
    ),
]


@dataclass(frozen=True, slots=True)
class Ready:
    """The container of one request, which may not be made yet."""

    container_id: str
    skills: Sequence[LocalSkill]
    domains: Sequence[str]
    """What it may reach."""


class ShellTool(Strict):
    """The tool, as a request names it. Without an environment, it is the client's machine."""

    type: Literal["shell"]
    environment: Environment | None = None
    allowed_callers: AllowedCallers = None
    _ready: Ready | None = PrivateAttr(default=None)

    @property
    def container(self) -> AutoContainer | ContainerReference | None:
        """Where the server runs the commands; None where the client does."""
        return None if isinstance(self.environment, LocalEnvironment) else self.environment

    @property
    def ready(self) -> Ready | None:
        """What was found of the container before the model was asked."""
        return self._ready

    def with_ready(self, known: dict[str, Any]) -> ShellTool:
        """Return it with what was found."""
        copy = self.model_copy()
        skills = [
            LocalSkill(name=each["name"], description=each["description"], path=each["path"])
            for each in known["skills"]
        ]
        copy._ready = Ready(known["container_id"], skills, known["domains"])
        return copy

    @property
    def reaches_out(self) -> bool:
        """Whether commands may reach other servers from a container."""
        if self._ready is not None:
            return bool(self._ready.domains)
        return isinstance(self.environment, AutoContainer) and isinstance(self.environment.network_policy, AllowList)

    @property
    def about(self) -> str:
        """What a model is told of it."""
        skills: Sequence[LocalSkill] = ()
        if isinstance(self.environment, LocalEnvironment | None):
            told = "Runs commands on the user's machine, and returns what each prints."
            skills = (self.environment and self.environment.skills) or ()
        else:
            told = "Runs bash commands in a container, each in the folder that has the files. Returns what each prints."
            if self._ready is not None:
                skills = self._ready.skills
                hosts = ", ".join(self._ready.domains)[:_MOST_TOLD]
                told += f" It reaches these hosts alone: {hosts}." if hosts else " It has no network."
        return told + (_skills(skills) if skills else "")


def _skills(skills: Sequence[LocalSkill]) -> str:
    """Tell where instructions are, in one line each."""
    told = "\nRead the file SKILL.md in a skill's folder before you do what it is for:"
    for place, skill in enumerate(skills):
        line = f"\n- {skill.name} ({skill.path}): {' '.join(skill.description.split())}"
        if len(told) + len(line) > _MOST_TOLD:
            return f"{told}\nand {len(skills) - place} more."
        told += line
    return told
