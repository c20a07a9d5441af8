"""The objects of `/v1/skills`, as in OpenAI's API."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds


class Skill(TypedDict):
    """A skill, described as its default version describes it."""

    id: str
    object: Literal["skill"]
    created_at: Seconds
    name: str
    description: str
    default_version: str
    latest_version: str


class SkillVersion(TypedDict):
    """One version, which never changes."""

    id: str
    object: Literal["skill.version"]
    created_at: Seconds
    skill_id: str
    version: str
    name: str
    description: str


class DeletedSkill(Deletion):
    """What was removed, with all versions."""

    object: Literal["skill.deleted"]


class DeletedSkillVersion(Deletion):
    """What was removed."""

    object: Literal["skill.version.deleted"]
    version: str
