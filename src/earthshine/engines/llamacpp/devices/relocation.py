"""Where a model goes whose process was lost: its devices may be gone, or may have been taken by others."""

from __future__ import annotations

import logging
from dataclasses import replace

from earthshine.catalog.card import Card
from earthshine.engines.llamacpp.builds.program import Program, list_devices
from earthshine.engines.llamacpp.devices.layout import placed_anew
from earthshine.engines.llamacpp.devices.placement import DeviceRoom, Placement
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.errors import EarthshineError, Unavailable
from earthshine.settings import Settings

log = logging.getLogger(__name__)


class Relocation:
    """Plans one model's process anew before each restart, and never for more of a device than it had."""

    def __init__(self, card: Card, settings: Settings, program: Program | None, *, spare: bool) -> None:
        """`spare`: the wheel may serve where the program no longer does."""
        self._card, self._settings, self._program, self._spare = card, settings, program, spare

    def __call__(self, was: ProcessPlan, failed: int) -> tuple[ProcessPlan, Program | None]:
        """Return how and by what it is to be served, after so many starts that failed. Asks the program.

        First what is still there of its devices is tried, then the processor, at last the wheel.
        """
        program, placement = self._program, was.placement
        if program is None or placement is None:
            return was, program
        if failed > 1 and self._spare:
            log.warning("the engine of %r goes on with the wheel: its program no longer starts", self._card.name)
            self._program = None
            return replace(was, placement=None), None
        if not placement.parts:
            return was, program
        rooms, why = ([], "it did not start on them") if failed else self._left(program, placement)
        if not why:
            return was, program
        try:
            now = placed_anew(self._card, was, rooms, self._settings)
        except EarthshineError as error:  # the weights are gone; the start will say so
            log.warning("the engine of %r is not placed anew: %s", self._card.name, error.message)
            return was, program
        log.warning(
            "the engine of %r leaves its devices: %s; %d of %d layers are on devices now, the rest with the processor",
            *(self._card.name, why, now.placement.placed if now.placement else 0, placement.layers),
        )
        return now, program

    def _left(self, program: Program, placement: Placement) -> tuple[list[DeviceRoom], str]:
        """Return what there is of each device that it had, and why that is less; an empty text where it is not."""
        try:
            there = {each.id: each for each in list_devices(program.path)}
        except Unavailable as error:
            return [], error.message
        gone = [part.room.told for part in placement.parts if part.room.told not in there]
        left = [(part, there[part.room.told].free) for part in placement.parts if part.room.told in there]
        tight = [part.room.told for part, free in left if free < part.memory]
        why = [*(f"{each} is gone" for each in gone), *(f"others have taken room on {each}" for each in tight)]
        return [replace(part.room, free=min(part.memory, free)) for part, free in left], ", ".join(why)
