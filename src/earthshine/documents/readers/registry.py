"""Which readers there are: the entry points of the group `earthshine.readers`."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from earthshine.documents.readers.base import GROUP, Reader


@cache
def registered() -> dict[str, str]:
    """Return where each format's reader is, as `module:class`; what is registered when it is first asked."""
    from importlib.metadata import entry_points  # not in the child, which starts faster without

    return {entry.name: entry.value for entry in entry_points(group=GROUP)}


def load(place: str) -> Reader:
    """Return a reader by its place, without a search for entry points: a child starts fast."""
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)()
