"""The scripted engine: a model without weights that says what its script tells it to. Start at `engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earthshine.engines.registry import Factory


def provide() -> Factory:
    """Return the engine's factory; it needs no optional package."""
    from earthshine.engines.scripted.engine import load

    return load
