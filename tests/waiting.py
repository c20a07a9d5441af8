"""Where the tasks of every event loop wait: threads show a loop that sleeps, and not for what."""

from __future__ import annotations

import asyncio
import gc
import linecache
from typing import Any


def waiting_tasks() -> str:
    """Return, for each task that is not done, its name and the lines that it waits in, the outermost first."""
    tasks = [each for each in gc.get_objects() if isinstance(each, asyncio.Task) and not each.done()]
    return "\n\n".join("\n".join([each.get_name(), *_lines(each.get_coro())]) for each in tasks)


def _lines(awaited: Any) -> list[str]:
    lines: list[str] = []
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is None:
            return [*lines, f"  {awaited!r}"]
        name, number = frame.f_code.co_filename, frame.f_lineno
        lines.append(f"  {name}:{number}: {linecache.getline(name, number).strip()}")
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    return lines
