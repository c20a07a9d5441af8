"""Bytes as objects of S3-compatible storage, by the package of the extra `s3`."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from earthshine.errors import Unavailable

PIECE = 2**18
"""Bytes that are read at once, at least."""
_PART = 16 * 2**20
"""Bytes of one part of a large object: with the most parts that S3 takes, objects may have 160 GB."""
_AT_ONCE = 4
"""Parts of one object that are sent at the same time, each held in memory."""
_RETRY_SECONDS = 20
"""After which a call that failed is not tried again."""

log = logging.getLogger(__name__)


class S3Store:
    """A bucket, or what is under a prefix of one.

    Credentials come from the usual variables of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN), or from the machine's role where there are none.
    """

    def __init__(self, bucket: str, prefix: str, spool: Path, endpoint: str | None, region: str | None) -> None:
        """Connect nowhere yet. Raises `Unavailable` when the package is missing."""
        try:
            self._api: Any = import_module("obstore")
            self._errors: Any = import_module("obstore.exceptions")
            kind: Any = import_module("obstore.store")
        except ImportError as error:
            raise Unavailable(
                "`blobs` is on S3-compatible storage, for which a package is missing. Run `pip install "
                "'earthshine[s3]'`."
            ) from error
        self.spool = spool
        self._name = f"s3://{bucket}/{prefix}" + (f" at {endpoint}" if endpoint else "")
        plain = endpoint is not None and endpoint.startswith("http://")
        config: dict[str, Any] = {"virtual_hosted_style_request": endpoint is None}
        if endpoint is not None:
            # Other stores know no regions, and take any.
            config |= {"endpoint": endpoint, "region": region or "us-east-1"}
        elif region is not None:
            config["region"] = region
        self._store: Any = kind.S3Store(
            bucket,
            prefix=prefix or None,
            client_options={
                "allow_http": plain,
                "connect_timeout": "10s",
                "timeout": "300s",
            },
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
            **config,
        )

    async def keep(self, part: Path, place: str) -> None:
        """Keep a whole file of the spool at a place. Raises `Unavailable`."""
        with self._translated():
            try:
                await self._api.put_async(self._store, place, part, chunk_size=_PART, max_concurrency=_AT_ONCE)
            except FileNotFoundError as error:
                raise self._refused("it has no such bucket") from error

    async def read(self, place: str, start: int, end: int) -> AsyncGenerator[bytes]:
        """Yield the bytes from `start` up to and without `end`. Raises `FileNotFoundError` and `Unavailable`."""
        if start >= end:
            return
        with self._translated():
            found = await self._api.get_async(self._store, place, options={"range": (start, end)})
            async for piece in found.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    def path(self, place: str) -> Path | None:
        """There are no files here."""
        return None

    async def remove(self, place: str) -> None:
        """Remove what is at a place, if anything is. Raises `Unavailable`."""
        with self._translated():
            try:
                await self._api.delete_async(self._store, place)
            except FileNotFoundError:
                return

    async def check(self) -> str:
        """Return in words where the bytes are. Raises `Unavailable` when nothing can be written there."""
        with self._translated():
            try:
                await self._api.put_async(self._store, "check", b"written to see whether it can be")
                await self._api.delete_async(self._store, "check")
            except FileNotFoundError as error:
                raise self._refused("it has no such bucket") from error
        return self._name

    @contextmanager
    def _translated(self) -> Generator[None]:
        """Turn the package's errors into ours; a missing object stays `FileNotFoundError`."""
        errors = self._errors
        try:
            yield
        except (errors.PermissionDeniedError, errors.UnauthenticatedError) as error:
            raise self._refused("it does not accept our credentials") from error
        except FileNotFoundError:
            raise
        except (errors.BaseError, OSError) as error:
            log.warning("the storage %s failed: %s", self._name, str(error).partition("\n")[0])
            raise Unavailable(
                "The storage of files does not answer. Try again in a moment.",
                code="storage_unreachable",
                retry_after=5,
            ) from error

    def _refused(self, why: str) -> Unavailable:
        log.error("the storage %s refuses us: %s; see `blobs` and the AWS_ variables", self._name, why)
        return Unavailable(
            f"The storage of files refuses us: {why}. Tell the server's operator.", code="storage_refused"
        )
