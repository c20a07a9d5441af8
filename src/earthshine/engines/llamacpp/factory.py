"""Opens llama.cpp engines: with the build that serves a model, on its devices; else with the wheel's."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import cast

from earthshine.catalog.card import Card
from earthshine.catalog.machine import gib
from earthshine.engines.llamacpp.builds.build import WHEEL, Build
from earthshine.engines.llamacpp.builds.builds import chosen, wheel
from earthshine.engines.llamacpp.builds.program import list_devices
from earthshine.engines.llamacpp.devices.layout import laid_out, placed_anew
from earthshine.engines.llamacpp.devices.relocation import Relocation
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.plan import ProcessPlan
from earthshine.engines.placing import Claim, Taken
from earthshine.errors import ModelBroken, Unavailable
from earthshine.settings import Settings

log = logging.getLogger(__name__)


class LlamaCppFactory:
    """Opens engines, and tells beforehand what they will take and meanwhile how far they are."""

    def __init__(self) -> None:
        """Begin with none."""
        self._loading: dict[str, LlamaCpp] = {}
        self._builds: dict[str, Build] = {}
        """What serves each model that is being placed, so that it is chosen once."""

    async def __call__(self, card: Card, settings: Settings) -> LlamaCpp:
        """Load the model of `card`, as if no other were loaded. Raises `ModelBroken`."""
        return await self.load(card, settings, await asyncio.to_thread(self.place, card, settings, {}))

    def place(self, card: Card, settings: Settings, taken: Mapping[str, Taken]) -> Claim:
        """Choose a build, and say where it will have the model, given what others have. Raises `ModelBroken`."""
        known = self._builds.get(card.name)
        build = self._builds[card.name] = _build(card, settings) if known is None else _looked_at(known)
        shape = laid_out(card, settings, build.program, taken)
        placement = shape.placement
        if placement is None:
            return Claim(shape.memory, plan=shape)
        return Claim(shape.memory, placement.shares, whole=placement.whole, plan=shape)

    async def load(self, card: Card, settings: Settings, claim: Claim) -> LlamaCpp:
        """Load a model as it was placed; what does not start so is tried on the processor. Raises `ModelBroken`."""
        build, shape = self._builds.pop(card.name), cast("ProcessPlan", claim.plan)
        try:
            return await self._open(card, settings, build, shape)
        except ModelBroken as error:
            if not claim.devices and (build.name == WHEEL or settings.llama_server):
                raise
            failed = error
        if claim.devices:
            log.warning("%r does not start on its devices; the processor is tried: %s", card.name, failed.message)
            try:
                alone = await asyncio.to_thread(placed_anew, card, shape, (), settings)
                return await self._open(card, settings, build, alone)
            except ModelBroken as error:
                if settings.llama_server:
                    raise
                failed = error
        log.warning(
            "the build %s of llama.cpp does not load %r; the wheel is tried: %s", build.name, card.name, failed.message
        )
        return await self._open(card, settings, wheel(), replace(shape, placement=None))

    async def _open(self, card: Card, settings: Settings, build: Build, shape: ProcessPlan) -> LlamaCpp:
        if build.fault:
            raise Unavailable(f"llama.cpp's {build.name} cannot be used. {build.fault}")
        relocate = Relocation(card, settings, build.program, spare=not settings.llama_server)
        engine = self._loading[card.name] = LlamaCpp(card, shape, build, relocate)
        try:
            await engine.start()
        finally:
            del self._loading[card.name]
        _say(card, shape)
        return engine

    def filling(self, card: Card) -> tuple[int, int]:
        """Return the bytes of memory that a load has filled, and that it will fill; zeros while it does not run."""
        engine = self._loading.get(card.name)
        return engine.filling if engine is not None else (0, 0)


def _build(card: Card, settings: Settings) -> Build:
    build = chosen(settings, card.name)
    if card.projector is not None and build.program is not None and not build.program.sees:
        log.warning("the build %s of llama.cpp takes no pictures; the wheel serves %r", build.name, card.name)
        return wheel()
    return build


def _looked_at(build: Build) -> Build:
    """Return a build with what its devices have free now."""
    if build.program is None or not build.program.devices:
        return build
    try:
        return replace(build, program=replace(build.program, devices=list_devices(build.program.path)))
    except Unavailable as error:
        return replace(build, fault=error.message)


def _say(card: Card, shape: ProcessPlan) -> None:
    placement = shape.placement
    if placement is None or not placement.parts:
        return
    places = ", ".join(f"{part.layers} on {part.room.told} ({gib(part.memory)})" for part in placement.parts)
    lacking = f"; {gib(placement.left)} more would hold the rest" if not placement.whole else ""
    log.info("placed %s: %s of %d layers%s", card.name, places, placement.layers, lacking)
