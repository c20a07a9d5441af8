"""The embedded engine: llama.cpp in a child process per loaded model. Start at `engine`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earthshine.engines.registry import Factory


def provide() -> Factory:
    """Return the factory of llama.cpp engines, once its package is known to be there."""
    from importlib.util import find_spec

    from earthshine.errors import Unavailable

    # Imports wait until the engine is wanted: this package is also the child's, which must start light.
    if find_spec("xllamacpp") is None:
        raise Unavailable(
            "The llama.cpp engine needs the package `xllamacpp`; install it with `pip install xllamacpp`."
        )
    from earthshine.engines.llamacpp.factory import LlamaCppFactory

    return LlamaCppFactory()
