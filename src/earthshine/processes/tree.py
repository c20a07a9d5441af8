"""Whatever a process started, however deep, and the end of it. Knows Linux; elsewhere there is only the group.

Only the standard library is imported here: children import this.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36
_PATIENCE = 5.0
"""Seconds in which killed processes must be gone."""


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parents end, so that none can leave this process's tree."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(pid: int) -> list[int]:
    """Return the ids of all living processes below one; none where nobody can tell."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name of a program, in brackets, may hold anything.
            state, parent = entry.read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue  # it has just ended
        if state != "Z":
            below.setdefault(int(parent), []).append(int(entry.parent.name))
    found, rest = list[int](), [pid]
    while rest:
        children = below.get(rest.pop(), [])
        found += children
        rest += children
    return found


def end_descendants() -> None:
    """Kill all that this process started, until nothing is left."""
    deadline = time.monotonic() + _PATIENCE
    while (left := descendants(os.getpid())) and time.monotonic() < deadline:
        for pid in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def end_group(leader: int) -> None:
    """Kill what is left of the process group whose leader has ended and was waited for."""
    # While a process of this id lives it is another one; while the group has members, no other gets the id.
    if not Path(f"/proc/{leader}").exists():
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
