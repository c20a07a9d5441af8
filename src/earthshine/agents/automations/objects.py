"""The objects of `/v1/agents/automations`, as in OpenAI's API; what is confidential is not in them."""

from __future__ import annotations

from typing import Any, Literal, cast

from sqlalchemy import Row
from typing_extensions import TypedDict

from earthshine.agents.automations.schemas import ExistingSessionTarget, Target
from earthshine.agents.configuration import resolved
from earthshine.agents.sessions.reading.objects import shown_tools
from earthshine.wire.objects import Deletion, Seconds

Json = dict[str, Any]

_OVERRIDES = ("capability_directories", "container_size", "desktop", "environment_id", "environment_template_id")


class Automation(TypedDict, extra_items=Any):
    """An automation. A periodic one has an `expression` and a `timezone`, the other kind `run_at`."""

    id: str
    object: Literal["agent.automation"]
    created_at: Seconds
    name: str
    status: Literal["active", "paused", "completed"]
    type: Literal["periodic", "once"]


class Invocation(TypedDict, extra_items=Any):
    """One delivery of an automation."""

    id: str
    object: Literal["agent.automation.invocation"]
    automation_id: str
    created_at: Seconds
    status: Literal["queued", "completed", "failed", "skipped"]


class DeletedAutomation(Deletion):
    """What was removed, with its invocations."""

    object: Literal["agent.automation.deleted"]


def automation_object(row: Row[Any]) -> Automation:
    """Return an automation as replies show it."""
    when: Json = {"run_at": row.run_at}
    if row.type == "periodic":
        when = {"expression": row.expression, "timezone": row.timezone}
    shown: Json = {
        "id": row.id,
        "object": "agent.automation",
        "created_at": row.created_at,
        "created_by": row.created_by,
        "metadata": row.metadata,
        "name": row.name,
        "pause_reason": row.pause_reason,
        "status": row.status,
        "target": row.shown,
        "type": row.type,
        **when,
    }
    return cast("Automation", shown)


def invocation_object(row: Row[Any]) -> Invocation:
    """Return an invocation as replies show it."""
    shown: Json = {
        "id": row.id,
        "object": "agent.automation.invocation",
        "automation_id": row.automation_id,
        "created_at": row.created_at,
        "error": row.error,
        "scheduled_at": row.scheduled_at,
        "session_id": row.session_id if row.status == "completed" else None,
        "skip_reason": row.skip_reason,
        "source": row.source,
        "status": row.status,
    }
    return cast("Invocation", shown)


def shown_target(target: Target) -> Json:
    """Return a target without what is confidential."""
    if isinstance(target, ExistingSessionTarget):
        return target.model_dump()
    agent = None
    if target.agent is not None:
        agent = resolved(target.agent)
        agent["tools"] = shown_tools(agent["tools"])
    return {
        "type": target.type,
        "agent": agent,
        "agent_id": target.agent_id,
        "environment": shown_environment(target.environment.model_dump(by_alias=True, exclude_unset=True)),
        "input": [message.model_dump() for message in target.input],
        "metadata": target.metadata,
        "vault_ids": list(dict.fromkeys(target.vault_ids)),
    }


def shown_environment(given: Json) -> Json:
    """Return an environment of a request without commands, variables and contents; null means that it is inherited."""
    if given["type"] == "none":
        return {"type": "none"}
    if given["type"] == "self_hosted":
        return {
            "type": "self_hosted",
            "capability_directories": given.get("capability_directories") or [],
            "environment_id": given.get("environment_id"),
            "workspace_directory": given.get("workspace_directory") or "/",
        }
    network, packages = given.get("network"), given.get("packages")
    return {
        "type": given["type"],
        **{name: given.get(name) for name in _OVERRIDES},
        "files": _without(given.get("files"), "data"),
        "network": network and {"access": network["access"], "allowed_domains": network.get("allowed_domains") or []},
        "packages": packages and {name: packages.get(name) or [] for name in ("npm", "python", "system")},
        "plugins": _without(given.get("plugins"), "source"),
        "skills": _without(given.get("skills"), "source"),
    }


def _without(things: list[Json] | None, secret: str) -> list[Json] | None:
    return None if things is None else [{key: each for key, each in thing.items() if key != secret} for thing in things]
