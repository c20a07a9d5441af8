"""What a route needs of its caller, said beside the route (`@needs("project.read")`), and whether a caller meets it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from earthshine.accounts.authorization.permissions import Permission
from earthshine.openapi.declare import declare

Need = Permission | Literal["key", "open", "operator"]
"""A permission; or `key`, which every valid key or session meets; `open`, which everybody meets: people who sign in,
those who have a link to a chat, and the website; `operator`, which is met by who may read the first organisation, whose
people run the installation."""

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def needs(need: Need, *, in_project: Need | None = None, shows_words: bool = True) -> Callable[[Endpoint], Endpoint]:
    """Say what a route needs; a route that says nothing keeps the server from starting.

    `in_project`: what it needs at the addresses below a project, of a route that has others too. `shows_words`: whether
    reading it with `project.read` reads what people wrote, so that the audit trail notes who does so as a visitor.
    """
    return declare(need=need, need_in_project=in_project or need, shows_words=shows_words)


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
