"""What routes of projects, organisations and service accounts reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.accounts.keys.objects import ONCE
from earthshine.openapi.objects import (
    SECONDS,
    SECONDS_OR_NULL,
    STRING,
    Object,
    Schema,
    const,
    deleted,
    nullable,
    page_of,
    record,
)

_STATUS: Schema = {"type": "string", "enum": ["active", "archived"]}
PROJECT = record(
    "Project",
    "A project, as in OpenAI's API.",
    object=const("organization.project"),
    id=STRING,
    name=STRING,
    created_at=SECONDS,
    archived_at=SECONDS_OR_NULL,
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
    created_at=SECONDS,
    archived_at=SECONDS_OR_NULL,
    status=_STATUS,
)
ORGANIZATIONS = page_of(ORGANIZATION)

_ACCOUNT: dict[str, Schema] = {
    "object": const("organization.project.service_account"),
    "id": STRING,
    "name": STRING,
    "role": STRING,
    "created_at": SECONDS,
}
SERVICE_ACCOUNT = record("ServiceAccount", "A program's place in a project, as in OpenAI's API.", **_ACCOUNT)
SERVICE_ACCOUNTS = page_of(SERVICE_ACCOUNT)
SERVICE_ACCOUNT_KEY = record(
    "ServiceAccountKey",
    "A new key of a service account.",
    object=const("organization.project.service_account.api_key"),
    id=STRING,
    name=STRING,
    created_at=SECONDS,
    expires_at=SECONDS_OR_NULL,
    value=ONCE,
)
NEW_SERVICE_ACCOUNT: Object = record(
    "NewServiceAccount",
    "A service account with its first key.",
    SERVICE_ACCOUNT_KEY,
    **_ACCOUNT,
    api_key=nullable(SERVICE_ACCOUNT_KEY.reference),
)
DELETED_SERVICE_ACCOUNT = deleted("DeletedServiceAccount", "organization.project.service_account.deleted")
