"""What a model on a cluster is given: how many replicas, on what, and how they are reached."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from earthshine.catalog.card import Card
from earthshine.errors import InvalidRequest

_RANGE = re.compile(r"([0-9]{1,9})(?:\.\.([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Terms:
    """How a model is served on a cluster."""

    least: int
    """Replicas that are always there; 0 lets the model sleep."""
    most: int
    cpus: float = 1
    """Cores of a node that each replica takes."""
    gpus: float = 0
    memory: int = 0
    """MiB that each replica may take, and that its node must have free; 0 means its share by cores."""
    slots: int = 4
    """Replies that a replica writes at the same time."""
    load: float = 2
    """Requests for each replica beyond which another one is started; fewer than `slots`, as it never holds more."""
    idle: float = 300
    """Seconds of less load before a replica is ended."""
    context: int = 0
    """Tokens of context per reply; 0 means what memory allows."""
    folder: Path = Path("/var/tmp/earthshine-weights")  # noqa: S108 - content is named by its hash and checked
    """Where nodes keep the weights that they fetched."""
    shared: bool = False
    """The weights are at the same path on every node, and nothing is fetched."""
    start_seconds: float = 600
    """Time that a replica has to fetch its weights and to load them."""


@dataclass(frozen=True, slots=True)
class WeightFile:
    """One file of a model, on the machine that deployed it."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Offer:
    """One model on the cluster: all that replicas and those who route to them must know."""

    card: Card
    terms: Terms
    files: tuple[WeightFile, ...]
    key: str
    """The API key of the replicas, which only servers know that the cluster is attached to."""
    entry: str
    """The address, up to `/v1`, at which Ray Serve answers also while there is no replica: it starts one."""

    @property
    def name(self) -> str:
        """The model's name, here and there."""
        return self.card.name


def check_terms(terms: Terms) -> None:
    """Raise a 400 for terms by which a replica would never be joined by another one."""
    if terms.least < terms.most and terms.load >= terms.slots:
        raise InvalidRequest(
            f"A replica with {terms.slots} slots never has more than {terms.slots} requests, so that a load of "
            f"{terms.load:g} would never call for another one; give a --load below {terms.slots}."
        )


def parse_replicas(text: str) -> tuple[int, int]:
    """Return the least and the most replicas out of `2` or `0..4`. Raises a 400 for anything else."""
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise InvalidRequest(f"{text[:40]!r} is no number of replicas; write 2, or 0..4 for none to four.")
    least = int(found[1])
    most = int(found[2] or least)
    if not 1 <= most <= 1000 or least > most:
        raise InvalidRequest(f"{text[:40]!r} must rise from 0 or more to between 1 and 1000, as in 0..4.")
    return least, most
