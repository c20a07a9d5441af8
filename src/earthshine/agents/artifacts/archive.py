"""Several artifacts as one ZIP archive, which is made while it is sent."""

from __future__ import annotations

import time
import zipfile
from collections.abc import AsyncGenerator, Sequence
from typing import IO, Any, cast

from sqlalchemy import Row

from earthshine.agents.artifacts.publishing import OUTPUTS
from earthshine.blobs import Blobs


class _Sink:
    """Takes what the archive writes, until it is sent."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        """Keep a piece."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Do nothing."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken, self._pieces = b"".join(self._pieces), []
        return taken


async def archived(blobs: Blobs, rows: Sequence[Row[Any]]) -> AsyncGenerator[bytes]:
    """Yield an archive of artifacts, under their paths below the outputs, not compressed.

    Raises what reading them does.
    """
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as archive:  # of a file, it uses no more
        for row in rows:
            blob = await blobs.find(row.id)
            about = zipfile.ZipInfo(row.path.removeprefix(OUTPUTS), time.gmtime(row.created_at)[:6])
            about.external_attr = 0o644 << 16
            about.file_size = blob.size
            with archive.open(about, "w", force_zip64=True) as entry:
                async for piece in blobs.read(blob):
                    entry.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()
