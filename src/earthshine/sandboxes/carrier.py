"""What the agent of a sandbox runs in, and what it said."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Protocol


class Carrier(Protocol):
    """What the agent of a sandbox runs in: a child of this process, or something else that has a first process."""

    pid: int

    @property
    def returncode(self) -> int | None:
        """None until it has ended."""
        ...

    async def wait(self) -> int:
        """Return when it has ended."""
        ...

    def kill(self) -> None:
        """End it, with all that runs in it."""
        ...


def last_words(log: int) -> str:
    """Close a pipe that does not block, and return the last line that stood in it."""
    with os.fdopen(log, "rb", 0) as stream, suppress(OSError):
        lines = (stream.read(2000) or b"").decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"
    return "it said nothing"
