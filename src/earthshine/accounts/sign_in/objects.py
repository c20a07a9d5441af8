"""What routes about sessions reply with."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from earthshine.accounts.people.objects import OrganizationUser
from earthshine.wire.objects import Deletion, Seconds


class Session(TypedDict):
    """Where a person is signed in."""

    object: Literal["session"]
    id: str
    user_id: str
    method: str
    """How the person signed in: password, invite or oidc."""
    created_at: Seconds
    last_seen_at: Seconds
    expires_at: Seconds
    user_agent: str
    address: str
    current: bool
    """Whether it is the one that asks."""


class CurrentSession(Session):
    """Who acts, where, and what it may do."""

    organization: str
    project: str | None
    permissions: list[str]
    user: OrganizationUser
    csrf_token: str
    """To be sent as the header `x-csrf-token` with every change."""


class NewSession(Session):
    """A session that has just begun; its cookie is set too."""

    token: str
    """For clients without cookies, as `Authorization: Bearer`."""
    csrf_token: str


class DeletedSession(Deletion):
    """What was removed."""

    object: Literal["session.deleted"]


class PasswordChanged(TypedDict):
    """One's password was changed."""

    object: Literal["password.changed"]
    user: str


class Setup(TypedDict):
    """How people get in here. `people`: somebody can sign in already; `oidc`: through an identity provider, too."""

    object: Literal["setup"]
    people: bool
    oidc: bool
    key_file: bool
    """Whether the data directory holds the key of the first start."""
    version: str
    name: str
