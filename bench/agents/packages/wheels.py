"""Finds the data of packages that are installed without their dependencies."""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType


class Missing(Exception):
    """A package is not installed; the words say how it gets there."""


def folder(name: str, inside: str) -> Path:
    """Return a folder of an installed package. Raises `Missing`."""
    try:
        return Path(str(distribution(name).locate_file(inside)))
    except PackageNotFoundError:
        raise Missing(f"{name} is not installed: see docs/agent-tasks.md") from None


def module(name: str) -> ModuleType:
    """Import a module of a package of the bench. Raises `Missing`."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Missing(f"{name} cannot be imported ({error}): see docs/agent-tasks.md") from None
