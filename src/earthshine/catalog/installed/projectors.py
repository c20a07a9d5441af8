"""Projectors of models that see: GGUF files that turn pictures into tokens, beside the weights they belong to.

A model sees when its projector lies there: `NAME.mmproj.gguf` in the folder of models, or, for weights that are used in
place, `WEIGHTS.mmproj.gguf` or `mmproj-WEIGHTS.gguf` beside them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.catalog.downloads.download import Downloader
from earthshine.catalog.downloads.progress import Progress, Step
from earthshine.catalog.gguf.header import Header, verify
from earthshine.catalog.sources import open_source
from earthshine.errors import InvalidRequest, ModelBroken
from earthshine.settings import Settings

ARCHITECTURE = "clip"
"""What the header of every projector names."""
SUFFIX = ".mmproj.gguf"


def projector_of(card: Card, directory: Path) -> Path | None:
    """Return the projector that lies beside a model's weights; None when there is none."""
    places = [directory / f"{card.name}{SUFFIX}"]
    if card.path is not None and not card.path.is_relative_to(directory):
        stem = card.path.name.removesuffix(".gguf")
        places += [card.path.with_name(f"{stem}{SUFFIX}"), card.path.with_name(f"mmproj-{stem}.gguf")]
    return next((place for place in places if place.is_file()), None)


async def fetch_projector(
    about: Card, name: str, directory: Path, downloader: Downloader, settings: Settings, progress: Progress
) -> None:
    """Bring the projector that `about` names to where the model `name` finds it; one that is there stays.

    Raises as `Downloader.fetch`; `ModelBroken` for what is no projector.
    """
    target = directory / f"{name}{SUFFIX}"
    if target.is_file() and target.stat().st_size == (about.projector_size or target.stat().st_size):
        return
    progress(Step("asking", note="its projector"))
    source = open_source(about.projector_source, settings)
    try:
        artifact = await downloader.describe(source, progress)
        if artifact.path is not None:
            await asyncio.to_thread(_link, artifact.path, target)
            return
        await downloader.fetch(
            f"{name}.mmproj", source, artifact, target, check_projector, progress, about.projector_sha256
        )
    finally:
        await source.close()


def _link(file: Path, target: Path) -> None:
    """Use a projector in place."""
    check_projector(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    target.symlink_to(file)


def check_projector(path: Path) -> Header:
    """Prove that a file is a whole projector. Raises `ModelBroken`."""
    header = verify(path)
    if header.architecture != ARCHITECTURE or header.metadata.get("clip.has_vision_encoder") is not True:
        raise ModelBroken(f"{path.name} is no projector for pictures; give the `mmproj` file of the model.")
    return header


def refuse_projector(header: Header) -> None:
    """Raise `InvalidRequest` for a projector that is to be installed as a model."""
    if header.architecture == ARCHITECTURE:
        raise InvalidRequest(
            f"{header.path.name} is no model but the projector of one that sees. Pull the model, and name this file by "
            "`--projector`.",
            code="invalid_source",
        )
