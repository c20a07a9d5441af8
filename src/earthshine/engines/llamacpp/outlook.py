"""Where an installed model would go if it were loaded alone, and how fast it was measured there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from earthshine.catalog.card import Card
from earthshine.catalog.machine import gib
from earthshine.engines.llamacpp.builds.build import Build
from earthshine.engines.llamacpp.builds.builds import builds_folder, chosen
from earthshine.engines.llamacpp.builds.figures import Figures, read_figures
from earthshine.engines.llamacpp.devices.inventory import Inventory
from earthshine.engines.llamacpp.devices.layout import laid_out
from earthshine.engines.llamacpp.devices.placement import Placement
from earthshine.errors import ModelBroken
from earthshine.settings import Settings


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected of one model."""

    build: str
    placement: Placement | None
    """None where it stays with the processor, or llama.cpp itself places it."""
    figures: Figures | None
    """Of that build with this model."""

    @property
    def place(self) -> str:
        """Where it goes, in words: `33 of 33 layers on CUDA0 (5.6 GiB)`."""
        parts = self.placement.parts if self.placement is not None else ()
        if self.placement is None or not any(part.layers for part in parts):
            return "processor"
        where = " and ".join(f"{part.layers} on {part.room.id} ({gib(part.memory)})" for part in parts if part.layers)
        rest = "" if self.placement.whole else f"; {gib(self.placement.left)} more would hold the rest"
        return f"{where} of {self.placement.layers} layers{rest}"

    @property
    def pace(self) -> str:
        """How fast it was measured, in words; empty where it was not."""
        figures = self.figures
        return f"reads {figures.reads:.0f}/s, writes {figures.writes:.0f}/s" if figures is not None else ""


def outlook(card: Card, settings: Settings, here: Inventory) -> Outlook | None:
    """Return what is to be expected of an installed model; None for one whose weights cannot be read.

    Programs are not asked again: what `here` has seen of them is believed.
    """
    known = {each.name: each for each in here.builds}
    build = chosen(settings, card.name, lambda settings, name: known.get(name, here.builds[0]))
    try:
        shape = laid_out(card, settings, build.program)
    except ModelBroken:
        return None
    figures = read_figures(builds_folder(settings))
    return Outlook(build.name, shape.placement, _of(figures, build, card))


def _of(figures: Sequence[Figures], build: Build, card: Card) -> Figures | None:
    return next((each for each in figures if each.build == build.name and each.model == card.name), None)
