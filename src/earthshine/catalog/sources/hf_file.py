"""`hf:owner/repo/path/file.gguf[@revision]`: a file of a Hugging Face repository, or of a hub with the same API."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager

from yarl import URL

from earthshine.catalog.sources.base import Artifact, Source, Stream
from earthshine.catalog.sources.http_client import HttpClient
from earthshine.errors import InvalidRequest
from earthshine.settings import Settings

_PART = re.compile(r"[\w.+ ()\[\]=,~-]+")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class HubFile(Source):
    """One file at one revision (`main` when none is given; a commit's hash pins it)."""

    def __init__(self, rest: str, settings: Settings) -> None:
        path, _, revision = rest.partition("@")
        parts, revision = path.split("/"), revision or "main"
        if len(parts) < 3 or not are_names([*parts, revision]):
            raise InvalidRequest(
                f"'hf:{rest[:200]}' cannot be read; write hf:owner/repo/file.gguf, or "
                "hf:owner/repo for a folder of safetensors files; with @revision if you want one.",
                code="invalid_source",
            )
        owner, repository, *file = parts
        self.address = f"hf:{rest}"
        self.filename = file[-1]
        home = URL(settings.hf_endpoint.rstrip("/") + "/")
        self._url = home.joinpath(owner, repository, "resolve", revision, *file)
        self._http = hub_client(settings, owner, repository)

    async def describe(self) -> Artifact:
        """Ask for the headers: large files name their SHA-256 and size in headers of the hub's own."""
        async with self._http.request("HEAD", self._url, abroad=False) as (_, headers):
            etag = headers.get("x-linked-etag") or headers.get("etag", "")
            bare = etag.removeprefix("W/").strip('"')
            size = headers.get("x-linked-size") or headers.get("content-length", "")
            return Artifact(
                size=int(size) if size.isdigit() else None,
                sha256=bare if _SHA256.fullmatch(bare) else "",
                version=bare or headers.get("x-repo-commit", ""),
            )

    def open(self, offset: int, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Open the file; the hub redirects to wherever the bytes are."""
        return self._http.open(self._url, offset, etag)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def are_names(parts: list[str]) -> bool:
    """Whether these can be steps of a path on a hub."""
    return all(_PART.fullmatch(part) and set(part) != {"."} for part in parts)


def hub_client(settings: Settings, owner: str, repository: str) -> HttpClient:
    """Return a client of the hub that reads this repository."""
    return HttpClient(
        URL(settings.hf_endpoint.rstrip("/") + "/"),
        {"Authorization": f"Bearer {settings.hf_token}"} if settings.hf_token else {},
        f"Accept the licence of {owner}/{repository} on its page if it asks for that, and set EARTHSHINE_HF_TOKEN "
        "to a token that may read it.",
    )
