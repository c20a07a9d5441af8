"""`file:/path/model.gguf` or `file:/path/folder`: weights of this machine, used in place, never copied or removed."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

from earthshine.catalog.sources.base import Artifact, Source, SourceFactory, Stream
from earthshine.errors import InvalidRequest, NotFound
from earthshine.settings import Settings


class FileSource(Source):
    """A file, or a folder of safetensors files, by its path; `~` and relative paths are resolved when it is added."""

    def __init__(self, rest: str, settings: Settings) -> None:
        if not rest:
            raise InvalidRequest("`file:` wants a path, as in file:/models/model.gguf.", code="invalid_source")
        text = rest.removeprefix("//") if rest.startswith("///") else rest
        self._path = Path(text).expanduser().absolute()
        self.address = f"file:{self._path}"
        self.filename = self._path.name

    async def describe(self) -> Artifact:
        """Look at the file."""
        try:
            if self._path.is_dir():
                return Artifact(path=self._path)
            if not self._path.is_file():
                raise NotFound(f"There is no file or folder {self._path}.", code="source_not_found")
            return Artifact(size=self._path.stat().st_size, path=self._path)
        except OSError as error:
            raise NotFound(
                f"The file {self._path} cannot be read: {error.strerror}.", code="source_not_found"
            ) from error

    def open(self, offset: int, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Never called: an artifact with a path is used in place."""
        raise InvalidRequest(f"{self.address} is used in place and not copied.")


def provide() -> SourceFactory:
    """Register the scheme; it needs nothing else."""
    return FileSource
