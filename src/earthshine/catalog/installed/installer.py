"""From a source's text to an installed model, and back."""

from __future__ import annotations

import asyncio
import logging
import re
import shutil
from collections.abc import Container, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import orjson

from earthshine.catalog.card import Card
from earthshine.catalog.downloads.download import Downloader, check_pinned, hash_files
from earthshine.catalog.downloads.joined import JOINED, PARTS, Joiner
from earthshine.catalog.downloads.progress import Progress, Step, among
from earthshine.catalog.downloads.snapshot import FILES, fetch_snapshot
from earthshine.catalog.gguf.header import read_header, verify, verify_files
from earthshine.catalog.installed.folder_card import folder_card
from earthshine.catalog.installed.gguf_card import gguf_card
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.installed.projectors import SUFFIX, fetch_projector
from earthshine.catalog.locks import locked
from earthshine.catalog.safetensors.folder import read_folder
from earthshine.catalog.sources import Artifact, Pieces, Source, open_pieces, split_files
from earthshine.catalog.weights import SAFETENSORS_ENGINES, weight_files, weights_size
from earthshine.errors import Conflict, EarthshineError, InvalidRequest, NotFound, PermissionDenied, UpstreamFailed
from earthshine.settings import Settings

log = logging.getLogger(__name__)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_WAITING = "another process is fetching it"
_RESERVED = frozenset({"default", "default-embedding", "scripted", "recommended"})


class Installer:
    """Installs models into one directory and removes them."""

    def __init__(self, settings: Settings, installed: InstalledModels) -> None:
        self._settings = settings
        self._installed = installed
        self._partial = installed.directory / ".partial"
        self._downloader = Downloader(self._partial)

    async def install(
        self, texts: Sequence[str], name: str, about: Card | None, progress: Progress, taken: Container[str]
    ) -> Card:
        """Install what the first of these sources that can be had means, under `name` or one made of its file name."""
        name = self._name(texts[0], name, taken)
        async with locked(self._partial / f"{name}.lock", lambda: progress(Step("waiting", note=_WAITING))):
            addresses = [self._address(text) for text in texts]
            present = self._installed.cards().get(name)
            whole = present is not None and self._is_whole(present, addresses)
            if about is not None and about.projector_source:
                directory = self._installed.directory
                await fetch_projector(about, name, directory, self._downloader, self._settings, progress)
                self._installed.changed()
            if whole:
                return self._with_engine(self._installed.cards()[name], about)
            refusals: list[EarthshineError] = []
            for text in self._begun_first(texts, name):
                try:
                    card = await self._from(text, name, about, progress)
                except (UpstreamFailed, NotFound, PermissionDenied) as error:
                    # What is broken, or a full disk, would be so with the next one too.
                    refusals.append(error)
                    log.info("%s cannot be had from %s: %s", name, text, error.message)
                else:
                    self._installed.put(card)
                    return self._installed.cards()[name]
            if len(refusals) == 1:
                raise refusals[0]
            raise UpstreamFailed(
                f"{name} cannot be had from any of its sources. " + " ".join(one.message for one in refusals),
                code="source_unreachable",
            )

    def plan(self, texts: Sequence[str], name: str, taken: Container[str]) -> tuple[str, str]:
        """Return the first source's address, and the name under which `install` would put it. Fetches nothing.

        Raises `InvalidRequest` for a source or name that cannot be, `Conflict` when another model has the name.
        """
        name = self._name(texts[0], name, taken)
        addresses = [self._address(text) for text in texts]
        present = self._installed.cards().get(name)
        if present is not None:
            self._is_whole(present, addresses)
        return addresses[0], name

    @property
    def partial(self) -> Path:
        """The directory of what is being fetched, which is on the disk of the weights."""
        return self._partial

    def kept(self, name: str) -> int:
        """Return the bytes that are there of a model that is not whole."""
        whole = sum(file.stat().st_size for file in (self._partial / f"{name}{FILES}").rglob("*") if file.is_file())
        rests = (file for file in self._rests(name) if file.suffix in (".part", JOINED, ".gguf"))
        return whole + sum(file.stat().st_size for file in rests)

    def discard(self, name: str) -> None:
        """Throw away what was fetched of a model that is not whole."""
        if name not in self._installed.cards():
            (self._installed.directory / f"{name}{SUFFIX}").unlink(missing_ok=True)
        for file in self._rests(name):
            file.unlink(missing_ok=True)
        shutil.rmtree(self._partial / f"{name}{FILES}", ignore_errors=True)

    def remove(self, card: Card) -> None:
        """Take the record away, then weights that we fetched ourselves."""
        self._installed.delete(card.name)
        (self._installed.directory / f"{card.name}{SUFFIX}").unlink(missing_ok=True)
        if card.path is not None and card.path.is_relative_to(self._installed.directory):
            if card.path.is_dir():
                shutil.rmtree(card.path)
            else:
                for file in split_files(card.path):
                    file.unlink(missing_ok=True)
        self.discard(card.name)

    def _rests(self, name: str) -> list[Path]:
        """Return the files of an unfinished download of `name`."""
        names = [f"{name}{rest}" for rest in (".part", ".state", ".unpacked", ".converted", JOINED, PARTS)]
        names += [f"{name}.mmproj{rest}" for rest in (".part", ".state", ".unpacked", ".converted")]
        found = [self._partial / each for each in names]
        found += self._partial.glob(f"{name}-?????-of-?????.*")
        return [file for file in found if file.exists()]

    def _name(self, text: str, name: str, taken: Container[str]) -> str:
        name = name or default_name(open_pieces(text, self._settings).filename)
        if not name:
            raise InvalidRequest("Weights in several parts have no name of their own; give one.", param="name")
        _check_name(name, taken)
        return name

    def _address(self, text: str) -> str:
        return open_pieces(text, self._settings).address

    def _begun_first(self, texts: Sequence[str], name: str) -> list[str]:
        """Return the sources, one of which something is kept at the head: it is gone on with."""
        kept = b""
        for file in (self._partial / f"{name}{PARTS}", self._partial / f"{name}.state"):
            with suppress(OSError):
                kept += file.read_bytes()
        return sorted(texts, key=lambda text: orjson.dumps(self._address(text)) not in kept)

    def _with_engine(self, present: Card, about: Card | None) -> Card:
        """Have an installed folder served by another of the engines that read it, if that is asked for."""
        engines = SAFETENSORS_ENGINES
        if about is not None and about.engine in engines and present.engine in engines:
            self._installed.put(replace(present, engine=about.engine))
        return self._installed.cards()[present.name]

    def _is_whole(self, present: Card, addresses: Container[str]) -> bool:
        if present.source not in addresses:
            raise Conflict(
                f"Another model has the name {present.name!r}; it came from {present.source}. Give this one another "
                f"name with --name, or run `earthshine models remove {present.name}` first.",
                param="name",
            )
        return present.path is not None and weights_size(present.path) == present.size

    async def _from(self, text: str, name: str, about: Card | None, progress: Progress) -> Card:
        progress(Step("asking"))
        pieces = open_pieces(text, self._settings)
        try:
            if pieces.split:
                return await self._fetch_split(pieces, name, about, progress)
            if len(pieces.sources) > 1:
                return await self._fetch_joined(pieces, name, about, progress)
            return await self._fetch(pieces.sources[0], name, about, progress)
        finally:
            await pieces.close()

    async def _fetch(self, source: Source, name: str, about: Card | None, progress: Progress) -> Card:
        artifact = await self._downloader.describe(source, progress)
        if artifact.files or (artifact.path is not None and artifact.path.is_dir()):
            return await self._fetch_folder(source, artifact, name, about, progress)
        if about is not None and about.engine in SAFETENSORS_ENGINES:
            raise InvalidRequest(
                f"{about.engine} reads folders of safetensors files, and {source.address} is a file. Leave the engine "
                "out: llama.cpp serves GGUF files.",
                param="engine",
            )
        if artifact.path is not None:
            header = await asyncio.to_thread(verify, artifact.path)
            sha256 = await hash_files([artifact.path], progress)
            return gguf_card(header, name, source.address, sha256, artifact.path, about)
        target = self._installed.directory / f"{name}.gguf"
        pinned = about.sha256 if about is not None else ""
        sha256, header = await self._downloader.fetch(name, source, artifact, target, verify, progress, pinned)
        return gguf_card(header, name, source.address, sha256, target, about)

    async def _fetch_folder(
        self, source: Source, artifact: Artifact, name: str, about: Card | None, progress: Progress
    ) -> Card:
        begun, pinned = self._partial / f"{name}{FILES}", about.sha256 if about is not None else ""
        path = artifact.path or await fetch_snapshot(begun, artifact, progress)
        folder = await asyncio.to_thread(read_folder, path)
        sha256 = await hash_files(weight_files(path), progress)
        check_pinned(source.address, sha256, pinned)
        if artifact.path is None:
            path = self._installed.directory / name
            shutil.rmtree(path, ignore_errors=True)  # what a record that has gone left
            folder.path.replace(path)
            shutil.rmtree(begun)
        return folder_card(folder, name, source.address, sha256, path, about)

    async def _fetch_joined(self, pieces: Pieces, name: str, about: Card | None, progress: Progress) -> Card:
        target = self._installed.directory / f"{name}.gguf"
        size, pinned = (about.size, about.sha256) if about is not None else (0, "")
        joiner = Joiner(self._downloader, self._partial, name, pieces, size)
        sha256, header = await joiner.fetch(target, verify, pinned, progress)
        return gguf_card(header, name, pieces.address, sha256, target, about)

    async def _fetch_split(self, pieces: Pieces, name: str, about: Card | None, progress: Progress) -> Card:
        """Bring all files of a split model; each that is whole waits among what is being fetched for the others."""
        artifacts = [await self._downloader.describe(source, progress) for source in pieces.sources]
        if all(artifact.path is not None for artifact in artifacts):
            files = [artifact.path for artifact in artifacts if artifact.path is not None]
            header = await asyncio.to_thread(verify_files, files)
            sha256 = await hash_files(files, progress)
            return gguf_card(header, name, pieces.address, sha256, files[0], about)
        first = self._partial / f"{name}-00001-of-{len(artifacts):05}.gguf"
        files = split_files(first)
        total = sum(artifact.size or 0 for artifact in artifacts)
        done = 0
        for source, artifact, file in zip(pieces.sources, artifacts, files, strict=True):
            report = among(done, total, progress)
            if not await _is_there(file, artifact, report):
                await self._downloader.fetch(file.stem, source, artifact, file, read_header, report)
            done += file.stat().st_size
        header = await asyncio.to_thread(verify_files, files)
        sha256 = await hash_files(files, progress)
        for file in files:
            file.replace(self._installed.directory / file.name)
        return gguf_card(header, name, pieces.address, sha256, self._installed.directory / first.name, about)


async def _is_there(file: Path, artifact: Artifact, progress: Progress) -> bool:
    """Whether an earlier attempt brought this very file: it was renamed to its name only when it was whole."""
    if not artifact.sha256 or not await asyncio.to_thread(file.exists):
        return False
    return await hash_files([file], progress) == artifact.sha256


def default_name(filename: str) -> str:
    """Make a model's name of its file's: `SmolLM2-135M-Instruct.Q4_1.gguf` becomes `smollm2-135m-instruct-q4_1`."""
    stem = re.sub(r"\.gguf$", "", filename, flags=re.IGNORECASE).lower()
    stem = re.sub(r"\.(?=(i?q\d|f16|f32|bf16|mxfp4))", "-", stem)
    return re.sub(r"[^a-z0-9._+-]+", "-", stem).strip("-._+")[:100]


def _check_name(name: str, taken: Container[str]) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name[:120]!r} cannot be a model's name: up to 100 letters, digits and . _ + - are allowed, beginning "
            "with a letter or digit.",
            param="name",
        )
    if name in _RESERVED or name in taken:
        raise Conflict(f"The name {name!r} is taken. Choose another with --name.", param="name")
