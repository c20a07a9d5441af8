"""What may be fetched, as people choose it: a name of our list, `recommended`, or a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from earthshine.catalog.card import Card
from earthshine.catalog.curated import Entry, entries, find, recommended, speed
from earthshine.catalog.machine import Fit, Machine, fits
from earthshine.errors import InvalidRequest, ModelNotFound

RECOMMENDED = "recommended"


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to fetch."""

    source: str
    name: str = ""
    """What it is known by; empty for a source that is not in our list."""
    about: Card | None = None
    fit: Fit | None = None
    """Whether it fits this machine; None when nobody knows yet."""


def find_offer(text: str, machine: Machine) -> Offer:
    """Return what `text` means: a name of the list, `recommended`, or a source.

    Raises:
        ModelNotFound: it is neither, or nothing of the list fits the machine.
        InvalidRequest: the model is to be served elsewhere.
    """
    entry = recommended(machine) if text == RECOMMENDED else find(text)
    if entry is None:
        if text == RECOMMENDED:
            raise InvalidRequest(
                "No model of our list fits this machine. `earthshine doctor` shows its memory and disk.", param="model"
            )
        if ":" in text:
            return Offer(text)
        raise ModelNotFound(text, [entry.card.name for entry in entries()])
    fit = fits(entry.card, machine)
    if entry.server:
        raise InvalidRequest(
            f"{entry.card.name} is to be served elsewhere ({fit.reason}): run it with vLLM or SGLang, or use a "
            "vendor's API, and add that as an upstream (docs/models.md).",
            param="model",
        )
    return Offer(entry.card.source, entry.card.name, entry.card, fit)


def card_facts(card: Card, machine: Machine, entry: Entry | None = None) -> dict[str, Any]:
    """Return what people choose a model by, also whether it runs on this machine and how fast."""
    fit = fits(card, machine)
    local = card.engine == "llamacpp"
    return {
        "name": card.name,
        "source": card.source,
        "abilities": sorted(card.abilities),
        "family": card.family,
        "parameters": card.parameters,
        "quantization": card.quantization,
        "context_length": card.context_length,
        "size": card.size,
        "licence": card.licence,
        "description": card.description,
        "fits": fit.ok and not (entry is not None and entry.server),
        "needs_memory": fit.memory,
        "fit": fit.reason,
        "speed": speed(card, machine, entry.active if entry else 0) if local else "",
    }
