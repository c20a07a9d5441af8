"""Which tools there are: the entry points of the group `earthshine.tools`.

The name of an entry point is the tool's type in a request; it names a function `provide()` that returns the `Tool`, or
raises `Unavailable` with a message that says what to install.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from earthshine.tools.base import Need, Tool

GROUP = "earthshine.tools"

AVAILABLE: frozenset[Need] = frozenset({"network", "vector_stores"})
"""What tools find here of that which they may need."""


def names() -> list[str]:
    """Return the types of all registered tools."""
    return sorted(_entries())


def find(name: str) -> Tool | None:
    """Return the tool of a type; None when there is none. Raises `Unavailable` when it misses a package."""
    return _load(name) if name in _entries() else None


@cache
def _entries() -> dict[str, EntryPoint]:
    """Return what is registered when it is first asked: a new tool is there from the next start on."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@cache
def _load(name: str) -> Tool:
    provide: Callable[[], Tool] = _entries()[name].load()
    return provide()
