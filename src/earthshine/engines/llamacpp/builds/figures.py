"""What was measured of each build on this machine, kept in the data directory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from earthshine.disk import write_atomically

_FILE = "figures.json"
GAIN = 1.05
"""How much quicker than the wheel a build must be to be used: less is noise."""
_READ_FOR_EACH_WRITTEN = 8
"""Tokens of prompt for each token of a reply, as chats with tools and documents have them."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How quick one build is with one model here."""

    build: str
    version: str
    model: str
    reads: float
    """Tokens of a prompt in a second."""
    writes: float
    """Tokens of one reply in a second."""
    agrees: int
    """Tokens that the wheel writes, and that it says may come next, of `of`."""
    of: int
    measured: int
    """Unix seconds."""

    @property
    def proved(self) -> bool:
        """Whether it computes what the wheel does; other instructions round otherwise."""
        return self.agrees >= 0.9 * self.of

    @property
    def seconds(self) -> float:
        """Of a usual share of reading and writing."""
        return _READ_FOR_EACH_WRITTEN / self.reads + 1 / self.writes


def read_figures(folder: Path) -> list[Figures]:
    """Return what was kept; nothing where nothing was, or it cannot be read."""
    try:
        kept: Any = json.loads((folder / _FILE).read_text("utf-8"))
        return [Figures(**each) for each in kept["figures"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def keep_figures(folder: Path, new: list[Figures]) -> None:
    """Keep figures in place of older ones of the same build and model."""
    folder.mkdir(parents=True, exist_ok=True)
    replaced = {(each.build, each.model) for each in new}
    old = [each for each in read_figures(folder) if (each.build, each.model) not in replaced]
    text = json.dumps({"figures": [asdict(each) for each in [*old, *new]]}, indent=1)
    write_atomically(folder / _FILE, text.encode())


def forget_build(folder: Path, build: str) -> None:
    """Forget what was measured of a build that was made anew, or is gone."""
    kept = [each for each in read_figures(folder) if each.build != build]
    if (folder / _FILE).exists():
        write_atomically(folder / _FILE, json.dumps({"figures": [asdict(each) for each in kept]}, indent=1).encode())


def gains(figures: list[Figures], model: str, wheel: str) -> Mapping[str, float]:
    """Return how many times as quick as the wheel each proved build is: with this model, else with any other."""
    for several in ([each for each in figures if each.model == model], figures):
        slow = {each.model: each.seconds for each in several if each.build == wheel}
        found = {
            each.build: slow[each.model] / each.seconds
            for each in several
            if each.build != wheel and each.proved and each.model in slow
        }
        if found:
            return found
    return {}
