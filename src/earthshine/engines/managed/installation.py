"""Whether a Python has a program, which version, and whether that computes on the processor."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earthshine.engines.managed.dialect import Dialect
from earthshine.errors import Unavailable
from earthshine.processes.program import own_environment
from earthshine.settings_tables import ManagedEngine

_PATIENCE = 60.0
_ASK = """
import importlib.util, json, sys
from importlib.metadata import PackageNotFoundError, version

def of(*names):
    for name in names:
        try:
            return name, version(name)
        except PackageNotFoundError:
            pass
    return "", ""

name = sys.argv[1]
found = importlib.util.find_spec(name) is not None
print(json.dumps({"found": found, "package": of(name, name + "-cpu"), "torch": of("torch")[1]}))
"""
"""Imports nothing of the program, which would take half a minute."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A program that is there."""

    python: str
    version: str
    """Empty when it does not say."""
    on_processor: bool
    """Whether it was built to compute on the processor, GPUs or not."""


def installation(dialect: Dialect, program: ManagedEngine) -> Installation:
    """Ask the Python that the settings name, or our own. Blocks for a moment.

    Raises `Unavailable`, with what to install.
    """
    python = str(Path(program.python).expanduser()) if program.python else sys.executable
    setting = f"managed_engines.{dialect.name}.python"
    try:
        asked = subprocess.run(  # noqa: S603 (the operator's own Python)
            [python, "-c", _ASK, dialect.name],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE,
            env=own_environment(),
            cwd="/",
            check=False,
        )
        told: dict[str, Any] = json.loads(asked.stdout)
        found, (package, version), torch = told["found"], told["package"], str(told["torch"])
    except OSError as error:
        raise Unavailable(f"`{setting}` is {python}, which cannot be run: {error.strerror or error}.") from error
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"`{setting}` is {python}, which does not answer as a Python does.") from error
    if not found:
        raise Unavailable(
            f"{dialect.title} is not installed for {python}. Do {dialect.advice}, and name that environment's Python "
            f"in the setting `{setting}`."
        )
    return Installation(python, str(version), str(package).endswith("-cpu") or torch.endswith("+cpu"))
