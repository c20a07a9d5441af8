"""Downloads that versions before 0.2 noted in files beside the weights; read once, when the server is updated."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

log = logging.getLogger(__name__)

_CUT = {
    "code": "download_interrupted",
    "message": "The server ended while it fetched this. Start the download again to go on where it stopped.",
}


def noted_downloads(partial: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield each file, and the values of the run that stands for it from now on."""
    for file in sorted(partial.glob("*.download")):
        try:
            noted: dict[str, Any] = orjson.loads(file.read_bytes())
            state, created = str(noted["state"]), int(noted["created_at"])
            cut = state not in ("completed", "failed", "cancelled")
            values = {
                "id": str(noted["id"]),
                "project": "",
                "status": "failed" if cut else state,
                "input": {"model": str(noted["model"]), "source": str(noted["source"])},
                "result": {"done": noted.get("done", 0), "total": noted.get("total")},
                "error": _CUT if cut else noted.get("error"),
                "created_ms": created * 1000,
                "ended_ms": int(noted.get("ended_at") or created) * 1000,
            }
        except (OSError, ValueError, KeyError, TypeError) as error:
            log.warning("the record of a download cannot be read, and is left alone: %s: %s", file, error)
            continue
        yield file, values
