"""The engine of any server that speaks OpenAI's chat completions. Start at `engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earthshine.engines.registry import Factory


def provide() -> Factory:
    """Return the engine's factory; its HTTP client is among our own dependencies."""
    from earthshine.engines.openai_compatible.engine import load

    return load
