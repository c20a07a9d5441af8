"""The one table of all routes: from a request to its route, and to what its caller needs, in one look.

Each route says beside itself what it needs; one that does not, or that has the address of another one, raises at the
start. Names in an address come before ids, so that the order in which features add their routes means nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match, Route, WebSocketRoute
from starlette.types import Receive, Scope, Send

from earthshine.accounts.authorization.needs import Need, Rule
from earthshine.openapi.declare import Declared, declared

PREFIX = "/earthshine"
"""What the addresses begin with that are ours, so that those under `/v1` are OpenAI's; see docs/routes.md."""
WEBSOCKET = "WEBSOCKET"
"""What counts as the method of a WebSocket."""

_FOUND = "earthshine.found"


@dataclass(frozen=True, slots=True)
class Entry:
    """One route at one address."""

    method: str
    path: str
    route: Route | WebSocketRoute
    need: Need
    declared: Declared
    names: tuple[str, ...]
    """Of the parts of the address that are ids, in their order."""


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request."""

    entry: Entry
    asked: str
    """The path of the request."""
    params: dict[str, str]
    rule: Rule


@dataclass(slots=True)
class _Step:
    """One step of the paths: what may follow it, and which routes end here, by method."""

    literals: dict[str, _Step] = field(default_factory=dict[str, "_Step"])
    any: _Step | None = None
    ends: dict[str, Entry] = field(default_factory=dict[str, Entry])
    tail: dict[str, Entry] = field(default_factory=dict[str, Entry])


class RouteTable(BaseRoute):
    """All routes of the application, as the only one that its router knows."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        """Raises `ValueError` for a route that does not say what it needs, and for two at one address."""
        self.routes = list(routes)
        self.entries = sorted(_entries(self.routes), key=lambda entry: (entry.path, entry.method))
        """Every method at every address."""
        self._root = _Step()
        self._fixed: dict[tuple[str, str], Found] = {}
        self._methods = sorted({entry.method for entry in self.entries} - {WEBSOCKET})
        for entry in self.entries:
            self._add(entry)

    def find(self, method: str, path: str) -> Found | None:
        """Return the route of a request, or None; a slash at the end counts."""
        fixed = self._fixed.get((method, path))
        if fixed is not None or not path.startswith("/"):
            return fixed
        values: list[str] = []
        entry = _find(self._root, path[1:].split("/"), 0, method, values)
        if entry is None:
            return None
        params = dict(zip(entry.names, values, strict=True))
        return Found(entry, path, params, Rule(entry.need, params.get("project_id")))

    def find_near(self, method: str, path: str) -> Found | None:
        """Return the route of a request, or that to which it is sent on: a slash at the end counts as nothing."""
        return self.find(method, path) or (self.find(method, path.rstrip("/")) if path.endswith("/") else None)

    def find_moved(self, method: str, path: str) -> Found | None:
        """Return the route that a request was meant for which uses the address of an earlier version."""
        return self.find_near(method, PREFIX + path) if path.startswith("/v1/") else None

    def methods(self, path: str) -> list[str]:
        """Return the methods that some route takes at this address."""
        return [method for method in self._methods if self.find(method, path) is not None]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Find the route, unless the gate has."""
        path: str = scope["path"]
        found = cast("Found | None", scope.get(_FOUND))
        if found is None or found.asked != path:
            found = self.find(scope.get("method", WEBSOCKET), path)
        if found is None:
            known = scope["type"] == "http" and self.methods(path)
            return (Match.PARTIAL if known else Match.NONE), {}
        entry = found.entry
        return Match.FULL, {
            "endpoint": entry.route.endpoint,
            "path_params": dict(found.params),
            "route": entry.route,
        }

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the route answer."""
        route: BaseRoute | None = scope.get("route")
        if route is None:
            raise HTTPException(405)
        await route.handle(scope, receive, send)

    def url_path_for(self, name: str, /, **path_params: Any) -> Any:
        """Nobody asks: addresses are written out."""
        raise NotImplementedError

    def _add(self, entry: Entry) -> None:
        step, place = self._root, "ends"
        for name in entry.path.split("/")[1:]:
            if name.endswith(":path}"):
                place = "tail"
                break
            if name.startswith("{"):
                step.any = step.any or _Step()
                step = step.any
            else:
                step = step.literals.setdefault(name, _Step())
        there: dict[str, Entry] = getattr(step, place)
        other = there.setdefault(entry.method, entry)
        if other is not entry:
            raise ValueError(
                f"Two routes have the address {entry.method} {entry.path}: {_name(other)}, {_name(entry)}."
            )
        if not entry.names:
            self._fixed[entry.method, entry.path] = Found(entry, entry.path, {}, Rule(entry.need))


def note_found(scope: Scope, found: Found | None) -> None:
    """Leave the route of a request to the router, which need not look again."""
    if found is not None:
        scope[_FOUND] = found


def _entries(routes: Iterable[BaseRoute]) -> Iterator[Entry]:
    for route in routes:
        assert isinstance(route, Route | WebSocketRoute)
        about = declared(route.endpoint)
        in_project = "/projects/{project_id}" in route.path
        names = tuple(part[1:-1].removesuffix(":path") for part in route.path.split("/") if part.startswith("{"))
        for method in sorted(route.methods or ()) if isinstance(route, Route) else [WEBSOCKET]:
            need = about.need_in_project if in_project else about.need
            if not need:
                raise ValueError(
                    f"The route {method} {route.path} does not say who may use it. Put @needs(...), of "
                    f"accounts/authorization/needs.py, beside {route.endpoint.__module__}.{route.name}."
                )
            yield Entry(method, route.path, route, cast("Need", need), about, names)


def _name(entry: Entry) -> str:
    return f"{entry.route.endpoint.__module__}.{entry.route.name}"


def _find(step: _Step, steps: list[str], index: int, method: str, values: list[str]) -> Entry | None:
    """Return the route of the rest of a path, and append what stands for ids to `values`."""
    if index == len(steps):
        return step.ends.get(method)
    name = steps[index]
    if name in step.literals:
        found = _find(step.literals[name], steps, index + 1, method, values)
        if found is not None:
            return found
    if step.any is not None and name:
        values.append(name)
        found = _find(step.any, steps, index + 1, method, values)
        if found is not None:
            return found
        values.pop()
    found = step.tail.get(method)
    if found is not None:
        values.append("/".join(steps[index:]))
    return found
