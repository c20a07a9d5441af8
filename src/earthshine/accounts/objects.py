"""What the administration routes reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    INTEGER,
    STRING,
    Object,
    Schema,
    const,
    deleted,
    nullable,
    page_of,
    record,
    sometimes,
    theirs,
)

_STRINGS: Schema = {"type": "array", "items": STRING}
_SECONDS: Schema = {"description": "Unix seconds."} | INTEGER
_SECONDS_OR_NULL: Schema = {"description": "Unix seconds."} | nullable(INTEGER)
_ONCE: Schema = {"description": "The key itself: it is never shown again."} | STRING


# --- people ----------------------------------------------------------------------------------------------------------

ROLE_NAME: Schema = {"description": "The name of a predefined role; `reader` is ours as viewer."} | STRING
USER_PROJECT = record("UserProject", "A project that a person is a member of.", id=STRING, name=STRING, role=STRING)
USER_PROJECTS = record(
    "UserProjects",
    "Where a person is a member.",
    USER_PROJECT,
    object=const("list"),
    data={"type": "array", "items": USER_PROJECT.reference},
)
PERSON = record(
    "Person", "Who somebody is.", object=const("user"), id=STRING, email=STRING, name=STRING, enabled=BOOLEAN
)
USER = sometimes(
    record(
        "OrganizationUser",
        "A person of the organisation, as in OpenAI's API.",
        PERSON,
        USER_PROJECTS,
        object=const("organization.user"),
        id=STRING,
        name=STRING,
        email=STRING,
        role=ROLE_NAME,
        added_at=_SECONDS,
        created=_SECONDS,
        api_key_last_used_at=_SECONDS_OR_NULL,
        is_default=BOOLEAN,
        is_service_account=BOOLEAN,
        is_scim_managed=BOOLEAN,
        user=PERSON.reference,
    ),
    projects=USER_PROJECTS.reference,
)
USERS = page_of(USER)
DELETED_USER = deleted("DeletedUser", "organization.user.deleted")
PROJECT_USER = record(
    "ProjectUser",
    "A member of a project, as in OpenAI's API.",
    object=const("organization.project.user"),
    id=STRING,
    name=STRING,
    email=STRING,
    role=ROLE_NAME,
    added_at=_SECONDS,
)
PROJECT_USERS = page_of(PROJECT_USER)
DELETED_PROJECT_USER = deleted("DeletedProjectUser", "organization.project.user.deleted")
INVITE_PROJECT = record(
    "InviteProject",
    "A project that comes with an invitation.",
    id=STRING,
    role={"type": "string", "enum": ["member", "owner"], "description": "In OpenAI's words."},
    project_role={"description": "In ours."} | STRING,
)
INVITE = sometimes(
    record(
        "Invite",
        "An invitation, as in OpenAI's API.",
        INVITE_PROJECT,
        object=const("organization.invite"),
        id=STRING,
        email=STRING,
        role={"type": "string", "enum": ["owner", "reader"], "description": "In OpenAI's words."},
        organization_role={"description": "In ours."} | STRING,
        projects={"type": "array", "items": INVITE_PROJECT.reference},
        status={"type": "string", "enum": ["pending", "accepted", "expired"]},
        created_at=_SECONDS,
        expires_at=_SECONDS,
        accepted_at=_SECONDS_OR_NULL,
    ),
    token={"description": "For the link that is sent; in the reply that makes it, and never again."} | STRING,
)
INVITES = page_of(INVITE)
DELETED_INVITE = deleted("DeletedInvite", "organization.invite.deleted")

# --- roles -----------------------------------------------------------------------------------------------------------

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
        permissions=_STRINGS,
        predefined_role=BOOLEAN,
        resource_type={"type": "string", "enum": ["api.organization", "api.project"]},
    ),
    created_at=_SECONDS,
    created_by=STRING,
    updated_at=_SECONDS,
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

# --- projects and organisations --------------------------------------------------------------------------------------

_STATUS: Schema = {"type": "string", "enum": ["active", "archived"]}
PROJECT = record(
    "Project",
    "A project, as in OpenAI's API.",
    object=const("organization.project"),
    id=STRING,
    name=STRING,
    created_at=_SECONDS,
    archived_at=_SECONDS_OR_NULL,
    status=_STATUS,
    external_key_id={"type": "null"},
)
PROJECTS = page_of(PROJECT)
ORGANIZATION = record(
    "Organization",
    "An organisation of this installation.",
    object=const("organization"),
    id=STRING,
    name=STRING,
    created_at=_SECONDS,
    archived_at=_SECONDS_OR_NULL,
    status=_STATUS,
)
ORGANIZATIONS = page_of(ORGANIZATION)

# --- keys ------------------------------------------------------------------------------------------------------------

_KEY: dict[str, Schema] = {
    "id": STRING,
    "name": STRING,
    "created_at": _SECONDS,
    "last_used_at": _SECONDS_OR_NULL,
    "expires_at": _SECONDS_OR_NULL,
    "redacted_value": STRING,
}
ROTATED = record("RotatedKey", "The key that another one takes the place of.", id=STRING, expires_at=_SECONDS)
KEY_USER = record(
    "KeyUser", "A person that owns a key.", id=STRING, created_at=_SECONDS, email=STRING, name=STRING, role=STRING
)
KEY_ACCOUNT = record(
    "KeyServiceAccount", "A service account that owns a key.", id=STRING, created_at=_SECONDS, name=STRING, role=STRING
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
    scopes=_STRINGS,
    allowed_models={"description": "Empty means all that the project may use."} | _STRINGS,
    allowed_addresses={"description": "Empty means any."} | _STRINGS,
    rotated_from=nullable(STRING),
)
PROJECT_KEY = record(
    "ProjectKey",
    "A key of a project, redacted, as in OpenAI's API.",
    KEY_OWNER,
    PROJECT_KEY_MORE,
    object=const("organization.project.api_key"),
    **_KEY,
    owner=KEY_OWNER.reference,
    owner_project_access={"type": "string", "enum": ["active", "inactive"]},
    earthshine=PROJECT_KEY_MORE.reference,
)
PROJECT_KEYS = page_of(PROJECT_KEY)
NEW_PROJECT_KEY = sometimes(
    record(
        "NewProjectKey",
        "A key of a project with its value.",
        KEY_OWNER,
        PROJECT_KEY_MORE,
        ROTATED,
        object=const("organization.project.api_key"),
        **_KEY,
        owner=KEY_OWNER.reference,
        owner_project_access={"type": "string", "enum": ["active", "inactive"]},
        earthshine=PROJECT_KEY_MORE.reference,
        value=_ONCE,
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
    created_at=_SECONDS_OR_NULL,
    role=STRING,
)
ADMIN_KEY_MORE = record(
    "AdminKeyMore",
    "What OpenAI has no field for.",
    kind={"type": "string", "enum": ["admin", "installation"]},
    role=STRING,
    allowed_addresses=_STRINGS,
    rotated_from=nullable(STRING),
)
ADMIN_KEY = record(
    "AdminKey",
    "A key that administers, redacted, as in OpenAI's API.",
    ADMIN_KEY_OWNER,
    ADMIN_KEY_MORE,
    object=const("organization.admin_api_key"),
    **_KEY,
    owner=ADMIN_KEY_OWNER.reference,
    earthshine=ADMIN_KEY_MORE.reference,
)
ADMIN_KEYS = page_of(ADMIN_KEY)
NEW_ADMIN_KEY = sometimes(
    record(
        "NewAdminKey",
        "A key that administers with its value.",
        ADMIN_KEY_OWNER,
        ADMIN_KEY_MORE,
        ROTATED,
        object=const("organization.admin_api_key"),
        **_KEY,
        owner=ADMIN_KEY_OWNER.reference,
        earthshine=ADMIN_KEY_MORE.reference,
        value=_ONCE,
    ),
    rotated_from=ROTATED.reference,
)
DELETED_ADMIN_KEY = deleted("DeletedAdminKey", "organization.admin_api_key.deleted")

_ACCOUNT: dict[str, Schema] = {
    "object": const("organization.project.service_account"),
    "id": STRING,
    "name": STRING,
    "role": STRING,
    "created_at": _SECONDS,
}
SERVICE_ACCOUNT = record("ServiceAccount", "A program's place in a project, as in OpenAI's API.", **_ACCOUNT)
SERVICE_ACCOUNTS = page_of(SERVICE_ACCOUNT)
SERVICE_ACCOUNT_KEY = record(
    "ServiceAccountKey",
    "A new key of a service account.",
    object=const("organization.project.service_account.api_key"),
    id=STRING,
    name=STRING,
    created_at=_SECONDS,
    expires_at=_SECONDS_OR_NULL,
    value=_ONCE,
)
NEW_SERVICE_ACCOUNT: Object = record(
    "NewServiceAccount",
    "A service account with its first key.",
    SERVICE_ACCOUNT_KEY,
    **_ACCOUNT,
    api_key=nullable(SERVICE_ACCOUNT_KEY.reference),
)
DELETED_SERVICE_ACCOUNT = deleted("DeletedServiceAccount", "organization.project.service_account.deleted")

# --- sessions and the audit trail ------------------------------------------------------------------------------------

_SESSION: dict[str, Schema] = {
    "object": const("session"),
    "id": STRING,
    "user_id": STRING,
    "method": {"description": "How the person signed in: password, invite or oidc."} | STRING,
    "created_at": _SECONDS,
    "last_seen_at": _SECONDS,
    "expires_at": _SECONDS,
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
    permissions=_STRINGS,
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

AUDIT_USER = record("AuditUser", "A person, as far as the trail knows.", id=STRING, email=STRING)
AUDIT_ACCOUNT = record("AuditServiceAccount", "A service account.", id=STRING)
AUDIT_SESSION = record(
    "AuditSession", "A session that acted.", AUDIT_USER, id=STRING, user=nullable(AUDIT_USER.reference)
)
AUDIT_KEY = sometimes(
    record("AuditKey", "A key that acted.", id=STRING, type={"type": "string", "enum": ["user", "service_account"]}),
    AUDIT_USER,
    AUDIT_ACCOUNT,
    user=AUDIT_USER.reference,
    service_account=nullable(AUDIT_ACCOUNT.reference),
)
AUDIT_ACTOR = sometimes(
    record("AuditActor", "Who acted.", type={"type": "string", "enum": ["session", "api_key"]}),
    AUDIT_SESSION,
    AUDIT_KEY,
    session=AUDIT_SESSION.reference,
    api_key=AUDIT_KEY.reference,
)
AUDIT_PROJECT = record("AuditProject", "Where it was done.", id=STRING, name=nullable(STRING))
AUDIT_LOG = sometimes(
    theirs(
        "AuditLog",
        "Who did what to what, as in OpenAI's API. The details stand under the name of the event.",
        AUDIT_ACTOR,
        AUDIT_PROJECT,
        object=const("organization.audit_log"),
        id=STRING,
        type={"description": "The nearest name that OpenAI's clients know."} | STRING,
        event={"description": "The event's own name, under which the details stand."} | STRING,
        effective_at=_SECONDS,
        actor=AUDIT_ACTOR.reference,
    ),
    project=AUDIT_PROJECT.reference,
)
AUDIT_LOGS = page_of(AUDIT_LOG)
