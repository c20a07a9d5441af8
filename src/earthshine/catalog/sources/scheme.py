"""Sources by their scheme, among the entry points `earthshine.sources`."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from earthshine.catalog.sources.base import Source, SourceFactory
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings

_GROUP = "earthshine.sources"


def schemes() -> list[str]:
    """Return the names of all registered sources."""
    return sorted({entry.name for entry in entry_points(group=_GROUP)})


def open_source(text: str, settings: Settings) -> Source:
    """Return the source of one file that `scheme:rest` means. Raises `InvalidRequest` for one that cannot be."""
    scheme, _, rest = text.partition(":")
    for entry in entry_points(group=_GROUP, name=scheme):
        factory = cast("SourceFactory", entry.load()())
        return factory(rest, settings)
    raise InvalidRequest(
        f"{text[:200]!r} is no source of weights. A source starts with one of: "
        + ", ".join(f"{name}:" for name in schemes())
        + ". `earthshine models --all` lists models that can be pulled by name.",
        code="unknown_source",
    )
