"""Where the replicas of one model and those who route to them meet: an actor of Ray for each deployed model.

It holds the offer and reads the weights out to nodes that lack them. What it knows of replicas is what they told in the
last seconds, so it may die and be started anew. It stands on the machine that deployed the model.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from earthshine.cluster.ray_package import NAMESPACE
from earthshine.cluster.terms import Offer

PIECE = 8 * 2**20
"""Bytes of weights in one message."""
BEAT = 1.0
"""Seconds between two words of a replica."""
SILENCE = 5.0
"""Seconds without a word after which a replica counts as gone."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a replica tells."""

    id: str
    url: str
    """Where its server is, up to `/v1`."""
    node: str
    """The address of its machine."""
    running: int
    """Requests that it holds."""
    context_length: int
    """Tokens that it takes; 0 when unknown."""


class Coordinator:
    """One model's meeting point. Its methods are called from other machines."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer
        self._reports: dict[str, tuple[float, Report]] = {}
        self._since = time.monotonic()

    async def offer(self) -> Offer:
        """Return what is offered."""
        return self._offer

    async def report(self, report: Report) -> None:
        """Hear a replica."""
        self._reports[report.id] = time.monotonic(), report

    async def withdraw(self, replica: str) -> None:
        """Forget a replica, which ends or is broken."""
        self._reports.pop(replica, None)

    async def replicas(self) -> tuple[list[Report], bool]:
        """Return those alive, and whether all of them have had the time to say so since this actor began."""
        now = time.monotonic()
        self._reports = {name: told for name, told in self._reports.items() if now - told[0] < SILENCE}
        return [report for _, report in self._reports.values()], now - self._since > SILENCE

    async def read(self, number: int, offset: int) -> bytes:
        """Return a piece of the file `number`, at most `PIECE` bytes. Raises `OSError`, `IndexError`."""
        return await asyncio.to_thread(_read, self._offer.files[number].path, offset)


def actor_name(model: str) -> str:
    """Return the name of a model's coordinator in our namespace."""
    return f"model:{model}"


def find(ray: Any, model: str) -> Any:
    """Return the handle of a model's coordinator; None when the model is not deployed."""
    try:
        return ray.get_actor(actor_name(model), namespace=NAMESPACE)
    except ValueError:
        return None


def deployed(ray: Any) -> list[str]:
    """Return the names of the models that are deployed on the cluster."""
    prefix = actor_name("")
    return sorted(name.removeprefix(prefix) for name in ray.util.list_named_actors() if name.startswith(prefix))


def _read(path: Path, offset: int) -> bytes:
    with path.open("rb") as stream:
        stream.seek(offset)
        return stream.read(PIECE)
