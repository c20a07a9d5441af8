"""What routes about roles reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.accounts.people.objects import USER
from earthshine.openapi.objects import BOOLEAN, SECONDS, STRING, STRINGS, const, deleted, nullable, record, sometimes

ASSIGNMENT_SOURCE = record(
    "AssignmentSource", "Through whom somebody has a role.", principal_type=STRING, principal_id=STRING
)
ROLE = sometimes(
    record(
        "Role",
        "A set of permissions, as in OpenAI's API.",
        ASSIGNMENT_SOURCE,
        object=const("role"),
        id=STRING,
        name=STRING,
        description=nullable(STRING),
        permissions=STRINGS,
        predefined_role=BOOLEAN,
        resource_type={"type": "string", "enum": ["api.organization", "api.project"]},
    ),
    created_at=SECONDS,
    created_by=STRING,
    updated_at=SECONDS,
    assignment_sources={"type": "array", "items": ASSIGNMENT_SOURCE.reference},
)
ROLES = record(
    "RoleList",
    "One page of roles.",
    ROLE,
    object=const("list"),
    data={"type": "array", "items": ROLE.reference},
    has_more=BOOLEAN,
    next=nullable(STRING),
)
DELETED_ROLE = deleted("DeletedRole", "role.deleted")
USER_ROLE = record(
    "UserRole",
    "A role that was given to a person.",
    ROLE,
    USER,
    object=const("user.role"),
    role=ROLE.reference,
    user=USER.reference,
)
DELETED_USER_ROLE = record(
    "DeletedUserRole",
    "A role was taken away from a person.",
    object=const("user.role.deleted"),
    deleted={"type": "boolean", "const": True},
)
