"""What a server remembers of a key, and the caller that it makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from earthshine.accounts.authorization.allow_lists import Network, networks
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.grants import Grants
from earthshine.accounts.authorization.permissions import (
    GRANTABLE,
    ORGANIZATION_ROLES,
    PERMISSIONS,
    PROJECT_ROLES,
    Permission,
)

Kind = Literal["project", "admin", "installation"]

_OF_PROJECTS: frozenset[Permission] = frozenset({"project.read", "project.write", "project.manage"})
_OF_ADMINS: frozenset[Permission] = GRANTABLE - {"project.read", "project.write"}
"""A key that only administers has no project of its own to read and write in."""
_READS: frozenset[Permission] = frozenset({"project.read", "organization.read"})

SCOPES: Mapping[str, frozenset[Permission]] = {
    "api.all": PERMISSIONS,
    "api.all.read": _READS,
}
"""OpenAI's restrictions of one key that exist here. Several add up; none at all restrict nothing."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One row of `keys`, as far as a request needs it."""

    id: str
    kind: Kind
    organization: str
    project: str
    owner: str
    role: str | None
    scopes: tuple[str, ...]
    models: tuple[str, ...]
    addresses: tuple[Network, ...]
    expires_at: int | None
    revoked: bool
    family: str
    made_by: str | None

    @classmethod
    def of(cls, row: Any) -> KeyRecord:
        """Read a row; those of the first version have nothing but a project, and are the administrator's."""
        return cls(
            id=row.id,
            kind=row.kind or "installation",
            organization=row.organization or "default",
            project=row.project,
            owner=row.owner or "",
            role=row.role,
            scopes=tuple(row.scopes or ()),
            models=tuple(row.models or ()),
            addresses=networks(row.addresses or ()),
            expires_at=row.expires_at,
            revoked=row.revoked_at is not None,
            family=row.family or row.id,
            made_by=row.made_by,
        )


def key_permissions(kind: Kind, role: str | None, scopes: Iterable[str] | None) -> frozenset[Permission]:
    """Return the most that a key may do, whoever owns it; a key of a project without a role may what its owner may."""
    match kind:
        case "installation":
            found = PERMISSIONS
        case "admin":
            found = _OF_ADMINS & ORGANIZATION_ROLES.get(role or "owner", frozenset())
        case "project":
            found = _OF_PROJECTS if role is None else PROJECT_ROLES.get(role, frozenset())
    scopes = tuple(scopes or ())
    if not scopes:
        return found
    return found & frozenset[Permission]().union(*(SCOPES.get(scope, frozenset()) for scope in scopes))


@dataclass(slots=True)
class Directory:
    """The organisations, projects and owners that keys belong to, kept in memory."""

    organizations: set[str] = field(default_factory=set[str])
    """Those that are not archived."""
    projects: dict[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    """Project id to its organisation, and whether it is archived."""
    service_accounts: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    """Service account id to its project and role."""
    retention: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])
    """Organisation and project, or an empty word, to the data retention that was chosen there."""
    people: dict[str, Grants] = field(default_factory=dict[str, Grants])
    """User id to what it may do, of those that own keys."""

    def stores(self, organization: str, project: str) -> bool:
        """Return whether what a project asks models may be stored: by its own choice, else its organisation's."""
        chosen = self.retention.get((organization, project), "organization_default")
        if chosen == "organization_default":
            chosen = self.retention.get((organization, ""), "")
        return chosen != "zero_data_retention"

    def caller(self, key: KeyRecord) -> Caller:
        """Return who sends a request with `key`."""
        person = self.people.get(key.owner)
        return Caller(
            key_id=key.id,
            project=key.project,
            organization=key.organization,
            user=key.owner,
            email=person.email if person is not None else "",
            permissions=self._permissions(key),
            models=key.models,
            visiting=person is not None and person.visits(key.project),
            borrowed=key.owner.startswith("user_") and key.made_by != key.owner,
            family=key.family,
        )

    def _permissions(self, key: KeyRecord) -> frozenset[Permission]:
        found = key_permissions(key.kind, key.role, key.scopes)
        return found if not key.owner else found & self._owners(key)

    def _owners(self, key: KeyRecord) -> frozenset[Permission]:
        account = self.service_accounts.get(key.owner)
        if account is not None:
            return PROJECT_ROLES.get(account[1], frozenset()) if account[0] == key.project else frozenset()
        person = self.people.get(key.owner)
        if person is None or person.organization != key.organization:
            return frozenset()
        return person.within(key.project)
