"""What a caller may do: permissions, and the roles that are sets of them. Which route needs which: `needs`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, get_args

Permission = Literal[
    "project.read",
    "project.write",
    "project.manage",
    "organization.read",
    "organization.manage",
    "installation.manage",
]
"""`installation.manage` touches what all organisations share: it is the first key's and the first person's alone."""

Role = Literal["owner", "admin", "member", "viewer"]

PERMISSIONS: Final[frozenset[Permission]] = frozenset(get_args(Permission))
GRANTABLE: Final[frozenset[Permission]] = PERMISSIONS - {"installation.manage"}
"""What an organisation's administrators can give away."""

_READ: Final[frozenset[Permission]] = frozenset({"project.read"})
_WRITE: Final[frozenset[Permission]] = frozenset({"project.read", "project.write"})
_MANAGE: Final[frozenset[Permission]] = frozenset({"project.read", "project.write", "project.manage"})

PROJECT_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    "none": frozenset(),
    "viewer": _READ,
    "member": _WRITE,
    "admin": _MANAGE,
    "owner": _MANAGE,
}
"""What a role allows inside its own project."""

ORGANIZATION_ROLES: Final[Mapping[str, frozenset[Permission]]] = {
    "none": frozenset(),
    "viewer": frozenset({"project.read", "organization.read"}),
    "member": frozenset(),
    "admin": GRANTABLE,
    "owner": GRANTABLE,
}
"""What a role allows in the whole organisation. A member has what its projects give it; only an owner makes owners."""

PREDEFINED: Final[Mapping[str, frozenset[Permission]]] = {
    f"role_{where}_{name}": sets[name]
    for where, sets in (("organization", ORGANIZATION_ROLES), ("project", PROJECT_ROLES))
    for name in ("owner", "admin", "member", "viewer")
}
"""The roles that always exist, by the ids that groups have them by."""

ALIASES: Final[Mapping[str, str]] = {"reader": "viewer"}
"""OpenAI's words for ours."""


def role_named(name: str, roles: Mapping[str, frozenset[Permission]]) -> str | None:
    """Return our word for a role's name, or None when there is no such role."""
    name = ALIASES.get(name, name)
    return name if name in roles else None
