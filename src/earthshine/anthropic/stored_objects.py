"""Files and skills as the dialect shows them. Source: `anthropic.types` of the official SDK."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict


class FileMetadata(TypedDict):
    """A stored file."""

    id: str
    type: Literal["file"]
    filename: str
    mime_type: str
    """Told by the file's name."""
    size_bytes: int
    created_at: str
    expires_at: str | None
    downloadable: Literal[True]


class FileMetadataPage(TypedDict):
    """One page of files."""

    data: list[FileMetadata]
    next_page: str | None


class FileRemoved(TypedDict):
    """What was removed."""

    id: str
    type: Literal["file_deleted"]


class AnthropicSkill(TypedDict):
    """A skill."""

    id: str
    type: Literal["skill"]
    display_name: str
    source: dict[str, str]
    latest_version_id: str
    created_at: str
    updated_at: str


class AnthropicSkillPage(TypedDict):
    """One page of skills."""

    data: list[AnthropicSkill]
    next_page: str | None


class AnthropicSkillVersion(TypedDict):
    """One version of a skill, which never changes."""

    id: str
    type: Literal["skill_version"]
    skill_id: str
    name: str
    description: str
    created_at: str


class AnthropicVersionPage(TypedDict):
    """One page of a skill's versions."""

    data: list[AnthropicSkillVersion]
    next_page: str | None


class SkillRemoved(TypedDict):
    """What was removed, with all versions."""

    id: str
    type: Literal["skill_deleted"]


class VersionRemoved(TypedDict):
    """What was removed."""

    id: str
    type: Literal["skill_version_deleted"]
