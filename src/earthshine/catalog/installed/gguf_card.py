"""The card of a model that is a GGUF file."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from earthshine.catalog.card import Ability, Card
from earthshine.catalog.curated import known_weights
from earthshine.catalog.families import family_prefixes, family_sampling
from earthshine.catalog.gguf.header import Header
from earthshine.catalog.installed.projectors import refuse_projector
from earthshine.catalog.weights import weights_size


def gguf_card(header: Header, name: str, address: str, sha256: str, path: Path, about: Card | None) -> Card:
    """Say what the weights tell; `about` has the last word on what they cannot know."""
    refuse_projector(header)
    given = about or Card(name=name)
    about = given if given.source else known_weights(sha256) or given
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
        size=weights_size(path),
        sha256=sha256,
        path=path,
        created=int(time.time()),
        projector_source=given.projector_source or about.projector_source,
        chat_template=header.chat_template,
        bos_token=header.bos_token,
        eos_token=header.eos_token,
        sampling=about.sampling or header.sampling or family_sampling(header),
        prefixes=about.prefixes or family_prefixes(header.text("general.name"), header.text("general.basename"), name),
    )


def _abilities(header: Header) -> frozenset[Ability]:
    """What the header promises; the canary at load time proves or refutes the tools."""
    if header.reranks:
        return frozenset({"rerank"})
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
