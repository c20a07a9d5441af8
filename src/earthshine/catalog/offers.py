"""What may be fetched, as people choose it: a name of our list, `recommended`, or a source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from typing_extensions import TypedDict

from earthshine.catalog.card import Card
from earthshine.catalog.curated import Entry, entries, find, recommended, speed
from earthshine.catalog.machine import Fit, Machine, fits
from earthshine.catalog.reachability import Reachability
from earthshine.catalog.weights import SAFETENSORS_ENGINES
from earthshine.errors import InvalidRequest, ModelNotFound, UpstreamFailed

RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to fetch."""

    sources: tuple[str, ...]
    """Where it can be had, best place first."""
    name: str = ""
    """What it is known by; empty for a source that is not in our list."""
    about: Card | None = None
    fit: Fit | None = None
    """Whether it fits this machine; None when nobody knows yet."""


def with_projector(offer: Offer, source: str) -> Offer:
    """Return an offer whose model is to see by the projector at `source`."""
    about = offer.about or Card(name=offer.name)
    return replace(offer, about=replace(about, projector_source=source, projector_size=0, projector_sha256=""))


def with_engine(offer: Offer, engine: str) -> Offer:
    """Return an offer whose folder of safetensors files is to be served by `engine`."""
    return replace(offer, about=replace(offer.about or Card(name=offer.name), engine=engine))


async def find_offer(text: str, machine: Machine, reachable: Reachability) -> Offer:
    """Return what `text` means: a name of the list, `recommended`, or a source.

    Raises:
        ModelNotFound: it is neither.
        InvalidRequest: nothing of the list fits the machine, or the model is to be served elsewhere.
        UpstreamFailed: none of its places answers; the message names what can be had instead.
    """
    entry = find(text)
    if entry is None and text != RECOMMENDED:
        if ":" in text:
            return Offer((text,))
        raise ModelNotFound(text, [entry.card.name for entry in entries()])
    if entry is not None and text in entry.sources:
        return Offer((text,), entry.card.name, entry.card, fits(entry.card, machine))
    if entry is not None and entry.server:
        raise InvalidRequest(
            f"{entry.card.name} is to be served elsewhere ({fits(entry.card, machine).reason}): run it with vLLM or "
            "SGLang, or use a vendor's API, and add that as an upstream (docs/models.md).",
            param="model",
        )
    await reachable.ask()
    entry = entry or best(machine, reachable)
    if reachable.of(entry) == "no":
        raise UpstreamFailed(
            f"{entry.card.name} cannot be had from here: {reachable.why_not(entry)}. {_instead(machine, reachable)}",
            code="source_unreachable",
        )
    return Offer(reachable.sources(entry), entry.card.name, entry.card, fits(entry.card, machine))


def best(machine: Machine, reachable: Reachability) -> Entry:
    """Return what `recommended` means here. Raises `InvalidRequest` and `UpstreamFailed` as `find_offer`."""
    entry = recommended(machine, lambda each: reachable.of(each) != "no")
    if entry is not None:
        return entry
    wanted = recommended(machine)
    if wanted is None:
        raise InvalidRequest(
            "No model of our list fits this machine. `earthshine doctor` shows its memory and disk.", param="model"
        )
    raise UpstreamFailed(
        f"No model of our list can be had from here: {reachable.why_not(wanted)}. {_instead(machine, reachable)}",
        code="source_unreachable",
    )


def _instead(machine: Machine, reachable: Reachability) -> str:
    """Say what can be had, in a sentence."""
    found = [each.card.name for each in entries() if reachable.of(each) == "yes" and fits(each.card, machine).ok]
    if found:
        return f"What can be had: {', '.join(reversed(found))}; or a file by file:/path/model.gguf."
    return "Bring a GGUF file and install it by file:/path/model.gguf, or add a server of yours as an upstream."


class CardFacts(TypedDict):
    """What people choose a model by."""

    name: str
    source: str
    engine: str
    """What runs it: llamacpp, vllm, sglang, openai_compatible, scripted, or one of a plugin."""
    abilities: list[str]
    family: str
    parameters: int
    quantization: str
    context_length: int
    size: int
    """Bytes to fetch, with those of what lets it see."""
    licence: str
    description: str
    fits: bool
    """Whether it runs on this machine."""
    needs_memory: int
    """Bytes: weights, attention cache of one full reply, and the engine."""
    fit: str
    """In words."""
    placement: Literal["device", "split", "processor"] | None
    """Whether it fits on devices that a build of llama.cpp reaches: wholly, in part, or not; null for what another
    engine runs."""
    speed: str
    """An estimate for llama.cpp: fast, usable or slow; empty for what another engine runs."""


def card_facts(card: Card, machine: Machine, entry: Entry | None = None) -> CardFacts:
    """Return what people choose a model by, also whether it runs on this machine and how fast."""
    fit = fits(card, machine)
    estimated = card.kind == "weights" and card.engine not in SAFETENSORS_ENGINES
    return {
        "name": card.name,
        "source": card.source,
        "engine": card.engine,
        "abilities": sorted(card.abilities),
        "family": card.family,
        "parameters": card.parameters,
        "quantization": card.quantization,
        "context_length": card.context_length,
        "size": card.size + card.projector_size,
        "licence": card.licence,
        "description": card.description,
        "fits": fit.ok and not (entry is not None and entry.server),
        "needs_memory": fit.memory,
        "fit": fit.reason,
        "placement": fit.placing if estimated else None,
        "speed": speed(card, machine, entry.active if entry else 0) if estimated else "",
    }
