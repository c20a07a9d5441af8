"""What requests about skills say."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from earthshine.wire import BoundedModel
from earthshine.wire.pagination import ListQuery
from earthshine.wire.strict import Strict

VERSION = r"^[1-9][0-9]{0,8}$"


class SkillCreate(BoundedModel):
    """The fields of a new skill's form beside its files: none."""

    model_config = ConfigDict(extra="forbid")


class VersionCreate(BoundedModel):
    """The fields of a new version's form beside its files."""

    model_config = ConfigDict(extra="forbid")

    default: bool = False
    """Whether it is what those get who name no version."""


class SkillUpdate(Strict):
    """The body of `POST /v1/skills/{id}`."""

    default_version: str = Field(pattern=VERSION)
    """The number of a version."""


class SkillListQuery(ListQuery):
    """One page of skills, or of a skill's versions."""

    order: Literal["asc", "desc"] = "desc"
