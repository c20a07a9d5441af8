"""The objects of `/v1/agents/environments`, as in OpenAI's API, and what is told of an environment's parts."""

from __future__ import annotations

import base64
from typing import Any, Literal, cast

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.wire.objects import Deletion, Seconds

Json = dict[str, Any]

Status = Literal["pending", "ready", "connected", "disconnected", "suspended", "expired", "failed"]


class EnvironmentInfo(TypedDict, extra_items=Any):
    """What is told of an environment."""

    id: str
    object: Literal["agent.environment"]
    type: Literal["openai_hosted", "self_hosted"]
    status: Status


class EnvironmentFile(TypedDict):
    """A file that is in an environment now."""

    object: Literal["agent.environment.file"]
    environment_id: str
    path: str
    size_bytes: int


class EnvironmentFiles(TypedDict):
    """One page of files."""

    object: Literal["list"]
    data: list[EnvironmentFile]
    has_more: bool
    next: str | None
    """What asks for the next page."""


class EnvironmentTemplate(TypedDict, extra_items=Any):
    """What environments can be made from. Its parts stand beside these fields."""

    id: str
    object: Literal["agent.environment.template"]
    created_at: Seconds
    updated_at: Seconds
    name: str | None


class DeletedTemplate(Deletion):
    """What was removed."""

    object: Literal["agent.environment.template.deleted"]


def environment_info(row: Row[Any]) -> EnvironmentInfo:
    """Return an environment as replies show it."""
    kept = {name: row.shown.get(name, []) for name in ("files", "plugins", "skills")}
    about = {"id": row.id, "object": "agent.environment", "type": row.type, "status": row.status}
    return cast("EnvironmentInfo", {**about, **kept})


def environment_state(row: Row[Any]) -> Json:
    """Return how an environment is, as sessions keep it."""
    return {"status": row.status, "error": row.error}


def template_object(row: Row[Any]) -> EnvironmentTemplate:
    """Return a template as replies show it."""
    about = {"id": row.id, "object": "agent.environment.template", "name": row.name}
    times = {"created_at": row.created_at, "updated_at": row.updated_at}
    return cast("EnvironmentTemplate", {**about, **times, **row.shown})


def template_shown(parts: Json) -> Json:
    """Return what may be told of a template's parts."""
    return {
        **shown_parts(parts),
        "files": [_file(each) for each in parts.get("files", [])],
        "skills": [_skill(each) for each in parts.get("skills", [])],
    }


def shown_parts(parts: Json) -> Json:
    """Return what templates and environments tell alike."""
    network: Json = parts.get("network") or {"access": "disabled", "allowed_domains": []}
    return {
        "capability_directories": parts.get("capability_directories", []),
        "desktop": {"enabled": False},
        "network": {name: network[name] for name in ("access", "allowed_domains")},
        "packages": parts.get("packages") or {"npm": [], "python": [], "system": []},
        "plugins": [_named(each) for each in parts.get("plugins", [])],
    }


def domains_of(parts: Json) -> list[str]:
    """Return the domains that some parts let code reach."""
    network: Json = parts.get("network") or {}
    return network.get("allowed_domains", [])


def packages_of(parts: Json) -> list[str]:
    """Return the Python packages that some parts name."""
    packages: Json = parts.get("packages") or {}
    return packages.get("python", [])


def shown_skill(placed: Json) -> Json:
    """Return a skill of a container as environments show it."""
    told = {"name": placed["name"], "description": placed["description"]}
    skill_id, _, version = placed["source"].partition("/")
    if not version:
        return {"type": "inline", **told}
    return {"type": "skill_reference", "skill_id": skill_id, "version": version, **told}


def _file(given: Json) -> Json:
    if given["type"] == "file_id":
        return given
    size = len(base64.b64decode(given["data"]))
    return {"type": "inline", "path": given["path"], "size_bytes": size}


def _skill(given: Json) -> Json:
    return given if given["type"] == "skill_reference" else _named(given)


def _named(given: Json) -> Json:
    return {name: given[name] for name in ("type", "name", "description")}
