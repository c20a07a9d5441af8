"""What a source is: it finds one file of weights, or a folder of files, and gives bytes from any offset."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class Artifact:
    """The file that will be fetched, as its publisher describes it."""

    size: int | None = None
    """Bytes; None when the publisher does not tell."""
    sha256: str = ""
    """Empty when the publisher does not tell."""
    version: str = ""
    """Changes whenever the content does (a checksum, a commit, an ETag); empty when unknown."""
    member: str = ""
    """When the file is a zip archive: the path of the weights inside it."""
    path: Path | None = None
    """When the file, or the folder, is on this machine already: where. It is then used in place."""
    files: tuple[FolderFile, ...] = ()
    """When it is a folder elsewhere: what is in it."""


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a folder that will be fetched."""

    name: str
    """Its path in the folder."""
    source: Source
    artifact: Artifact
    blob: str = ""
    """Its SHA-1 as git reckons it, for small files of which the publisher tells no other checksum."""


@dataclass(frozen=True, slots=True)
class Stream:
    """Bytes of an artifact from an offset on."""

    offset: int
    """Where they begin: as asked, or 0 when the file has changed or the server cannot skip."""
    total: int | None
    """Bytes of the whole file, if the server tells."""
    etag: str
    """To ask for the rest of exactly this file later; may be empty."""
    chunks: AsyncIterator[bytes]


class Interrupted(Exception):
    """The network or the server failed in a way that may pass. The message says how."""

    def __init__(self, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        """Seconds that the server asked us to wait."""


class Changed(Interrupted):
    """The file is no longer the one that was begun: start from nothing."""


class Source(ABC):
    """One place of weights. `describe` first, then `open` as often as needed, then `close`."""

    address: str
    """The whole source text, such as `hf:owner/repo/file.gguf@main`."""
    filename: str
    """Name of the file of weights."""

    async def prepare(self) -> None:
        """Find out what has to be known of this machine before the publisher can be asked; needs no network.

        Raises `UpstreamFailed` when it cannot be found out.
        """
        return

    @abstractmethod
    async def describe(self) -> Artifact:
        """Ask the publisher what the file is.

        Raises:
            Interrupted: try again.
            NotFound, PermissionDenied, InvalidRequest, UpstreamFailed: trying again does not help.
        """

    @abstractmethod
    def open(self, offset: int, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Open the file's bytes from `offset` on, if it is still the file of `etag`. Errors as `describe`."""

    async def close(self) -> None:
        """Let connections go."""
        return


SourceFactory = Callable[[str, Settings], Source]
"""Takes the text after the scheme's colon; raises `InvalidRequest` when it cannot be read."""
