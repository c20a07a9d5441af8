"""What a caller may do: permissions, the roles that are sets of them, and the one table of what each route needs.

A route that is not in `ROUTES` is refused to everybody, so that a forgotten line closes a door and never opens one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Permission = Literal[
    "project.read",
    "project.write",
    "project.manage",
    "organization.read",
    "organization.manage",
    "installation.manage",
]
"""`installation.manage` touches what all organisations share: it is the first key's and the first person's alone."""

Need = Permission | Literal["key", "open", "operator"]
"""What a route asks for; `key` is met by every valid key or session, `open` by everybody: people who sign in, those who
have a link to a chat, and the website.

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

PAGES: Final[tuple[str, ...]] = (
    "GET /",
    "GET /index.html",
    "GET /c",
    "GET /c/{rest:path}",
    "GET /console",
    "GET /console/{rest:path}",
    "GET /library",
    "GET /library/{rest:path}",
    "GET /settings",
    "GET /settings/{rest:path}",
    "GET /s/{rest:path}",
    "GET /setup",
    "GET /sign-in",
    "GET /invite",
)
"""The web app's addresses, which all show the same page; it then asks the API as any client does."""

WEBSITE: Final[tuple[str, ...]] = (
    *PAGES,
    "GET /assets/{rest:path}",
    "GET /icons/{rest:path}",
    "GET /diagram.html",
    "GET /early.js",
    "GET /manifest.webmanifest",
    "GET /sw.js",
    "GET /favicon.ico",
    "GET /favicon.svg",
    "GET /icon-maskable.svg",
    "GET /apple-touch-icon.png",
    "GET /robots.txt",
)
"""All that is served without a key because it is the same for everybody: the files of the web app."""

# Method and path; what stands in braces matches one step of the path, {name:path} all the rest.
ROUTES: Final[Mapping[Need, tuple[str, ...]]] = {
    "open": (
        "POST /v1/sessions",
        "POST /v1/sessions/invite",
        "GET /v1/sessions/oidc/start",
        "GET /v1/sessions/oidc/callback",
        # The link itself is the right to see what it shows.
        "GET /v1/shares/{token}",
        "GET /v1/setup",
        *WEBSITE,
    ),
    "key": (
        "GET /openapi.json",
        # One's own; other people's are for administrators, which the room itself checks.
        "GET /v1/sessions",
        "GET /v1/sessions/current",
        "DELETE /v1/sessions/current",
        "DELETE /v1/sessions/{session_id}",
        "POST /v1/sessions/name",
        "POST /v1/sessions/password",
        # What all share, as models are.
        "GET /v1/catalog",
        "GET /v1/engines",
    ),
    "project.read": (
        "GET /v1/models",
        "GET /v1/models/{model:path}",
        "GET /v1/responses",
        "GET /v1/responses/{response_id}",
        "GET /v1/responses/{response_id}/journal",
        "GET /v1/responses/{response_id}/input_items",
        "GET /v1/conversations/{conversation_id}",
        "GET /v1/conversations/{conversation_id}/items",
        "GET /v1/conversations/{conversation_id}/items/{item_id}",
        "GET /v1/chats/search",
        "GET /v1/chats/export",
        "GET /v1/chats/{chat_id}/export",
        "GET /v1/chats/{chat_id}/shares",
        "GET /v1/chats",
        "GET /v1/chats/{chat_id}",
        "GET /v1/chats/{chat_id}/turns",
        "GET /v1/chats/{chat_id}/turns/{turn_id}",
        "GET /v1/chats/{chat_id}/turns/{turn_id}/tokens",
        "GET /v1/chat/completions",
        "GET /v1/chat/completions/{completion_id}",
        "GET /v1/chat/completions/{completion_id}/messages",
        "GET /v1/assistants",
        "GET /v1/assistants/{assistant_id}",
        "GET /v1/prompts",
        "GET /v1/prompts/{prompt_id}",
        "GET /v1/spaces",
        "GET /v1/spaces/{space_id}",
        "GET /v1/memories",
        "GET /v1/memories/{memory_id}",
        "GET /v1/preferences",
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
        "POST /v1/chats/import",
        "POST /v1/chats/{chat_id}/shares",
        "DELETE /v1/chats/{chat_id}/shares/{share_id}",
        "POST /v1/chats",
        "POST /v1/chats/{chat_id}",
        "DELETE /v1/chats/{chat_id}",
        "POST /v1/chats/{chat_id}/turns",
        "POST /v1/chats/{chat_id}/turns/{turn_id}/cancel",
        "POST /v1/chat/completions",
        "POST /v1/chat/completions/{completion_id}",
        "DELETE /v1/chat/completions/{completion_id}",
        "POST /v1/completions",
        "POST /v1/embeddings",
        "POST /v1/assistants",
        "POST /v1/assistants/{assistant_id}",
        "DELETE /v1/assistants/{assistant_id}",
        "POST /v1/prompts",
        "POST /v1/prompts/{prompt_id}",
        "DELETE /v1/prompts/{prompt_id}",
        "POST /v1/spaces",
        "POST /v1/spaces/{space_id}",
        "DELETE /v1/spaces/{space_id}",
        "POST /v1/memories",
        "POST /v1/memories/{memory_id}",
        "DELETE /v1/memories/{memory_id}",
        "POST /v1/preferences",
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
        "GET /v1/machine",
        "GET /v1/settings",
        # A source may be a path of this machine.
        "GET /v1/catalog/downloads",
        "GET /v1/catalog/downloads/{download_id}",
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
        "POST /v1/catalog/downloads",
        "DELETE /v1/catalog/downloads/{download_id}",
        "POST /v1/engines",
        "DELETE /v1/engines/{model:path}",
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
"""What each route needs. Under `projects/{project_id}`, see `rules.allows`."""


def role_named(name: str, roles: Mapping[str, frozenset[Permission]]) -> str | None:
    """Return our word for a role's name, or None when there is no such role."""
    name = ALIASES.get(name, name)
    return name if name in roles else None
