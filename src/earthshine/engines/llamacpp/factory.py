"""Opens llama.cpp engines: with the build that serves a model, else with the wheel's."""

from __future__ import annotations

import asyncio
import logging

from earthshine.catalog.card import Card
from earthshine.engines.llamacpp.builds.build import WHEEL, Build
from earthshine.engines.llamacpp.builds.builds import chosen, wheel
from earthshine.engines.llamacpp.engine import LlamaCpp
from earthshine.engines.llamacpp.plan import plan
from earthshine.errors import ModelBroken, Unavailable
from earthshine.settings import Settings

log = logging.getLogger(__name__)


class LlamaCppFactory:
    """Opens engines, and tells beforehand what they will take and meanwhile how far they are."""

    def __init__(self) -> None:
        """Begin with none."""
        self._loading: dict[str, LlamaCpp] = {}

    async def __call__(self, card: Card, settings: Settings) -> LlamaCpp:
        """Load the model of `card`. Raises `ModelBroken`."""
        build = await asyncio.to_thread(chosen, settings, card.name)
        if card.projector is not None and build.program is not None and not build.program.sees:
            log.warning("the build %s of llama.cpp takes no pictures; the wheel serves %r", build.name, card.name)
            build = wheel()
        try:
            return await self._open(card, settings, build)
        except ModelBroken as error:
            if build.name == WHEEL or settings.llama_server:
                raise
            log.warning(
                "the build %s of llama.cpp does not load %r; the wheel is tried: %s", build.name, card.name, error
            )
            return await self._open(card, settings, wheel())

    async def _open(self, card: Card, settings: Settings, build: Build) -> LlamaCpp:
        if build.fault:
            raise Unavailable(f"llama.cpp's {build.name} cannot be used. {build.fault}")
        engine = self._loading[card.name] = LlamaCpp(card, await asyncio.to_thread(plan, card, settings), build)
        try:
            await engine.start()
        finally:
            del self._loading[card.name]
        return engine

    def memory_needed(self, card: Card, settings: Settings) -> int:
        """Return the bytes that the model's process will take."""
        return plan(card, settings).memory

    def filling(self, card: Card) -> tuple[int, int]:
        """Return the bytes of memory that a load has filled, and that it will fill; zeros while it does not run."""
        engine = self._loading.get(card.name)
        return engine.filling if engine is not None else (0, 0)
