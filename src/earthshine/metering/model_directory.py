"""What metering asks about models, of a package that stands above it and finds what serves them."""

from __future__ import annotations

from typing import Protocol

from earthshine.metering.usage_estimate import Served


class ModelDirectory(Protocol):
    """Knows the models of this installation."""

    def served(self, name: str) -> Served:
        """Return what metering must know of a model. Raises `ModelNotFound`."""
        ...

    def installed(self) -> list[str]:
        """Return the names of all models that can be limited."""
        ...
