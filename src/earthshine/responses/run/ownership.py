"""Who writes a response: one process at a time, and none that has lost it.

Each row names its owner. A process that dies, or is taken for dead, loses its responses to whoever claims them first;
should it wake up again, it finds at its next commit that they are no longer its own, and nothing of that commit's
events is stored for them. So readers, who see only what is stored, never see two versions.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, update

from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.instances import Instances
from earthshine.responses.store import UNFINISHED, StoredResponse, stored_response
from earthshine.responses.tables import responses

_AT_ONCE = 100
"""Responses claimed in one transaction, so that several survivors share the work."""


@dataclass(frozen=True, slots=True)
class OwnershipChanges:
    """What others did to the responses that are being written here."""

    lost: frozenset[str]
    """Taken over, or deleted."""
    stop_requested: frozenset[str]
    """To be stopped."""


class Ownership:
    """The responses that this process may write."""

    def __init__(self, database: Database, instances: Instances) -> None:
        self._database = database
        self._instances = instances
        self.on_stop_requested: Callable[[Collection[str]], None] | None = None
        """Called with the ids of responses that another process asks to stop."""

    @property
    def id(self) -> str:
        """The owner that rows written here name."""
        return self._instances.id

    async def held(self, connection: Connection, ids: Collection[str]) -> frozenset[str]:
        """Return those of `ids` that are still ours, and keep them so until the transaction ends."""
        if not self._database.shared:
            return frozenset(ids)
        rows = await connection.execute(
            select(responses.c.id, responses.c.cancelling)
            .where(among(connection, responses.c.id, ids), self._ours)
            .order_by(responses.c.id)
            .with_for_update(key_share=True)
        )
        held = {row.id: row.cancelling for row in rows}
        if self.on_stop_requested is not None and (asked := [key for key, cancelling in held.items() if cancelling]):
            self.on_stop_requested(asked)
        return frozenset(held)

    async def look(self, ids: Collection[str]) -> OwnershipChanges:
        """Say what others did to `ids`, all of which were ours."""
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(responses.c.id, responses.c.cancelling).where(among(connection, responses.c.id, ids), self._ours)
            )
            ours = {row.id: row.cancelling for row in rows}
        asked = frozenset(key for key, cancelling in ours.items() if cancelling)
        return OwnershipChanges(lost=frozenset(ids) - ours.keys(), stop_requested=asked)

    async def claim(self, busy: Collection[str]) -> list[StoredResponse]:
        """Make the unfinished responses ours that nobody writes, oldest first, and return them: at most a hundred.

        `busy`: those that are being written here. Of several processes that claim at once, one gets each.
        """
        async with self._database.write() as connection:
            free = (
                select(responses)
                .where(
                    responses.c.status.in_(UNFINISHED),
                    or_(self._instances.dead(responses.c.owner), self._ours),
                    ~among(connection, responses.c.id, busy),
                )
                .order_by(responses.c.id)
                .limit(_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            rows = [stored_response(row) for row in await connection.execute(free)]
            claimed = among(connection, responses.c.id, [row.id for row in rows])
            await connection.execute(
                update(responses).where(claimed).values(owner=self.id, takeovers=responses.c.takeovers + 1)
            )
        return rows

    async def release(self, ids: Collection[str]) -> None:
        """Give up responses at once, for others to claim."""
        async with self._database.write() as connection:
            ours = among(connection, responses.c.id, ids) & self._ours
            await connection.execute(update(responses).where(ours).values(owner=None))

    async def request_stop(self, response_id: str) -> None:
        """Ask whoever writes a response to stop; also whoever will take it over."""
        unfinished = (responses.c.id == response_id) & responses.c.status.in_(UNFINISHED)
        async with self._database.write() as connection:
            await connection.execute(update(responses).where(unfinished).values(cancelling=True))

    @property
    def _ours(self) -> ColumnElement[bool]:
        return responses.c.owner == self.id
