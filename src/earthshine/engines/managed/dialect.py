"""What differs between the programs: how they are called, and what they can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from earthshine.engines.managed.plan import ManagedPlan
from earthshine.engines.openai_compatible.body import Continues
from earthshine.processes.program import Address
from earthshine.settings_tables import EngineOptions


@dataclass(frozen=True, slots=True)
class Parsers:
    """Names of a program's parsers; empty where it has none."""

    tools: str = ""
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """One start of a program."""

    name: str
    """The name under which it serves its model."""
    model: Path
    """The folder."""
    address: Address
    folder: Path
    """Where it works: a folder in memory that only our own user can enter."""
    key: str
    """What it wants in `Authorization`."""
    plan: ManagedPlan
    options: EngineOptions
    parsers: Parsers
    embeds: bool
    """Whether it is to make vectors."""


class Dialect(ABC):
    """One program."""

    name: str
    """Of the engine, and of the Python package."""
    title: str
    """For people."""
    module: str
    """What Python runs."""
    advice: str
    """How it is installed."""
    on_socket: bool
    """Whether it listens on a unix socket, which only our own user can reach; else on a port of this machine."""
    continues: Continues
    """How it goes on from a partial assistant message."""
    counts: bool
    """Whether it tells the tokens of messages beforehand, at `/tokenize`."""
    ours: ClassVar[Mapping[str, str]]
    """Arguments that nobody else may give, and the option that says it instead; empty for none."""
    own_variables: frozenset[str] = frozenset()
    """Variables that nobody else may give."""
    formats: ClassVar[Mapping[str, Parsers]]
    """Its parsers for each form in which templates write calls or thoughts; see `parsers`."""

    @abstractmethod
    def arguments(self, launch: Launch) -> Sequence[str]:
        """Return what it is started with, without the operator's own arguments."""

    def files(self, launch: Launch) -> Mapping[str, str]:
        """Return what is to be in its folder, by names of files."""
        return {}

    @abstractmethod
    def environment(self, launch: Launch, cache: Path) -> Mapping[str, str]:
        """Return its variables; what it keeps between starts goes into the folder `cache`."""


def quiet(cache: Path) -> dict[str, str]:
    """Return variables that keep what such programs rest on from calling home, and from writing elsewhere."""
    return {
        "DO_NOT_TRACK": "1",
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HOME": str(cache / "huggingface"),
        "TORCHINDUCTOR_CACHE_DIR": str(cache / "inductor"),
        "TRITON_CACHE_DIR": str(cache / "triton"),
        "XDG_CACHE_HOME": str(cache),
    }
