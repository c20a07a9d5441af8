"""Skills in containers: what they are called, and their files below `skills/` in the workspace."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from typing_extensions import TypedDict

from earthshine.accounts.authorization.caller import Caller
from earthshine.containers.schemas import InlineSkill, Skill, SkillReference
from earthshine.errors import EarthshineError, InvalidRequest
from earthshine.skills.bundle import Bundle, read_bundle, unpack
from earthshine.skills.store import Skills

FOLDER = "skills"
"""Below the workspace."""


class PlacedSkill(TypedDict):
    """A skill of a container, as its row has it and a model is told of it."""

    name: str
    description: str
    path: str
    """Its folder, below the workspace."""
    source: str
    """Which version of which skill it is, or what its bytes are."""


@dataclass(frozen=True, slots=True)
class FoundSkill:
    """A skill that was looked up, and can be put into a container."""

    told: PlacedSkill
    version_id: str = ""
    """Of a version that is stored; empty for one that came with the request."""
    data: bytes = b""
    root: str = ""


class ContainerSkills:
    """Looks skills up, and puts their files where code finds them."""

    def __init__(self, skills: Skills) -> None:
        self._skills = skills

    async def find(self, who: Caller, asked: Sequence[Skill] | None) -> list[FoundSkill]:
        """Look up what a caller names. Raises `NotFound` and `InvalidRequest` at the place in `skills`."""
        found: list[FoundSkill] = []
        for index, each in enumerate(asked or ()):
            try:
                skill = await self._stored(who, each) if isinstance(each, SkillReference) else await _inline(each)
            except EarthshineError as error:
                error.param = f"skills[{index}]"
                raise
            if any(skill.told["path"] == other.told["path"] for other in found):
                folder = skill.told["path"]
                raise InvalidRequest(
                    f"Two of the skills would be in the folder {folder!r}. Leave one out.", param=f"skills[{index}]"
                )
            found.append(skill)
        return found

    async def place(self, skill: FoundSkill, workspace: Path) -> None:
        """Write its files below a workspace in which nothing has run yet; they belong to the server."""
        into = workspace / skill.told["path"]
        if skill.version_id:
            await self._skills.unpack(skill.version_id, into)
        else:
            await asyncio.to_thread(_unpack_data, skill, into)
        await asyncio.to_thread(_show, into.parent)

    async def _stored(self, who: Caller, reference: SkillReference) -> FoundSkill:
        await self._skills.privacy.check(reference.skill_id, who)
        version = await self._skills.version(reference.skill_id, who.project, reference.version or "")
        source = f"{reference.skill_id}/{version['version']}"
        return FoundSkill(_placed(version["name"], version["name"], version["description"], source), version["id"])


async def _inline(skill: InlineSkill) -> FoundSkill:
    try:
        data = base64.b64decode(skill.source.data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("`source.data` is no base64.") from None
    bundle = await asyncio.to_thread(_read_data, data)
    source = f"sha256:{hashlib.sha256(data).hexdigest()}"
    told = _placed(bundle.manifest.name, skill.name, " ".join(skill.description.split()), source)
    return FoundSkill(told, data=data, root=bundle.root)


def _placed(folder: str, name: str, description: str, source: str) -> PlacedSkill:
    return {"name": name, "description": description, "path": f"{FOLDER}/{folder}", "source": source}


def _read_data(data: bytes) -> Bundle:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(data)
        file.flush()
        return read_bundle(Path(file.name))


def _unpack_data(skill: FoundSkill, into: Path) -> None:
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(skill.data)
        file.flush()
        unpack(Path(file.name), skill.root, into)


def _show(folder: Path) -> None:
    """Let everybody read what the server's umask may have hidden: code runs as another user."""
    for place, _, names in os.walk(folder):
        os.chmod(place, 0o755)  # noqa: S103  as the docstring says
        for name in names:
            file = Path(place, name)
            file.chmod(file.stat().st_mode | 0o444)
