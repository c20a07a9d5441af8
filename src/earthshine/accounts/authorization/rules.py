"""Whether a caller's permissions are enough for what a route needs."""

from __future__ import annotations

from dataclasses import dataclass

from earthshine.accounts.authorization.needs import Need
from earthshine.accounts.authorization.permissions import Permission


@dataclass(frozen=True, slots=True)
class Rule:
    """What one request needs."""

    need: Need
    project: str | None = None
    """The project that the path names, when it names one."""


def allows(
    permissions: frozenset[Permission], own_project: str, rule: Rule, *, reads: bool, operates: bool = False
) -> bool:
    """Return whether a caller of `own_project` with `permissions` meets `rule`.

    A permission on projects counts in the caller's own project. In another project of the organisation, and beyond
    what the caller may do in its own, a reader of the organisation may read and a manager of it may change.
    `operates`: the caller belongs to the first organisation.
    """
    if rule.need in ("key", "open"):
        return True
    if rule.need == "operator":
        return operates and "organization.read" in permissions
    if rule.project is None:
        return rule.need in permissions
    if rule.project == own_project and rule.need in permissions:
        return True
    if rule.need == "installation.manage":
        return False
    return ("organization.read" if reads else "organization.manage") in permissions
