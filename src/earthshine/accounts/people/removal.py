"""What removing somebody, or archiving a project, does beyond accounts.

What a removed person wrote is erased at once, and after a crash again, until nothing is left. A row of `erasures`,
written in the transaction of the removal, names the person; the packages that store what people write register how it
is erased. What a request that was under way stores afterwards is erased as well, for an hour.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection

from sqlalchemy import Table, delete, select

from earthshine.accounts.people.tables import erasures, users
from earthshine.accounts.tables import projects
from earthshine.database import Connection, Database
from earthshine.database.dialects import insert_new
from earthshine.periodic import Periodic
from earthshine.tasks import end_tasks

log = logging.getLogger(__name__)

Eraser = Callable[[str], Awaitable[None]]
"""Erases what a person or service account, by its id, wrote in one package; doing it twice is doing it once."""
Leave = Callable[[Connection, str, str], Awaitable[None]]
"""Ends, in the transaction, what a person cannot go on with who leaves a project: the person's id, and the project."""
Close = Callable[[Collection[str]], Awaitable[None]]
"""Ends what runs in projects that were archived."""

_EVERY = 60.0
_LASTS = 3600
"""Seconds in which what requests under way store is looked for again."""
_PATIENCE = 10.0
"""Seconds that whoever removes somebody waits for the erasure to be done."""


class Removal:
    """What other packages do when somebody is removed or leaves, or projects are archived."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._erasers: list[Eraser] = []
        self.on_leave: list[Leave] = []
        self.on_archive: list[Close] = []
        self._owned_tables: list[Table] = []
        self._running: dict[str, asyncio.Task[None]] = {}
        self._sweeper = Periodic("erasure", self._look, _EVERY, first=0)

    def register(self, erase: Eraser, table: Table) -> None:
        """Have a package's words erased; `table` says in `user` and `project` who wrote them."""
        self._erasers.append(erase)
        self._owned_tables.append(table)

    def start(self) -> None:
        """Go on with what an earlier process left, and look again from time to time."""
        self._sweeper.start()

    async def close(self) -> None:
        """Leave what is not done to the next start."""
        await self._sweeper.close()
        await end_tasks(*self._running.values())

    async def ask(self, connection: Connection, user: str) -> None:
        """Write down that somebody's words are to be erased; call `run` when it is committed."""
        await connection.execute(insert_new(connection, erasures).values(user=user, asked_at=int(time.time())))

    async def leave(self, connection: Connection, user: str, project: str) -> None:
        """End what a person cannot go on with who leaves a project."""
        for each in self.on_leave:
            await each(connection, user, project)

    async def close_projects(self, projects: Collection[str]) -> None:
        """End what runs in projects that were archived; call it when that is committed."""
        for each in self.on_archive:
            await each(projects)

    async def run(self, user: str) -> bool:
        """Erase; returns whether it is done. What takes longer than some seconds goes on by itself."""
        task = self._running.get(user)
        if task is None:
            task = self._running[user] = asyncio.create_task(self._erase(user), name=f"erasure of {user}")
            task.add_done_callback(lambda _: self._running.pop(user, None))
        done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
        return bool(done) and not task.cancelled() and task.exception() is None

    async def left(self, connection: Connection, organization: str, user: str) -> bool:
        """Return whether there are words of somebody who is gone from this organisation."""
        if (await connection.execute(select(users.c.id).where(users.c.id == user))).first() is not None:
            return False
        own = select(projects.c.id).where(projects.c.organization == organization)
        for table in self._owned_tables:
            rows = select(table.c.project).where(table.c.user == user, table.c.project.in_(own)).limit(1)
            if (await connection.execute(rows)).first() is not None:
                return True
        return False

    async def _erase(self, user: str) -> None:
        # What a package opened later knows of those below it is gone first.
        for erase in reversed(self._erasers):
            try:
                await erase(user)
            except Exception:
                log.exception("the words of %s could not be erased; they are in a minute", user)
                raise

    async def _look(self) -> None:
        now = int(time.time())
        async with self._database.read() as connection:
            asked = (await connection.execute(select(erasures))).all()
        for row in asked:
            if await self.run(row.user) and row.asked_at < now - _LASTS:
                async with self._database.write() as connection:
                    await connection.execute(delete(erasures).where(erasures.c.user == row.user))
