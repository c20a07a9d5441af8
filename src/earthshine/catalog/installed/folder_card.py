"""The card of a model that is a folder of safetensors files."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from earthshine.catalog.card import Ability, Card
from earthshine.catalog.families import family_prefixes
from earthshine.catalog.safetensors.folder import Folder
from earthshine.catalog.weights import SAFETENSORS_ENGINES, weights_size


def folder_card(folder: Folder, name: str, address: str, sha256: str, path: Path, about: Card | None) -> Card:
    """Say what a folder tells; `about` has the last word on what it cannot know, and names the engine."""
    about = about or Card(name=name)
    config = folder.config
    scheme, _, rest = address.partition(":")
    return replace(
        about,
        name=name,
        engine=about.engine if about.engine in SAFETENSORS_ENGINES else SAFETENSORS_ENGINES[0],
        source=address,
        abilities=_abilities(folder),
        family=about.family or config.family,
        parameters=folder.parameters,
        quantization=folder.quantization,
        context_length=config.context_length,
        kv_bytes=config.kv_bytes,
        licence=about.licence or folder.licence,
        owner=about.owner or (rest.partition("/")[0] if scheme == "hf" else ""),
        size=weights_size(path),
        sha256=sha256,
        path=path,
        created=int(time.time()),
        chat_template=folder.chat_template,
        sampling=about.sampling or folder.sampling,
        prefixes=about.prefixes or family_prefixes(name, path.name),
    )


def _abilities(folder: Folder) -> frozenset[Ability]:
    """What the files promise."""
    if folder.pools or not folder.config.writes:
        return frozenset({"embedding"})
    template = folder.chat_template
    found: set[Ability] = {"chat"}
    if "tools" in template:
        found.add("tools")
    if "<think>" in template or "reasoning_content" in template:
        found.add("reasoning")
    if folder.config.sees:
        found.add("vision")
    return frozenset(found)
