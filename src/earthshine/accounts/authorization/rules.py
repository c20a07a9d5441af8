"""From a request to what it needs, by the table of routes, and whether a caller's permissions are enough."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from earthshine.accounts.authorization.permissions import Permission
from earthshine.accounts.authorization.route_needs import ROUTES, Need


@dataclass(frozen=True, slots=True)
class Rule:
    """What one route needs."""

    need: Need
    project: str | None = None
    """The project that the path names, when it names one."""


@dataclass(slots=True)
class _Step:
    """One step of the paths: what may follow it, and what each method needs if a path ends here."""

    literals: dict[str, _Step] = field(default_factory=dict[str, "_Step"])
    any: _Step | None = None
    needs: dict[str, Need] = field(default_factory=dict[str, Need])
    tail: dict[str, Need] = field(default_factory=dict[str, Need])


def _compile(routes: Mapping[Need, Iterable[str]]) -> _Step:
    root = _Step()
    for need, lines in routes.items():
        for line in lines:
            method, _, path = line.partition(" ")
            step = root
            for name in path.split("/")[1:]:
                if name.endswith(":path}"):
                    step.tail[method] = need
                    break
                if name.startswith("{"):
                    step.any = step.any or _Step()
                    step = step.any
                else:
                    step = step.literals.setdefault(name, _Step())
            else:
                step.needs[method] = need
    return root


_TREE: Final = _compile(ROUTES)
_FIXED: Final[Mapping[tuple[str, str], Rule]] = {
    (method, path): Rule(need)
    for need, lines in ROUTES.items()
    for method, _, path in (line.partition(" ") for line in lines)
    if "{" not in path
}
"""Addresses without ids, which are those of the hot path, found in one step."""


def rule(method: str, path: str) -> Rule | None:
    """Return what a request needs, or None when no line of the table is about it.

    `WEBSOCKET` counts as a method, `HEAD` as `GET`, and a slash at the end as nothing.
    """
    fixed = _FIXED.get((method, path))
    if fixed is not None:
        return fixed
    if not path.startswith("/"):
        return None
    steps = (path[1:-1] if path.endswith("/") and len(path) > 1 else path[1:]).split("/")
    need = _find(_TREE, steps, 0, "GET" if method == "HEAD" else method)
    return None if need is None else Rule(need, _project(steps))


def _find(step: _Step, steps: list[str], index: int, method: str) -> Need | None:
    if index == len(steps):
        return step.needs.get(method) or step.tail.get(method)
    name = steps[index]
    found = None
    if name in step.literals:
        found = _find(step.literals[name], steps, index + 1, method)
    if found is None and step.any is not None and name:
        found = _find(step.any, steps, index + 1, method)
    return found or step.tail.get(method)


def _project(steps: list[str]) -> str | None:
    match steps:
        case ["v1", "organization", "projects", project, *_] | ["v1", "projects", project, *_]:
            return project
        case _:
            return None


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
