"""The end of responses whose person was removed, or whose project was archived."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from sqlalchemy import ColumnElement, select

from earthshine.accounts.authorization.ownership import is_person
from earthshine.database import Database
from earthshine.errors import NotFound, Unavailable
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.store import UNFINISHED
from earthshine.responses.tables import responses

_AT_ONCE = 20
"""Responses removed in one transaction, so that nobody else waits long."""


async def erase(database: Database, runs: ResponseRuns, user: str) -> None:
    """Remove a person's responses, stopping those that run; what service accounts asked for is the project's."""
    if not is_person(user):
        return
    mine = responses.c.user == user
    await _stop(database, runs, mine)
    chosen = select(responses.c.id, responses.c.project).where(mine).limit(_AT_ONCE)
    while True:
        async with database.read() as connection:
            rows = (await connection.execute(chosen)).all()
        if not rows:
            return
        for project in {row.project for row in rows}:
            await runs.store.delete_all([row.id for row in rows if row.project == project], project)


async def stop_all(database: Database, runs: ResponseRuns, projects: Collection[str]) -> None:
    """Stop every response of these projects; what was written is kept."""
    await _stop(database, runs, responses.c.project.in_(projects))


async def _stop(database: Database, runs: ResponseRuns, which: ColumnElement[bool]) -> None:
    running = select(responses.c.id, responses.c.project).where(which, responses.c.status.in_(UNFINISHED))
    async with database.read() as connection:
        rows = (await connection.execute(running)).all()
    for row in rows:
        # Its writer finds out by itself if it does not answer now.
        with suppress(NotFound, Unavailable):
            await runs.stop(row.id, row.project)
