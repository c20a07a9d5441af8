"""What a person may see of a project's responses, and what of it is written down.

Keys and service accounts work as in OpenAI's API: any key of a project reads any response of it. A person who signed
in is one of several people who share the project, and each one's responses are the own: another person's is not found,
unless the reader manages the project; then the reading leaves a row in the audit trail.
"""

from __future__ import annotations

from sqlalchemy import select

from earthshine.accounts.audit import READING, record
from earthshine.accounts.caller import Caller
from earthshine.database import Database
from earthshine.responses.store import not_found
from earthshine.responses.tables import responses


def is_own(owner: str, who: Caller) -> bool:
    """Return whether a response made for `owner` is this caller's own."""
    return owner == who.user


def is_private(owner: str, who: Caller) -> bool:
    """Return whether a response made for `owner` is another person's, and this caller a person who signed in."""
    return who.key_id.startswith("sess_") and owner.startswith("user_") and owner != who.user


class Privacy:
    """Asked before a response is read, stopped, removed or gone on from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, response_id: str, who: Caller, event: str = READING) -> None:
        """Raise `NotFound` for another person's response; let a manager of the project in, and write that down.

        An id that nobody has, or another project, is left to whoever looks for it next.
        """
        if not who.key_id.startswith("sess_"):
            return
        wanted = select(responses.c.caller).where(responses.c.id == response_id, responses.c.project == who.project)
        async with self._database.read() as connection:
            caller = (await connection.execute(wanted)).scalar_one_or_none()
        if caller is None or not is_private(Caller.load(caller).user, who):
            return
        if "project.manage" not in who.permissions:
            raise not_found(response_id)
        if who.visiting and event == READING:
            return  # the gate has written it down
        async with self._database.write() as connection:
            await record(connection, who, event, {"id": response_id}, project=who.project)
