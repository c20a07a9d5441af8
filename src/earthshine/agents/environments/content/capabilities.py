"""Capability directories: folders with a SKILL.md, which the agent is told of as of any skill."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from earthshine.agents.environments.content.paths import ROOT
from earthshine.containers.skills import PlacedSkill
from earthshine.errors import InvalidRequest
from earthshine.sandboxes.workspace import Workspace
from earthshine.skills.manifest import NAME, read_manifest

_MOST = 100
_LONGEST = 2**20


def find_capabilities(workspace: Workspace, directories: Sequence[str]) -> list[PlacedSkill]:
    """Return the skills in directories, given below the workspace; each is one, or has some. Not for the event loop.

    Raises `InvalidRequest` for a SKILL.md that cannot be read, and for a directory without any.
    """
    found: list[PlacedSkill] = []
    manifests = sorted(each.path for each in workspace.entries() if each.path.endswith(f"/{NAME}"))
    for directory in directories:
        prefix = "" if directory == "." else f"{directory}/"
        inside = [each for each in manifests if each.startswith(prefix)]
        if not inside:
            raise InvalidRequest(f"There is no {NAME} in {ROOT}/{directory} or below it.")
        for path in inside[: _MOST - len(found)]:
            with workspace.open(path) as file:
                content = file.read(_LONGEST)
            try:
                manifest = read_manifest(content)
            except InvalidRequest as error:
                raise InvalidRequest(f"{ROOT}/{path}: {error.message}") from None
            folder, source = path.removesuffix(f"/{NAME}"), f"sha256:{hashlib.sha256(content).hexdigest()}"
            if not any(each["path"] == folder for each in found):
                told: PlacedSkill = {
                    "name": manifest.name,
                    "description": manifest.description,
                    "path": folder,
                    "source": source,
                }
                found.append(told)
    return found
