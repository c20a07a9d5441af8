"""What routes about sessions reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.accounts.people.objects import USER
from earthshine.openapi.objects import (
    BOOLEAN,
    SECONDS,
    STRING,
    STRINGS,
    Schema,
    const,
    deleted,
    nullable,
    page_of,
    record,
)

_SESSION: dict[str, Schema] = {
    "object": const("session"),
    "id": STRING,
    "user_id": STRING,
    "method": {"description": "How the person signed in: password, invite or oidc."} | STRING,
    "created_at": SECONDS,
    "last_seen_at": SECONDS,
    "expires_at": SECONDS,
    "user_agent": STRING,
    "address": STRING,
    "current": {"description": "Whether it is the one that asks."} | BOOLEAN,
}
SESSION = record("Session", "Where a person is signed in.", **_SESSION)
SESSIONS = page_of(SESSION)
CURRENT_SESSION = record(
    "CurrentSession",
    "Who acts, where, and what it may do.",
    USER,
    **_SESSION,
    organization=STRING,
    project=nullable(STRING),
    permissions=STRINGS,
    user=USER.reference,
    csrf_token={"description": "To be sent as the header `x-csrf-token` with every change."} | STRING,
)
NEW_SESSION = record(
    "NewSession",
    "A session that has just begun; its cookie is set too.",
    **_SESSION,
    token={"description": "For clients without cookies, as `Authorization: Bearer`."} | STRING,
    csrf_token=STRING,
)
DELETED_SESSION = deleted("DeletedSession", "session.deleted")
PASSWORD_CHANGED = record(
    "PasswordChanged", "One's password was changed.", object=const("password.changed"), user=STRING
)
