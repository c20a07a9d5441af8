"""What was measured of each build on this machine, kept in the data directory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from earthshine.disk import write_atomically

_FILE = "figures.json"
GAIN = 1.05
"""How much quicker than the wheel a build must be to be used: less is noise."""
_READ_FOR_EACH_WRITTEN = 8
"""Tokens of prompt for each token of a reply, as chats with tools and documents have them."""


_Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Figures(BaseModel):
    """How quick one build is with one model here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    build: str
    version: str
    """Of the build when it was measured: another one's figures say nothing of it."""
    model: str
    reads: _Rate
    """Tokens of a prompt in a second."""
    writes: _Rate
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


class _Kept(BaseModel):
    figures: list[Figures] = []


def read_figures(folder: Path) -> list[Figures]:
    """Return what was kept; nothing where nothing was, or it cannot be read."""
    try:
        return _Kept.model_validate_json((folder / _FILE).read_bytes()).figures
    except (OSError, ValidationError):
        return []


def keep_figures(folder: Path, new: list[Figures]) -> None:
    """Keep figures in place of older ones of the same build and model."""
    replaced = {(each.build, each.model) for each in new}
    _write(folder, [*(each for each in read_figures(folder) if (each.build, each.model) not in replaced), *new])


def forget_build(folder: Path, build: str) -> None:
    """Forget what was measured of a build that was made anew."""
    if kept := read_figures(folder):
        _write(folder, [each for each in kept if each.build != build])


def _write(folder: Path, figures: list[Figures]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / _FILE, _Kept(figures=figures).model_dump_json(indent=1).encode())


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
