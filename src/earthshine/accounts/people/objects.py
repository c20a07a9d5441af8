"""What routes about people and invitations reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import (
    BOOLEAN,
    SECONDS,
    SECONDS_OR_NULL,
    STRING,
    STRINGS,
    Schema,
    const,
    deleted,
    list_of,
    page_of,
    record,
    sometimes,
)

ROLE_NAME: Schema = {"description": "The name of a predefined role; `reader` is ours as viewer."} | STRING
USER_PROJECT = record("UserProject", "A project that a person is a member of.", id=STRING, name=STRING, role=STRING)
USER_PROJECTS = list_of(USER_PROJECT, "UserProjects", "Where a person is a member.")
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
        added_at=SECONDS,
        created=SECONDS,
        api_key_last_used_at=SECONDS_OR_NULL,
        is_default=BOOLEAN,
        is_service_account=BOOLEAN,
        is_scim_managed=BOOLEAN,
        user=PERSON.reference,
    ),
    projects=USER_PROJECTS.reference,
)
USERS = page_of(USER)
REMOVAL = record(
    "Removal",
    "What a person's removal did, and what the person made that goes on: whoever holds such a key can use it.",
    erased={"description": "Whether all that the person wrote is gone; false while that goes on."} | BOOLEAN,
    service_accounts=STRINGS,
    api_keys={"description": "Of service accounts, and in other people's names."} | STRINGS,
)
DELETED_USER = record(
    "DeletedUser",
    "A person who was removed.",
    REMOVAL,
    id=STRING,
    object=const("organization.user.deleted"),
    deleted={"const": True},
    earthshine=REMOVAL.reference,
)
PROJECT_USER = record(
    "ProjectUser",
    "A member of a project, as in OpenAI's API.",
    object=const("organization.project.user"),
    id=STRING,
    name=STRING,
    email=STRING,
    role=ROLE_NAME,
    added_at=SECONDS,
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
        created_at=SECONDS,
        expires_at=SECONDS,
        accepted_at=SECONDS_OR_NULL,
    ),
    token={"description": "For the link that is sent; in the reply that makes it, and never again."} | STRING,
)
INVITES = page_of(INVITE)
DELETED_INVITE = deleted("DeletedInvite", "organization.invite.deleted")
