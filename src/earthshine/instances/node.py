"""A data directory's own name: who holds its lock knows that no earlier process of that name is alive."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from earthshine.ids import new_id

_FILE = "node.id"


def node_id(data: Path) -> str:
    """Return the name of the data directory, given at first use. The caller holds the directory's lock."""
    file = data / _FILE
    with suppress(FileNotFoundError):
        name = file.read_text().strip()
        if name:
            return name
    name = new_id("node")
    part = file.with_suffix(".part")
    part.write_text(name + "\n")
    os.replace(part, file)
    return name
