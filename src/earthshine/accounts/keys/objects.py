"""What routes about keys reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    SECONDS,
    SECONDS_OR_NULL,
    STRING,
    STRINGS,
    Schema,
    const,
    deleted,
    nullable,
    page_of,
    record,
    sometimes,
)

ONCE: Schema = {"description": "The key itself: it is never shown again."} | STRING
_KEY: dict[str, Schema] = {
    "id": STRING,
    "name": STRING,
    "created_at": SECONDS,
    "last_used_at": SECONDS_OR_NULL,
    "expires_at": SECONDS_OR_NULL,
    "redacted_value": STRING,
}
ROTATED = record("RotatedKey", "The key that another one takes the place of.", id=STRING, expires_at=SECONDS)
KEY_USER = record(
    "KeyUser", "A person that owns a key.", id=STRING, created_at=SECONDS, email=STRING, name=STRING, role=STRING
)
KEY_ACCOUNT = record(
    "KeyServiceAccount", "A service account that owns a key.", id=STRING, created_at=SECONDS, name=STRING, role=STRING
)
KEY_OWNER = record(
    "KeyOwner",
    "Whose key it is; all null for a key of nobody's.",
    KEY_USER,
    KEY_ACCOUNT,
    type=nullable(STRING),
    user=nullable(KEY_USER.reference),
    service_account=nullable(KEY_ACCOUNT.reference),
)
PROJECT_KEY_MORE = record(
    "ProjectKeyMore",
    "What OpenAI has no field for.",
    role=nullable(STRING),
    scopes=STRINGS,
    allowed_models={"description": "Empty means all that the project may use."} | STRINGS,
    allowed_addresses={"description": "Empty means any."} | STRINGS,
    made_by={"description": "The person who saw it when it was made; null for none."} | nullable(STRING),
    rotated_from=nullable(STRING),
)
_PROJECT_KEY: dict[str, Schema] = {
    "object": const("organization.project.api_key"),
    **_KEY,
    "owner": KEY_OWNER.reference,
    "owner_project_access": {"type": "string", "enum": ["active", "inactive"]},
    "earthshine": PROJECT_KEY_MORE.reference,
}
PROJECT_KEY = record(
    "ProjectKey",
    "A key of a project, redacted, as in OpenAI's API.",
    KEY_OWNER,
    PROJECT_KEY_MORE,
    **_PROJECT_KEY,
)
PROJECT_KEYS = page_of(PROJECT_KEY)
NEW_PROJECT_KEY = sometimes(
    record(
        "NewProjectKey",
        "A key of a project with its value.",
        KEY_OWNER,
        PROJECT_KEY_MORE,
        ROTATED,
        **_PROJECT_KEY,
        value=ONCE,
    ),
    rotated_from=ROTATED.reference,
)
DELETED_PROJECT_KEY = deleted("DeletedProjectKey", "organization.project.api_key.deleted")

ADMIN_KEY_OWNER = record(
    "AdminKeyOwner",
    "Whose key it is; null but for the role for a key of nobody's.",
    type=nullable(STRING),
    object=nullable(STRING),
    id=nullable(STRING),
    name=nullable(STRING),
    created_at=SECONDS_OR_NULL,
    role=STRING,
)
ADMIN_KEY_MORE = record(
    "AdminKeyMore",
    "What OpenAI has no field for.",
    kind={"type": "string", "enum": ["admin", "installation"]},
    role=STRING,
    allowed_addresses=STRINGS,
    made_by={"description": "The person who saw it when it was made; null for none."} | nullable(STRING),
    rotated_from=nullable(STRING),
)
_ADMIN_KEY: dict[str, Schema] = {
    "object": const("organization.admin_api_key"),
    **_KEY,
    "owner": ADMIN_KEY_OWNER.reference,
    "earthshine": ADMIN_KEY_MORE.reference,
}
ADMIN_KEY = record(
    "AdminKey",
    "A key that administers, redacted, as in OpenAI's API.",
    ADMIN_KEY_OWNER,
    ADMIN_KEY_MORE,
    **_ADMIN_KEY,
)
ADMIN_KEYS = page_of(ADMIN_KEY)
NEW_ADMIN_KEY = sometimes(
    record(
        "NewAdminKey",
        "A key that administers with its value.",
        ADMIN_KEY_OWNER,
        ADMIN_KEY_MORE,
        ROTATED,
        **_ADMIN_KEY,
        value=ONCE,
    ),
    rotated_from=ROTATED.reference,
)
DELETED_ADMIN_KEY = deleted("DeletedAdminKey", "organization.admin_api_key.deleted")
