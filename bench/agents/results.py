"""The results: a line of JSON for each try, appended and synced, so that a comparison goes on after any end."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

Json = dict[str, Any]
FOLDER = Path(__file__).parent / "results"
_KEY = ("agent", "without", "revision", "model", "temperature", "limit", "task", "seed")


def key(line: Json) -> tuple[Any, ...]:
    """Return what a try is known by: who did which task, with what, for the how manieth time."""
    return tuple(line[name] for name in _KEY)


def read(paths: Iterable[Path]) -> list[Json]:
    """Return the tries of some files, the last one of each key; a line that a crash cut short is no try."""
    found: dict[tuple[Any, ...], Json] = {}
    for path in paths:
        for text in path.read_text().splitlines():
            try:
                line = json.loads(text)
            except ValueError:
                continue
            found[key(line)] = line
    return list(found.values())


def append(path: Path, line: Json) -> None:
    """Add a try, on the disk before this returns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cut = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("ab") as file:
        file.write((b"\n" if cut else b"") + json.dumps(line, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
