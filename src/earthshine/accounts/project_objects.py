"""What routes about projects and organisations reply with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import SECONDS, SECONDS_OR_NULL, STRING, Schema, const, page_of, record

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
