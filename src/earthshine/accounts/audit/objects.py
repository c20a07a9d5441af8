"""What the audit trail replies with, as the OpenAPI document shows it."""

from __future__ import annotations

from earthshine.openapi.objects import SECONDS, STRING, const, nullable, page_of, record, sometimes, theirs

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
        effective_at=SECONDS,
        actor=AUDIT_ACTOR.reference,
    ),
    project=AUDIT_PROJECT.reference,
)
AUDIT_LOGS = page_of(AUDIT_LOG)
