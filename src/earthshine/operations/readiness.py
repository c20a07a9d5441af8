"""Whether requests should be sent to this server, for balancers that ask every second or so."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from earthshine.errors import EarthshineError
from earthshine.operations.drain import Drain

if TYPE_CHECKING:
    from earthshine.database import Database
    from earthshine.engines.pool import Pool
    from earthshine.runs.journal.journal import Journal

PATIENCE = 2.0
"""Seconds that the database may take to answer."""
REMEMBERED = 1.0
"""Seconds for which an answer of the database counts, so that an open route cannot keep it busy."""


class Readiness:
    """The checks behind `/ready`."""

    def __init__(self, database: Database, journal: Journal, drain: Drain, pool: Pool) -> None:
        self._database = database
        self._journal = journal
        self._drain = drain
        self._pool = pool
        self._asked = float("-inf")
        self._answers = False
        self._asking = asyncio.Lock()

    async def failing(self) -> list[str]:
        """Return the names of the checks that fail; none means ready."""
        if self._drain.draining:
            return ["draining"]
        failing: list[str] = []
        if not await self._database_answers():
            failing.append("database")
        if self._journal.stuck:
            failing.append("journal")
        if any(not model.engine.answers for model in self._pool.loaded()):
            failing.append("engines")
        return failing

    async def _database_answers(self) -> bool:
        async with self._asking:
            if time.monotonic() - self._asked > REMEMBERED:
                self._answers = await self._ask()
                self._asked = time.monotonic()
            return self._answers

    async def _ask(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE), self._database.read() as connection:
                await connection.execute(text("SELECT 1"))
        except (EarthshineError, SQLAlchemyError, OSError, TimeoutError):
            return False
        return True
