"""Files of this machine, sent to a server one after the other, with their progress."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earthshine.cli.console import Failure

if TYPE_CHECKING:
    from earthshine.cli.api import Api

PURPOSES = ("user_data", "assistants", "batch", "fine-tune", "vision", "evals", "file-extract")
PAUSE = 0.5
"""Seconds between two questions how far files are."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """How much of a file was sent."""

    done: int
    total: int
    stage: str = "sending"
    note: str = ""


async def send_files(api: Api, paths: Sequence[Path], purpose: str) -> list[Any]:
    """Upload files and return them as the API shows them. Raises `Failure`, naming the file that was refused."""
    from earthshine.cli.progress import progress_bar

    sent: list[Any] = []
    for path in paths:
        with progress_bar(path.name) as progress:

            def tell(done: int, total: int, progress: Any = progress) -> None:
                progress(_Sent(done, total))

            try:
                sent.append(await api.upload("/v1/files", path, {"purpose": purpose}, tell))
            except Failure as error:
                raise type(error)(*_named(error, path)) from None
    return sent


async def wait_until_read(api: Api, path: str) -> None:
    """Return when no file of a batch is worked on, showing how many are done. Raises `Failure`."""
    from earthshine.cli.progress import row_progress

    with row_progress("files") as progress:
        while True:
            batch = await api.get(path)
            counts = batch["file_counts"]
            progress("reading", counts["total"] - counts["in_progress"], counts["total"])
            if batch["status"] != "in_progress":
                break
            await asyncio.sleep(PAUSE)
    if batch["status"] == "cancelled":
        raise Failure("the batch was cancelled.")


def _named(error: Failure, path: Path) -> tuple[Any, ...]:
    from earthshine.cli.api import Refused

    message = f"{path}: {error.message}"
    return (error.status, message) if isinstance(error, Refused) else (message,)
