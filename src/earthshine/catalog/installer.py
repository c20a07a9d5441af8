"""From a source's text to an installed model, and back."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

from earthshine.catalog.card import Ability, Card
from earthshine.catalog.download import Downloader, hash_file
from earthshine.catalog.gguf import Header, verify
from earthshine.catalog.locks import locked
from earthshine.catalog.progress import Progress, Step
from earthshine.catalog.records import Shelf
from earthshine.catalog.sources import Source, open_source
from earthshine.errors import Conflict, InvalidRequest
from earthshine.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")
_WAITING = "another process is fetching it"
_RESERVED = frozenset({"default", "default-embedding", "scripted", "recommended"})


class Installer:
    """Installs into and removes from one shelf."""

    def __init__(self, settings: Settings, shelf: Shelf) -> None:
        self._settings = settings
        self._shelf = shelf
        self._partial = shelf.directory / ".partial"
        self._downloader = Downloader(self._partial)

    async def install(
        self, text: str, name: str, about: Card | None, progress: Progress, taken: Container[str]
    ) -> Card:
        """Install what the source `text` means under `name`, or under a name made of its file name."""
        source = open_source(text, self._settings)
        name = name or default_name(source.filename)
        _check_name(name, taken)
        try:
            async with locked(self._partial / f"{name}.lock", lambda: progress(Step("waiting", note=_WAITING))):
                present = self._shelf.cards().get(name)
                if present is not None and self._is_whole(present, source.address):
                    return present
                progress(Step("asking"))
                card = await self._fetch(source, name, about, progress)
                self._shelf.put(card)
                return card
        finally:
            await source.close()

    async def plan(self, text: str, name: str, taken: Container[str]) -> tuple[str, str]:
        """Return the address that `text` means, and the name under which `install` would put it. Fetches nothing.

        Raises `InvalidRequest` for a source or name that cannot be, `Conflict` when another model has the name.
        """
        source = open_source(text, self._settings)
        try:
            name = name or default_name(source.filename)
            _check_name(name, taken)
            present = self._shelf.cards().get(name)
            if present is not None:
                self._is_whole(present, source.address)
            return source.address, name
        finally:
            await source.close()

    @property
    def partial(self) -> Path:
        """The directory of what is being fetched, which is on the disk of the weights."""
        return self._partial

    def discard(self, name: str) -> None:
        """Throw away what was fetched of a model that is not whole."""
        for rest in (".part", ".state"):
            (self._partial / f"{name}{rest}").unlink(missing_ok=True)

    def remove(self, card: Card) -> None:
        """Take the record away, then weights that we fetched ourselves."""
        self._shelf.delete(card.name)
        if card.path is not None and card.path.is_relative_to(self._shelf.directory):
            card.path.unlink(missing_ok=True)
        self.discard(card.name)

    def _is_whole(self, present: Card, address: str) -> bool:
        if present.source != address:
            raise Conflict(
                f"Another model has the name {present.name!r}; it came from {present.source}. Give this one another "
                f"name with --name, or run `earthshine models remove {present.name}` first.",
                param="name",
            )
        return present.path is not None and present.path.is_file() and present.path.stat().st_size == present.size

    async def _fetch(self, source: Source, name: str, about: Card | None, progress: Progress) -> Card:
        artifact = await self._downloader.describe(source, progress)
        if artifact.path is not None:
            header = await asyncio.to_thread(verify, artifact.path)
            sha256 = await hash_file(artifact.path, progress)
            return _card(header, name, source.address, sha256, artifact.path, about)
        target = self._shelf.directory / f"{name}.gguf"
        pinned = about.sha256 if about is not None else ""
        sha256, header = await self._downloader.fetch(name, source, artifact, target, verify, progress, pinned)
        return _card(header, name, source.address, sha256, target, about)


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


def _card(header: Header, name: str, address: str, sha256: str, path: Path, about: Card | None) -> Card:
    """Say what the weights tell; `about` has the last word on what they cannot know."""
    about = about or Card(name=name)
    return replace(
        about,
        name=name,
        source=address,
        abilities=_abilities(header),
        family=about.family or header.architecture,
        parameters=header.parameters,
        quantization=header.quantization,
        context_length=header.context_length,
        kv_bytes=header.kv_bytes,
        licence=about.licence or header.text("general.license"),
        owner=about.owner or header.text("general.organization"),
        description=about.description or header.text("general.name"),
        size=path.stat().st_size,
        sha256=sha256,
        path=path,
        created=int(time.time()),
        chat_template=header.chat_template,
        bos_token=header.bos_token,
        eos_token=header.eos_token,
        sampling=about.sampling or header.sampling,
    )


def _abilities(header: Header) -> frozenset[Ability]:
    """What the header promises; the canary at load time proves or refutes the tools."""
    if header.embeds:
        return frozenset({"embedding"})
    template = header.chat_template
    found: set[Ability] = {"embedding"}  # every model's states can be averaged, which makes weak vectors
    if template:
        found.add("chat")
    if "tools" in template:
        found.add("tools")
    if "<think>" in template or "reasoning_content" in template:
        found.add("reasoning")
    return frozenset(found)
