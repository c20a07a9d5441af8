"""Opens managed engines: finds the program, plans, starts it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from earthshine.catalog.card import Card
from earthshine.devices.device import Device
from earthshine.devices.look import here
from earthshine.engines.managed.dialect import Dialect
from earthshine.engines.managed.engine import ManagedEngine
from earthshine.engines.managed.installation import Installation, installation
from earthshine.engines.managed.options import model_options, program_settings
from earthshine.engines.managed.parsers import parsers
from earthshine.engines.managed.plan import ManagedPlan, make_plan, visible
from earthshine.engines.managed.process import ManagedProcess
from earthshine.engines.placing import Claim, Taken
from earthshine.errors import ModelBroken, Unavailable
from earthshine.settings import Settings
from earthshine.settings_tables import EngineOptions


@dataclass(frozen=True, slots=True)
class _Planned:
    """What is known of a model before its program is started."""

    found: Installation
    options: EngineOptions
    plan: ManagedPlan


class ManagedFactory:
    """Opens engines of one program, and tells beforehand what they will take and meanwhile how far they are."""

    def __init__(self, dialect: Dialect, devices: Callable[[], Sequence[Device]] = here) -> None:
        """Begin with none; `devices` tells what GPUs are here."""
        self._dialect, self._devices = dialect, devices
        self._loading: dict[str, ManagedEngine] = {}

    async def __call__(self, card: Card, settings: Settings) -> ManagedEngine:
        """Load the model of `card`, as if no other were loaded. Raises as `load`."""
        return await self.load(card, settings, await asyncio.to_thread(self.place, card, settings, {}))

    def place(self, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> Claim:
        """Say what the program will take of the machine and of which GPUs, given what others have of these.

        Raises `ModelBroken`, and `Unavailable` where the program is not installed or its settings cannot be.
        """
        planned = self._planned(card, settings, taken)
        plan = planned.plan
        return Claim(plan.memory, plan.devices, whole=not plan.crowded, plan=planned)

    async def load(self, card: Card, settings: Settings, claim: Claim) -> ManagedEngine:
        """Load a model as it was placed. Raises `ModelBroken`."""
        dialect, planned = self._dialect, cast("_Planned", claim.plan)
        chosen = parsers(card.chat_template, dialect, planned.options)
        timeout = program_settings(dialect, settings).start_timeout
        process = ManagedProcess(
            card, dialect, planned.found, planned.plan, planned.options, chosen, settings, start_timeout=timeout
        )
        engine = self._loading[card.name] = ManagedEngine(card, dialect, process, planned.plan, chosen)
        try:
            await engine.start()
        finally:
            del self._loading[card.name]
        return engine

    def check(self, card: Card, settings: Settings) -> Installation:
        """Return the program that would serve `card`, without starting it. Raises as loading does."""
        return self._planned(card, settings, {}).found

    def filling(self, card: Card) -> tuple[int, int]:
        """Return the bytes of memory that a load has filled, and that it will fill; zeros while it does not run."""
        engine = self._loading.get(card.name)
        return engine.filling if engine is not None else (0, 0)

    def _planned(self, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> _Planned:
        dialect = self._dialect
        if card.path is None or not card.path.is_dir():
            raise ModelBroken(
                f"{dialect.title} reads folders of safetensors files, and {card.name!r} is not one: there is "
                f"{card.path or 'nothing'}. Fetch it again with `earthshine pull {card.source or card.name}`."
            )
        options = model_options(card, dialect, settings)
        found = installation(dialect, program_settings(dialect, settings))
        gpus = [] if found.on_processor else visible(self._devices(), options)
        if gpus and options.tensor_parallel > len(gpus):
            raise Unavailable(
                f"{dialect.title} is to spread {card.name!r} over {options.tensor_parallel} GPUs, and sees {len(gpus)}."
                f" Lower `tensor_parallel` in the setting `managed_engines.{dialect.name}`."
            )
        return _Planned(found, options, make_plan(card, settings, options, gpus, taken))
