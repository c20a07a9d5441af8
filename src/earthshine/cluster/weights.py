"""The weights of a model on each node: read out by the machine that deployed it, checked, and kept by their hashes."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.catalog.downloads.download import hash_files
from earthshine.catalog.downloads.progress import ignore_progress
from earthshine.catalog.installed.installed_models import InstalledModels
from earthshine.catalog.installed.projectors import SUFFIX
from earthshine.catalog.locks import locked
from earthshine.catalog.sources import split_files
from earthshine.cluster.terms import Offer, WeightFile
from earthshine.errors import ModelBroken, Unavailable

Reader = Callable[[int, int], Awaitable[bytes]]
"""Gives the piece of a file, by its number, that begins at an offset."""


async def weight_files(card: Card) -> tuple[WeightFile, ...]:
    """Return the files of a model on this machine: weights, then projector, then adapters.

    Raises `ModelBroken` when one cannot be read.
    """
    if card.path is None:
        raise ModelBroken(f"The weights of {card.name!r} are not on this machine; `earthshine pull` fetches them.")
    weights = split_files(card.path)
    found = [*weights, *([card.projector] if card.projector else []), *card.adapters.values()]
    known = {card.path: card.sha256} if len(weights) == 1 else {}
    try:
        return tuple(
            [
                WeightFile(path, path.stat().st_size, known.get(path) or await hash_files([path], ignore_progress))
                for path in found
            ]
        )
    except OSError as error:
        raise ModelBroken(f"The weights of {card.name!r} cannot be read: {error.strerror}.") from error


async def fetch_weights(offer: Offer, folder: Path, read: Reader) -> dict[Path, Path]:
    """Return where each file of the offer is on this node, by its path there; what is missing is fetched.

    Raises `ModelBroken` when what came has another hash, `Unavailable` when the file cannot be read any more.
    """
    # One folder for all of them, as the parts of a split model must stand side by side.
    together = hashlib.sha256("".join(file.sha256 for file in offer.files).encode()).hexdigest()
    found: dict[Path, Path] = {}
    async with locked(folder / f"{together}.lock", lambda: None):
        for number, file in enumerate(offer.files):
            target = found[file.path] = folder / together / file.path.name
            if not target.is_file() or target.stat().st_size != file.size:
                await _fetch(number, file, target, read)
    return found


async def _fetch(number: int, file: WeightFile, target: Path, read: Reader) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    digest = hashlib.sha256()
    with part.open("wb") as stream:
        coming = asyncio.ensure_future(read(number, 0))
        while stream.tell() < file.size:
            piece = await coming
            if not piece:
                raise Unavailable(f"{file.path.name} is shorter than when it was deployed; deploy the model again.")
            # The next piece travels while this one is hashed and written.
            coming = asyncio.ensure_future(read(number, stream.tell() + len(piece)))
            await asyncio.to_thread(digest.update, piece)
            await asyncio.to_thread(stream.write, piece)
        coming.cancel()
    if digest.hexdigest() != file.sha256:
        part.unlink()
        raise ModelBroken(f"{file.path.name} has changed since it was deployed; deploy the model again.")
    os.replace(part, target)


def install(offer: Offer, directory: Path, places: dict[Path, Path]) -> None:
    """Make the model known in `directory`, a server's folder of models, with its files where they are on this node."""
    card = offer.card
    assert card.path is not None
    adapters = {name: places[path] for name, path in card.adapters.items()}
    directory.mkdir(parents=True, exist_ok=True)
    if card.projector is not None:
        (directory / f"{card.name}{SUFFIX}").symlink_to(places[card.projector])
    InstalledModels(directory).put(replace(card, path=places[card.path], adapters=adapters))
