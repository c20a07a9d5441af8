"""`hf:owner/repo[@revision]`: the safetensors files of a Hugging Face repository, with all that their model needs.

The revision is looked up once, and every file is fetched at that commit, with the size and the checksum that the hub
lists for it. Code, other formats of the weights and pictures stay where they are.
"""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import orjson
from yarl import URL

from earthshine.catalog.sources.base import Artifact, FolderFile, Source, Stream
from earthshine.catalog.sources.hf_file import HubFile, are_names, hub_client
from earthshine.errors import InvalidRequest, NotFound, UpstreamFailed
from earthshine.settings import Settings

_WANTED = re.compile(
    r"(?!consolidated)[\w.-]+\.(safetensors|json|jinja|model|tiktoken)|(vocab|merges)\.txt|README\.md|LICEN[CS]E[\w.-]*"
    r"|\d{1,2}_\w+/config\.json"
)
"""Weights, configuration, tokenizer, licence, and how an embedding model pools; nothing in other folders."""
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MOST = 1000
"""Most files of one model."""
_LISTING = 16 * 2**20
"""Bytes of the longest listing."""


class HubRepository(Source):
    """A model's folder at one revision (`main` when none is given; a commit's hash pins it)."""

    def __init__(self, rest: str, settings: Settings) -> None:
        path, _, revision = rest.partition("@")
        parts, self._revision = path.split("/"), revision or "main"
        if not are_names([*parts, self._revision]) or parts[-1].lower().endswith(".gguf"):
            raise InvalidRequest(
                f"'hf:{rest[:200]}' cannot be read; write hf:owner/repo for a folder of safetensors files, or "
                "hf:owner/repo/file.gguf; with @revision if you want one.",
                code="invalid_source",
            )
        self._owner, self.filename = parts
        self.address = f"hf:{rest}"
        self._settings = settings
        self._http = hub_client(settings, self._owner, self.filename)

    async def describe(self) -> Artifact:
        """Ask for the commit of the revision and for its files."""
        home = URL(self._settings.hf_endpoint.rstrip("/") + "/")
        url = home.joinpath("api", "models", self._owner, self.filename, "revision", self._revision)
        raw, _, _ = await self._http.page(url.with_query(blobs="true"), {}, _LISTING)
        try:
            told: Any = orjson.loads(raw)
            commit, listed = _COMMIT.fullmatch(told["sha"]), cast("list[dict[str, Any]]", told["siblings"])
            if commit is None:
                raise ValueError("no commit")
            files = [self._file(commit[0], each) for each in listed if _WANTED.fullmatch(str(each["rfilename"]))]
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
            raise UpstreamFailed(f"{home.host} lists {self.address} in a way that is not known.") from error
        if not any(file.name.endswith(".safetensors") for file in files):
            raise NotFound(
                f"{self.address} has no safetensors files. Name a GGUF file of it, as in {self.address}/file.gguf.",
                code="source_not_found",
            )
        if len(files) > _MOST:
            raise UpstreamFailed(f"{self.address} has {len(files)} files, and {_MOST} are the most.")
        return Artifact(size=sum(file.artifact.size or 0 for file in files), version=commit[0], files=tuple(files))

    def _file(self, commit: str, told: dict[str, Any]) -> FolderFile:
        name = str(told["rfilename"])
        source = HubFile(f"{self._owner}/{self.filename}/{name}@{commit}", self._settings)
        size, blob = int(told["size"]), str(told.get("blobId") or "")
        if large := told.get("lfs"):
            return FolderFile(name, source, Artifact(int(large["size"]), str(large["sha256"]), str(large["sha256"])))
        return FolderFile(name, source, Artifact(size, version=blob or commit), blob)

    def open(self, offset: int, etag: str = "") -> AbstractAsyncContextManager[Stream]:
        """Never called: the files of a folder are opened one by one."""
        raise InvalidRequest(f"{self.address} is a folder, whose files are fetched one by one.")

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()
