"""Whose words something is, and who else reaches them: one rule, for people who signed in and for keys alike.

Words belong to the person who acts, by a session or by a key that the person made; or to a service account. What the
project's own keys write is the project's, and so is what a key writes that somebody else made in a person's name: it
has nothing of that person's.

A person's words are that person's alone, but for what is shared to be read by all people of the project. Who manages
the project may read and remove the rest too, never write in it, and leaves a row in the audit trail; what was said in a
chat is nobody else's at all. What is no person's is the whole project's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, false, select

from earthshine.accounts.audit.trail import READING, record
from earthshine.accounts.authorization.caller import Caller
from earthshine.database import Database
from earthshine.errors import NotFound, PermissionDenied

WRITING = "data.written"
"""The act of changing words or adding to them, which nobody does to another person's."""

_PERSON = "user_"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who owns a row of a table with the columns `project` and `user`."""

    project: str
    user: str
    """The person or service account; empty for the project itself."""

    @classmethod
    def of(cls, caller: Caller) -> Owner:
        """Return the owner of what this caller writes."""
        return cls(caller.project, "" if caller.borrowed else caller.user)

    def owns(self, table: Table) -> ColumnElement[bool]:
        """Return the condition that a row of `table` is this owner's."""
        return (table.c.project == self.project) & (table.c.user == self.user)

    def reaches(self, table: Table, shared: ColumnElement[bool] | None = None) -> ColumnElement[bool]:
        """Return the condition that a row of `table` is this owner's, nobody's in particular, or `shared` with it."""
        ours = (table.c.user == self.user) | ~of_a_person(table)
        if shared is not None and is_person(self.user):
            ours |= shared
        return (table.c.project == self.project) & ours

    def has(self, row: Any) -> bool:
        """Tell whether a row is this owner's."""
        return row.project == self.project and row.user == self.user


def of_a_person(table: Table) -> ColumnElement[bool]:
    """Return the condition that a row of `table` is a person's."""
    return table.c.user.startswith(_PERSON, autoescape=True)


def is_person(user: str) -> bool:
    """Return whether an owner's id is a person's."""
    return user.startswith(_PERSON)


def may_read(who: Caller, user: str, *, in_chat: bool = False) -> bool:
    """Return whether a caller may read what `user` wrote in the caller's project."""
    if user == Owner.of(who).user:
        return True
    return not in_chat and (not is_person(user) or "project.manage" in who.permissions)


class Privacy:
    """Asked before an object of one kind is read, changed, removed or gone on from."""

    def __init__(self, database: Database, table: Table, missing: Callable[[str], NotFound]) -> None:
        """`table` has `id`, `project`, `user`, and `in_chat` where that can be; `missing` is what others are told."""
        self._database = database
        self._table = table
        self._missing = missing
        self.shared: ColumnElement[bool] = false()
        """The condition that a row may be read by all people of its project; the project's keys see no more for it."""

    async def check(self, object_id: str, who: Caller, act: str = READING) -> None:
        """Raise `NotFound` for another person's words; let a manager of the project in, and write that down as `act`.

        An id that nobody has, or another project, is left to whoever looks for it next. Raises `PermissionDenied` for a
        manager who would write, and for whoever may only read.
        """
        columns = self._table.c
        in_chat = columns.in_chat if "in_chat" in columns else false()
        wanted = select(columns.user, in_chat, self.shared).where(
            columns.id == object_id, columns.project == who.project
        )
        async with self._database.read() as connection:
            found = (await connection.execute(wanted)).one_or_none()
        me = Owner.of(who).user
        if found is None or found[0] == me:
            return
        shared = found[2] and is_person(me)
        manages = may_read(who, found[0], in_chat=found[1])
        if not (manages or shared):
            raise self._missing(object_id)
        if not is_person(found[0]) or (shared and act == READING):
            return
        if act == WRITING or not manages:
            raise PermissionDenied(
                "This is another person's, and can only be read; who manages the project may also remove it."
            )
        if who.visiting and act == READING:
            return  # the gate has written it down
        async with self._database.write() as connection:
            await record(connection, who, act, {"id": object_id}, project=who.project)
