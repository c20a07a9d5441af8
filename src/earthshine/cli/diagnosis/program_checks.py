"""Checks of `earthshine doctor` of the programs that serve folders of safetensors files."""

from __future__ import annotations

from collections.abc import Sequence

from earthshine.catalog import Card
from earthshine.catalog.weights import SAFETENSORS_ENGINES
from earthshine.cli.diagnosis.findings import Finding
from earthshine.engines import registry
from earthshine.engines.managed.factory import ManagedFactory
from earthshine.errors import EarthshineError
from earthshine.settings import Settings


def check_programs(settings: Settings, cards: Sequence[Card]) -> list[Finding]:
    """The program of each such model is installed, and its settings can be given to it. Starts none."""
    findings: list[Finding] = []
    for card in cards:
        if card.engine not in SAFETENSORS_ENGINES:
            continue
        what = f"{card.engine} for {card.name}"
        try:
            factory = registry.factory(card.engine)
            assert isinstance(factory, ManagedFactory)
            found = factory.check(card, settings)
        except EarthshineError as error:
            findings.append(Finding(what, "broken", error.message))
        else:
            where = ", for the processor" if found.on_processor else ""
            findings.append(Finding(what, "ok", f"{card.engine} {found.version} of {found.python}{where}"))
    return findings
