"""Which engines there are: the entry points of the group `earthshine.engines`.

An entry point names a function `provide()`. It checks the packages that the engine needs, raises `Unavailable` with
a message that says what to install, and returns the engine's factory.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import entry_points
from typing import Protocol, runtime_checkable

from earthshine.catalog.card import Card
from earthshine.engines.base import Engine
from earthshine.engines.placing import Claim, PlacesModels, Taken
from earthshine.errors import ModelBroken
from earthshine.settings import Settings

GROUP = "earthshine.engines"

Factory = Callable[[Card, Settings], Awaitable[Engine]]
"""Loads the model of a card and returns the engine that serves it, ready."""


@runtime_checkable
class EstimatesMemory(Protocol):
    """A factory may also tell beforehand what a model will take on this machine."""

    def memory_needed(self, card: Card, settings: Settings) -> int:
        """Return bytes. Raises `ModelBroken` when the weights cannot be read."""
        ...


@runtime_checkable
class ReportsLoading(Protocol):
    """A factory may also tell how far a load is."""

    def filling(self, card: Card) -> tuple[int, int]:
        """Return the bytes of memory that are filled, and those that will be; zeros while nobody knows."""
        ...


def names() -> list[str]:
    """Return the names of all registered engines."""
    return sorted({entry.name for entry in entry_points(group=GROUP)})


def factory(name: str) -> Factory:
    """Return the factory of the engine called `name`.

    Raises:
        Unavailable: a package that it needs is missing.
        ModelBroken: there is no such engine.
    """
    for entry in entry_points(group=GROUP, name=name):
        provide: Callable[[], Factory] = entry.load()
        return provide()
    raise ModelBroken(f"No engine is called {name!r}. There are: {', '.join(names()) or 'none'}.")


def claim(factory: Factory, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> Claim:
    """Return what a model will take on this machine; nothing when its factory does not tell. May ask programs."""
    if isinstance(factory, PlacesModels):
        return factory.place(card, settings, taken)
    return Claim(factory.memory_needed(card, settings) if isinstance(factory, EstimatesMemory) else 0)


async def load(factory: Factory, card: Card, settings: Settings, claim: Claim) -> Engine:
    """Load a model as it was claimed."""
    if isinstance(factory, PlacesModels):
        return await factory.load(card, settings, claim)
    return await factory(card, settings)


def filling(factory: Factory, card: Card) -> tuple[int, int]:
    """Return how many bytes of memory a load has filled, and of how many; zeros when its factory does not tell."""
    return factory.filling(card) if isinstance(factory, ReportsLoading) else (0, 0)
