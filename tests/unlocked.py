"""What the tests run on that no lock file holds: which version is here, and which one they were last green with.

python -m tests.unlocked           show both
python -m tests.unlocked --write   after a green run: keep what is here as last_green.txt
"""

from __future__ import annotations

import platform
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.e2e.site import chromium_path
from tests.postgres import programs

LAST_GREEN = Path(__file__).parent / "last_green.txt"
"""A line for each: name, then version."""

ABSENT = "not here"


def _version_of(*command: str) -> str:
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", shown)
    return found[0] if found else ABSENT


FINDERS: dict[str, Callable[[], str]] = {
    "Python": platform.python_version,
    "SQLite": lambda: sqlite3.sqlite_version,
    "PostgreSQL": lambda: _version_of(str((programs() or Path()) / "postgres"), "--version"),
    "Chromium": lambda: _version_of(chromium_path(), "--version"),
    "Node.js": lambda: _version_of("node", "--version"),
}


@cache
def here() -> dict[str, str]:
    """Name to version on this machine, or `not here`."""
    found: dict[str, str] = {}
    for name, find in FINDERS.items():
        try:
            found[name] = find()
        except (OSError, RuntimeError, subprocess.SubprocessError):
            found[name] = ABSENT
    return found


def last_green() -> dict[str, str]:
    """Name to the version that all tests passed with."""
    lines = (line.rpartition(" ") for line in LAST_GREEN.read_text().splitlines())
    return {name: version for name, _, version in lines}


def describe(name: str) -> str:
    """One name in words: `Chromium 157.0 (tests were last green with 156.0)`."""
    green = last_green().get(name, "none")
    note = "as when the tests were last green" if here()[name] == green else f"tests were LAST GREEN WITH {green}"
    return f"{name} {here()[name]} ({note})"


def main() -> None:
    """Print, or write, the versions."""
    if "--write" in sys.argv:
        LAST_GREEN.write_text("".join(f"{name} {version}\n" for name, version in here().items()))
    sys.stdout.write("".join(f"{describe(name)}\n" for name in here()))


if __name__ == "__main__":
    main()
