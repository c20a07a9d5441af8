"""What a caller may do: permissions, the roles that are sets of them, and the one table of what each route needs.

A route that is not in `ROUTES` is refused to everybody, so that a forgotten line closes a door and never opens one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

Permission = Literal[
    "project.read",
    "project.write",
    "project.manage",
    "organization.read",
    "organization.manage",
    "installation.manage",
]
"""`installation.manage` is the first administrator's alone: it touches what all organisations share."""

Need = Permission | Literal["key", "open", "operator"]
"""What a route asks for; `key` is met by every valid key or session, `open` by everybody: people who sign in.

`operator` is met by who may read the first organisation, whose people run the installation.
"""

Role = Literal["owner", "admin", "member", "viewer"]

PERMISSIONS: Final[frozenset[Permission]] = frozenset(get_args(Permission))
GRANTABLE: Final[frozenset[Permission]] = PERMISSIONS - {"installation.manage"}
"""What an organisation's administrators can give away."""

_READ: Final[frozenset[Permission]] = frozenset({"project.read"})
_WRITE: Final[frozenset[Permission]] = frozenset({"project.read", "project.write"})
_MANAGE: Final[frozenset[Permission]] = frozenset({"project.read", "project.write", "project.manage"})

PROJECT_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    "none": frozenset(),
    "viewer": _READ,
    "member": _WRITE,
    "admin": _MANAGE,
    "owner": _MANAGE,
}
"""What a role allows inside its own project."""

ORGANIZATION_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    "none": frozenset(),
    "viewer": frozenset({"project.read", "organization.read"}),
    "member": frozenset(),
    "admin": GRANTABLE,
    "owner": GRANTABLE,
}
"""What a role allows in the whole organisation. A member has what its projects give it; only an owner makes owners."""

ALIASES: Final[Mapping[str, str]] = {"reader": "viewer"}
"""OpenAI's words for ours."""

# Method and path; what stands in braces matches one step of the path, {name:path} all the rest.
ROUTES: Final[Mapping[Need, tuple[str, ...]]] = {
    "open": (
        "POST /v1/sessions",
        "POST /v1/sessions/invite",
        "GET /v1/sessions/oidc/start",
        "GET /v1/sessions/oidc/callback",
    ),
    "key": (
        "GET /openapi.json",
        # One's own; other people's are for administrators, which the room itself checks.
        "GET /v1/sessions",
        "GET /v1/sessions/current",
        "DELETE /v1/sessions/current",
        "DELETE /v1/sessions/{session_id}",
        "POST /v1/sessions/password",
    ),
    "project.read": (
        "GET /v1/models",
        "GET /v1/models/{model:path}",
        "GET /v1/responses/{response_id}",
        "GET /v1/responses/{response_id}/input_items",
        "GET /v1/conversations/{conversation_id}",
        "GET /v1/conversations/{conversation_id}/items",
        "GET /v1/conversations/{conversation_id}/items/{item_id}",
        "GET /v1/chat/completions",
        "GET /v1/chat/completions/{completion_id}",
        "GET /v1/chat/completions/{completion_id}/messages",
        "GET /v1/organization/projects/{project_id}",
        "GET /v1/organization/projects/{project_id}/usage/{capability}",
        "GET /v1/organization/projects/{project_id}/costs",
        "GET /v1/organization/projects/{project_id}/rate_limits",
        "GET /v1/organization/projects/{project_id}/model_permissions",
        "GET /v1/organization/projects/{project_id}/spend_limit",
        "GET /v1/organization/projects/{project_id}/spend_alerts",
        "GET /v1/organization/projects/{project_id}/spend_alerts/{alert_id}",
    ),
    "project.write": (
        "WEBSOCKET /v1/responses",
        "POST /v1/responses",
        "POST /v1/responses/compact",
        "POST /v1/responses/input_tokens",
        "POST /v1/responses/{response_id}/cancel",
        "DELETE /v1/responses/{response_id}",
        "POST /v1/conversations",
        "POST /v1/conversations/{conversation_id}",
        "DELETE /v1/conversations/{conversation_id}",
        "POST /v1/conversations/{conversation_id}/items",
        "DELETE /v1/conversations/{conversation_id}/items/{item_id}",
        "POST /v1/chat/completions",
        "POST /v1/chat/completions/{completion_id}",
        "DELETE /v1/chat/completions/{completion_id}",
        "POST /v1/completions",
        "POST /v1/embeddings",
    ),
    "project.manage": (
        "POST /v1/organization/projects/{project_id}",
        "GET /v1/organization/projects/{project_id}/api_keys",
        "POST /v1/organization/projects/{project_id}/api_keys",
        "GET /v1/organization/projects/{project_id}/api_keys/{api_key_id}",
        "POST /v1/organization/projects/{project_id}/api_keys/{api_key_id}",
        "DELETE /v1/organization/projects/{project_id}/api_keys/{api_key_id}",
        "POST /v1/organization/projects/{project_id}/api_keys/{api_key_id}/rotate",
        "GET /v1/organization/projects/{project_id}/service_accounts",
        "POST /v1/organization/projects/{project_id}/service_accounts",
        "GET /v1/organization/projects/{project_id}/service_accounts/{service_account_id}",
        "POST /v1/organization/projects/{project_id}/service_accounts/{service_account_id}",
        "DELETE /v1/organization/projects/{project_id}/service_accounts/{service_account_id}",
        "POST /v1/organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys",
        "GET /v1/organization/projects/{project_id}/users",
        "POST /v1/organization/projects/{project_id}/users",
        "GET /v1/organization/projects/{project_id}/users/{user_id}",
        "POST /v1/organization/projects/{project_id}/users/{user_id}",
        "DELETE /v1/organization/projects/{project_id}/users/{user_id}",
        "GET /v1/projects/{project_id}/roles",
        "POST /v1/projects/{project_id}/roles",
        "GET /v1/projects/{project_id}/roles/{role_id}",
        "POST /v1/projects/{project_id}/roles/{role_id}",
        "DELETE /v1/projects/{project_id}/roles/{role_id}",
        "GET /v1/projects/{project_id}/users/{user_id}/roles",
        "POST /v1/projects/{project_id}/users/{user_id}/roles",
        "GET /v1/projects/{project_id}/users/{user_id}/roles/{role_id}",
        "DELETE /v1/projects/{project_id}/users/{user_id}/roles/{role_id}",
        "POST /v1/organization/projects/{project_id}/spend_alerts",
        "POST /v1/organization/projects/{project_id}/spend_alerts/{alert_id}",
        "DELETE /v1/organization/projects/{project_id}/spend_alerts/{alert_id}",
    ),
    "operator": (
        # They tell of all organisations.
        "GET /metrics",
    ),
    "organization.read": (
        "GET /v1/organization/projects",
        "GET /v1/organization/admin_api_keys",
        "GET /v1/organization/admin_api_keys/{key_id}",
        "GET /v1/organization/audit_logs",
        "GET /v1/organization/users",
        "GET /v1/organization/users/{user_id}",
        "GET /v1/organization/users/{user_id}/roles",
        "GET /v1/organization/users/{user_id}/roles/{role_id}",
        "GET /v1/organization/invites",
        "GET /v1/organization/invites/{invite_id}",
        "GET /v1/organization/roles",
        "GET /v1/organization/roles/{role_id}",
        "GET /v1/organization/spend_limit",
        "GET /v1/organization/spend_alerts",
        "GET /v1/organization/spend_alerts/{alert_id}",
        "GET /v1/organization/costs",
        "GET /v1/organization/usage/{capability}",
        "GET /v1/organization/limits",
        "GET /v1/organization/limits/{limit_id}",
    ),
    "organization.manage": (
        "POST /v1/organization/projects",
        "POST /v1/organization/projects/{project_id}/archive",
        "POST /v1/organization/admin_api_keys",
        "DELETE /v1/organization/admin_api_keys/{key_id}",
        "POST /v1/organization/admin_api_keys/{key_id}/rotate",
        "POST /v1/organization/users",
        "POST /v1/organization/users/{user_id}",
        "DELETE /v1/organization/users/{user_id}",
        "POST /v1/organization/users/{user_id}/roles",
        "DELETE /v1/organization/users/{user_id}/roles/{role_id}",
        "POST /v1/organization/invites",
        "DELETE /v1/organization/invites/{invite_id}",
        "POST /v1/organization/roles",
        "POST /v1/organization/roles/{role_id}",
        "DELETE /v1/organization/roles/{role_id}",
        "POST /v1/organization/spend_limit",
        "DELETE /v1/organization/spend_limit",
        "POST /v1/organization/spend_alerts",
        "POST /v1/organization/spend_alerts/{alert_id}",
        "DELETE /v1/organization/spend_alerts/{alert_id}",
        # A project's own people cannot lift what the organisation set for it.
        "POST /v1/organization/projects/{project_id}/rate_limits/{rate_limit_id}",
        "POST /v1/organization/limits",
        "DELETE /v1/organization/limits/{limit_id}",
        "POST /v1/organization/projects/{project_id}/model_permissions",
        "DELETE /v1/organization/projects/{project_id}/model_permissions",
        "POST /v1/organization/projects/{project_id}/spend_limit",
        "DELETE /v1/organization/projects/{project_id}/spend_limit",
    ),
    "installation.manage": (
        "DELETE /v1/models/{model:path}",
        "GET /v1/organizations",
        "POST /v1/organizations",
        "GET /v1/organizations/{organization_id}",
        "POST /v1/organizations/{organization_id}",
        "POST /v1/organizations/{organization_id}/archive",
        "POST /v1/organizations/{organization_id}/admin_api_keys",
        # Deployments serve all organisations, and each has a key of the installation's.
        "GET /v1/deployments",
        "POST /v1/deployments",
        "GET /v1/deployments/{deployment_id}",
        "POST /v1/deployments/{deployment_id}",
        "DELETE /v1/deployments/{deployment_id}",
        "POST /v1/deployments/{deployment_id}/check",
    ),
}
"""What each route needs. Under `projects/{project_id}`, see `allows`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one route needs."""

    need: Need
    project: str | None = None
    """The project that the path names, when it names one."""


@dataclass(slots=True)
class _Step:
    """One step of the paths: what may follow it, and what each method needs if a path ends here."""

    literals: dict[str, _Step] = field(default_factory=dict[str, "_Step"])
    any: _Step | None = None
    needs: dict[str, Need] = field(default_factory=dict[str, Need])
    tail: dict[str, Need] = field(default_factory=dict[str, Need])


def _compile(routes: Mapping[Need, Iterable[str]]) -> _Step:
    root = _Step()
    for need, lines in routes.items():
        for line in lines:
            method, _, path = line.partition(" ")
            step = root
            for name in path.split("/")[1:]:
                if name.endswith(":path}"):
                    step.tail[method] = need
                    break
                if name.startswith("{"):
                    step.any = step.any or _Step()
                    step = step.any
                else:
                    step = step.literals.setdefault(name, _Step())
            else:
                step.needs[method] = need
    return root


_TREE: Final = _compile(ROUTES)
_FIXED: Final[Mapping[tuple[str, str], Rule]] = {
    (method, path): Rule(need)
    for need, lines in ROUTES.items()
    for method, _, path in (line.partition(" ") for line in lines)
    if "{" not in path
}
"""Addresses without ids, which are those of the hot path, found in one step."""


def rule(method: str, path: str) -> Rule | None:
    """Return what a request needs, or None when no line of the table is about it.

    `WEBSOCKET` counts as a method, `HEAD` as `GET`, and a slash at the end as nothing.
    """
    fixed = _FIXED.get((method, path))
    if fixed is not None:
        return fixed
    steps = (path[1:-1] if path.endswith("/") and len(path) > 1 else path[1:]).split("/")
    need = _find(_TREE, steps, 0, "GET" if method == "HEAD" else method)
    return None if need is None else Rule(need, _project(steps))


def _find(step: _Step, steps: list[str], index: int, method: str) -> Need | None:
    if index == len(steps):
        return step.needs.get(method) or step.tail.get(method)
    name = steps[index]
    found = None
    if name in step.literals:
        found = _find(step.literals[name], steps, index + 1, method)
    if found is None and step.any is not None and name:
        found = _find(step.any, steps, index + 1, method)
    return found or step.tail.get(method)


def _project(steps: list[str]) -> str | None:
    match steps:
        case ["v1", "organization", "projects", project, *_] | ["v1", "projects", project, *_]:
            return project
        case _:
            return None


def allows(
    permissions: frozenset[Permission], own_project: str, rule: Rule, *, reads: bool, operates: bool = False
) -> bool:
    """Return whether a caller of `own_project` with `permissions` meets `rule`.

    A permission on projects counts in the caller's own project. In another project of the organisation, and beyond
    what the caller may do in its own, a reader of the organisation may read and a manager of it may change.
    `operates`: the caller belongs to the first organisation.
    """
    if rule.need in ("key", "open"):
        return True
    if rule.need == "operator":
        return operates and "organization.read" in permissions
    if rule.project is None:
        return rule.need in permissions
    if rule.project == own_project and rule.need in permissions:
        return True
    if rule.need == "installation.manage":
        return False
    return ("organization.read" if reads else "organization.manage") in permissions


def role_named(name: str, roles: Mapping[str, frozenset[Permission]]) -> str | None:
    """Return our word for a role's name, or None when there is no such role."""
    name = ALIASES.get(name, name)
    return name if name in roles else None
