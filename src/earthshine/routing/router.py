"""From a model's name to what serves it, now and for this caller."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from earthshine.engines.pool import LoadedModel

if TYPE_CHECKING:
    from earthshine.accounts.caller import Caller
    from earthshine.engines.pool import Pool


class Router:
    """The traffic of one server."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    @asynccontextmanager
    async def use(self, name: str, caller: Caller) -> AsyncGenerator[LoadedModel]:
        """Hold what serves the model `name` for one request of `caller`. Raises as `Pool.use` does."""
        async with self._pool.use(name) as model:
            yield model
