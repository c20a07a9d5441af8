"""The rows of researches, and their reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Row, insert, select, update

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.errors import NotFound
from earthshine.research.commands import Command
from earthshine.research.report import ResearchReport
from earthshine.research.tables import researches
from earthshine.responses.tables import responses
from earthshine.wire.pagination import ListQuery

_SHOWN = [each for each in researches.c if each.name not in ("report", "commands")]
_JOINED = researches.join(responses, responses.c.id == researches.c.id)
_QUERY = select(*_SHOWN, responses.c.status, responses.c.background).select_from(_JOINED)


class Researches:
    """Researches that are stored. Who may see one, the privacy of responses says."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(
        self, connection: Connection, response_id: str, project: str, *, at: int, question: str, commands: list[Command]
    ) -> None:
        """Store a research, in the transaction in which its response begins. `at`: Unix seconds."""
        values: dict[str, Any] = {"id": response_id, "project": project, "created_at": at, "question": question}
        values |= {"language": "", "title": "", "pages": 0, "claims": 0, "commands": commands}
        await connection.execute(insert(researches).values(values))

    async def keep(self, connection: Connection, response_id: str, report: ResearchReport) -> None:
        """Keep a finished report."""
        # PostgreSQL has no text with NUL in it.
        values: dict[str, Any] = {
            "language": report["language"],
            "title": report["title"].replace("\0", ""),
            "pages": report["method"]["pages"],
            "claims": len(report["claims"]),
            "report": report,
        }
        await connection.execute(update(researches).where(researches.c.id == response_id).values(values))

    async def report(self, response_id: str) -> ResearchReport | None:
        """Return a finished report; None where there is none."""
        async with self._database.read() as connection:
            found = await connection.scalar(select(researches.c.report).where(researches.c.id == response_id))
        return cast("ResearchReport | None", found)

    async def find(self, response_id: str, project: str) -> Row[Any] | None:
        """Return what is stored of a research but its report, with `status` and `background`; None for no research."""
        query = _QUERY.where(researches.c.id == response_id, researches.c.project == project)
        async with self._database.read() as connection:
            return (await connection.execute(query)).one_or_none()

    async def page(self, owner: Owner, query: ListQuery) -> tuple[Sequence[Row[Any]], bool]:
        """List the researches that this owner reaches newest first; and whether there are more."""
        wanted = _QUERY.where(researches.c.project == owner.project, owner.reaches(responses))
        wanted = wanted.order_by(researches.c.id.desc()).limit(query.limit + 1)
        if query.after is not None:
            wanted = wanted.where(researches.c.id < query.after)
        async with self._database.read() as connection:
            rows = (await connection.execute(wanted)).all()
        return rows[: query.limit], len(rows) > query.limit


def not_found(response_id: str) -> NotFound:
    """The error for an id that is unknown, another project's, or a response's that is no research."""
    return NotFound(f"No research with id {response_id[:100]!r} was found.", param="response_id")
