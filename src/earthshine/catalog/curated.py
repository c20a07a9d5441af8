"""The short list of models that we know by name: `curated.toml`, read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

from earthshine.catalog.card import Card
from earthshine.catalog.machine import Machine, fits

EMBEDDED = "smollm2-135m"
"""Name of the tiny model that answers until a better one is fetched."""
EMBEDDED_VECTORS = "multilingual-e5-small"
"""Name of the small model that makes vectors until another one is installed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One model of the list."""

    card: Card
    """Its source is the first of `sources`."""
    sources: tuple[str, ...]
    """Where exactly these weights can be had, best place first."""
    active: int
    """Weights used for each token: fewer than all in a mixture of experts."""
    server: bool
    """Too large for one ordinary machine: to be served elsewhere and added as an upstream."""
    everyday: bool
    """A general assistant, fit to be recommended."""
    checked: str
    """Where and when the facts were looked up."""


@cache
def entries() -> tuple[Entry, ...]:
    """Return the list, smallest model first."""
    text = files("earthshine.catalog").joinpath("curated.toml").read_text("utf-8")
    return tuple(sorted((_entry(item) for item in tomllib.loads(text)["model"]), key=lambda entry: entry.card.size))


def find(text: str) -> Entry | None:
    """Return the entry of this name or with exactly this source."""
    return next((entry for entry in entries() if text in (entry.card.name, *entry.sources)), None)


def known_weights(sha256: str) -> Card | None:
    """Return what the list says of weights with this checksum, wherever they came from."""
    return next((entry.card for entry in entries() if sha256 and entry.card.sha256 == sha256), None)


def refreshed(card: Card) -> Card:
    """Return an installed card with what the list says of it today: it may know better than when it was installed."""
    entry = find(card.source) if card.source else None
    if entry is None or entry.card.sha256 not in ("", card.sha256):
        return card
    known = entry.card
    return replace(
        card,
        sampling=known.sampling or card.sampling,
        prefixes=known.prefixes or card.prefixes,
        options={**card.options, **known.options},
        description=known.description or card.description,
        projector_source=card.projector_source or known.projector_source,
    )


def embedded(name: str = EMBEDDED) -> Card:
    """Return the card of an embedded default."""
    entry = find(name)
    assert entry is not None
    return entry.card


def recommended(machine: Machine, can_be_had: Callable[[Entry], bool] = lambda _: True) -> Entry | None:
    """Return the largest everyday assistant that fits in half of the memory, is quick enough and can be had."""
    usable = [
        entry
        for entry in entries()
        if entry.everyday
        and (fit := fits(entry.card, machine)).ok
        and (2 * fit.memory <= machine.memory or fit.placing == "device")
        and speed(entry.card, machine, entry.active) in ("fast", "usable")
        and can_be_had(entry)
    ]
    return max(usable, key=lambda entry: (entry.card.parameters, entry.card.size), default=None)


def speed(card: Card, machine: Machine, active: int = 0) -> str:
    """Estimate in a word how fast a model writes on this machine: `fast`, `usable` or `slow`; on a card it is fast.

    Writing is bound by reading the active weights once for each token. About 10 GB/s for each of the first two cores
    and 4 for each further one is what was measured with 4-bit weights on a server's processor.
    """
    if any(not each.shared for each in machine.devices) and fits(card, machine).placing == "device":
        return "fast"
    share = active / card.parameters if active and card.parameters else 1
    bandwidth = (10 * min(machine.cores, 2) + 4 * max(0, min(machine.cores, 10) - 2)) * 1e9
    rate = bandwidth / max(card.size * share, 1)
    return "fast" if rate >= 20 else "usable" if rate >= 5 else "slow"


def _entry(item: dict[str, Any]) -> Entry:
    known = {field.name for field in fields(Card)}
    values = {key: value for key, value in item.items() if key in known}
    values["abilities"] = frozenset(item["abilities"])
    sources = (item["source"], *item.get("mirrors", ())) if "source" in item else ()
    return Entry(
        card=Card(**values),
        sources=sources,
        active=item.get("active", 0),
        server=item.get("server", False),
        everyday=item.get("everyday", False),
        checked=item["checked"],
    )
