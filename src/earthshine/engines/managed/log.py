"""What a program printed: kept in a file for each model, and searched for why it ended."""

from __future__ import annotations

import re
from pathlib import Path

from earthshine.processes.program import old_log
from earthshine.settings import Settings

_SEARCHED = 256 * 2**10
"""Bytes of the end of a log in which a cause is looked for."""
_CAUSE = re.compile(r"\b((?:\w+\.)*\w*(?:Error|Exception|Exit)): (.+)|error: (.+)")
_FOLLOWS = ("Engine core initialization failed", "Engine process failed", "WorkerProc initialization failed")
"""What is only said because something else has failed."""
_LONGEST = 400


def log_path(settings: Settings, model: str) -> Path:
    """Return the file into which a model's program prints."""
    return settings.data / "logs" / "engines" / f"{model}.log"


def last_lines(path: Path, lines: int) -> list[str]:
    """Return the last lines of a log, the older file included. Raises `OSError` when there is none."""
    found = _tail(path, -1)
    if len(found) < lines and old_log(path).exists():
        found = _tail(old_log(path), -1) + found
    return found[-lines:] if lines else found


def cause(path: Path, since: int) -> str:
    """Return the first failure that a log tells behind its byte `since`; empty when it tells none.

    What comes after it mostly tells that something else has failed.
    """
    try:
        lines = _tail(path, since)
    except OSError:
        return ""
    for line in lines:
        if (found := _CAUSE.search(line)) and not any(each in line for each in _FOLLOWS):
            said = f"{found[1]}: {found[2]}" if found[1] else found[3]
            return said.strip()[:_LONGEST]
    return ""


def _tail(path: Path, since: int) -> list[str]:
    """Return the lines behind a byte; of all with -1."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        # A file that is shorter than it was has been begun anew.
        file.seek(0 if since < 0 or since > size else max(since, size - _SEARCHED))
        return file.read().decode("utf-8", "replace").splitlines()
