"""The contract of a store of bytes, and the one that the settings name."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from earthshine.blobs.disk_store import DiskStore
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings

_KEYS = frozenset({"endpoint", "region"})


class Store(Protocol):
    """Keeps bytes at places that are never used twice, such as `ab/abcd…-0123`. Knows neither owners nor rows."""

    spool: Path
    """A directory of this server alone, for bytes that are still arriving."""

    async def keep(self, part: Path, place: str) -> None:
        """Keep a whole file of the spool at a place; it is there for good, or not at all. The file may be gone then.

        Raises `StorageFull`, and `Unavailable` when the store does not answer.
        """
        ...

    def read(self, place: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """Yield the bytes from `start` up to and without `end`; fewer where the store has fewer.

        Raises `FileNotFoundError` when there is nothing, and `Unavailable`.
        """
        ...

    def path(self, place: str) -> Path | None:
        """Return the file at a place, which is only to be read; None for a store that has no files of its own."""
        ...

    async def remove(self, place: str) -> None:
        """Remove what is at a place, if anything is. Raises `Unavailable`."""
        ...

    async def check(self) -> str:
        """Return in words where the bytes are. Raises an `EarthshineError` when they cannot be written there."""
        ...


def open_store(settings: Settings, node: str) -> Store:
    """Return the store that the settings name; `node` is this server's data directory by name.

    Raises `InvalidRequest` for an address that cannot be read, and `Unavailable` where a package is missing.
    """
    where = settings.blobs
    if not where.startswith("s3:"):
        if "://" in where:
            raise InvalidRequest(
                f"`blobs` is {where.partition('?')[0]!r}. It may be a directory, or s3://BUCKET/PREFIX?endpoint=URL."
            )
        root = Path(where) if where else settings.data / "blobs"
        return DiskStore(root.absolute(), node)
    url = urlsplit(where)
    options = dict(parse_qsl(url.query, keep_blank_values=True))
    if not url.netloc or "@" in url.netloc or options.keys() - _KEYS or url.fragment:
        raise InvalidRequest(
            "`blobs` cannot be read. On S3-compatible storage it is s3://BUCKET/PREFIX?endpoint=URL&region=NAME, and "
            "the credentials are in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    from earthshine.blobs.s3_store import S3Store  # here: few installations have the extra

    spool = settings.data.absolute() / "incoming"
    return S3Store(url.netloc, url.path.strip("/"), spool, options.get("endpoint"), options.get("region"))
