"""The stored rows of responses, and the history that a chain of them makes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import delete, insert, select, update

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Connection, Database
from earthshine.database.dialects import among
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.responses.items.history import ChainLink, items_of, links
from earthshine.responses.items.truncation import always_kept
from earthshine.responses.reply.timings import Timings
from earthshine.responses.stored_request import with_input
from earthshine.responses.tables import responses
from earthshine.runs.records import now_ms
from earthshine.runs.store import add_events, remove_runs

Json = dict[str, Any]

UNFINISHED = ("queued", "in_progress")


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """One row."""

    id: str
    caller: Caller
    """Who asked for it."""
    status: str
    background: bool
    previous_response_id: str | None
    conversation_id: str | None
    request: Json
    """The body without its input, as `stored_request.py` has it."""
    input: list[Json]
    """The items that this turn added."""
    history: list[Json] | None
    """The items before them; kept only while the run lasts."""
    response: Json
    """As it ended; while it is unfinished, as it began."""
    in_chat: bool = False
    """Whether it belongs to a chat, and so to nobody but whose that is."""

    @property
    def body(self) -> Json:
        """A body that asks for the same again."""
        return with_input(self.request, self.input)


class ResponseStore:
    """The rows of responses. A project sees only its own; another's id is not found."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.on_removed: Callable[[Connection, Sequence[str]], Awaitable[None]] | None = None
        """Told, in the transaction that removes them, of responses whose words may be kept elsewhere, too."""

    async def add(self, connection: Connection, row: StoredResponse) -> None:
        """Store a new response, inside the transaction that begins its run."""
        await connection.execute(insert(responses).values(**_values(row), accepted_ms=now_ms()))

    async def add_ended(self, connection: Connection, rows: Sequence[tuple[StoredResponse, Sequence[bytes]]]) -> None:
        """Store responses that ended elsewhere, with their events, inside the caller's transaction.

        When what happened to them is not known here, so they tell no times, and they have no run.
        """
        if not rows:
            return
        await connection.execute(insert(responses), [_values(row) for row, _ in rows])
        for row, ended in rows:
            await add_events(connection, row.id, ended)

    async def get(self, response_id: str, project: str) -> StoredResponse:
        """Return a response. Raises `NotFound`."""
        found = await self._find(response_id, project)
        if found is None:
            raise not_found(response_id)
        return found

    async def previous(self, response_id: str, project: str) -> str | None:
        """Return the response that one goes on from; None where there is none, and for one that is not there."""
        query = select(responses.c.previous_response_id)
        async with self._database.read() as connection:
            return await connection.scalar(query.where(responses.c.id == response_id, responses.c.project == project))

    async def finish(
        self, connection: Connection, final: Json, timings: Timings | None = None, request: Json | None = None
    ) -> None:
        """Store how a response ended, and when what happened, inside the caller's transaction.

        `request` takes the place of the one that is stored: without what only the run needed.
        """
        error: Json = final["error"] or {}
        values: Json = {
            "status": final["status"],
            "response": orjson.dumps(final),
            "history": None,
            "error_code": error.get("code"),
            "ended_ms": now_ms(),
        }
        if request is not None:
            values["request"] = request
        if timings is not None:
            values |= {"begun_ms": timings.begun, "first_token_ms": timings.first_token}
        await connection.execute(update(responses).where(responses.c.id == final["id"]).values(**values))

    async def delete(self, response_id: str, project: str) -> None:
        """Remove a response and its journal. Raises `NotFound`."""
        mine = (responses.c.id == response_id) & (responses.c.project == project)
        async with self._database.write() as connection:
            if (await connection.execute(delete(responses).where(mine))).rowcount == 0:
                raise not_found(response_id)
            await remove_runs(connection, [response_id])
            if self.on_removed is not None:
                await self.on_removed(connection, [response_id])

    async def delete_all(self, ids: Sequence[str], project: str) -> None:
        """Remove some responses and their journals; those that are not there are gone already."""
        async with self._database.write() as connection:
            mine = among(connection, responses.c.id, ids) & (responses.c.project == project)
            found = list(await connection.scalars(select(responses.c.id).where(mine)))
            await remove_runs(connection, found)
            await connection.execute(delete(responses).where(mine))
            if self.on_removed is not None and found:
                await self.on_removed(connection, found)

    async def history(self, response_id: str, project: str, *, characters: int | None = None) -> list[Json]:
        """Return the items of a response and of all before it, oldest first.

        With `characters`, only the last turns that have that many, and of those before them what is always kept.
        Raises `NotFound` for an unknown or deleted link, `Conflict` while the response is still being written.
        """
        async with self._database.read() as connection:
            chain = await links(connection, response_id, project)
            _check_chain(response_id, chain)
            return await items_of(connection, chain, characters)

    async def _find(self, response_id: str, project: str) -> StoredResponse | None:
        query = select(responses).where(responses.c.id == response_id, responses.c.project == project)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else stored_response(row)


class ResponseExists(Conflict):
    """A response with this id was begun already."""

    default_code = "response_exists"

    def __init__(self, response_id: str) -> None:
        super().__init__(f"The response '{response_id}' has begun already. Retrieve it.", param="id")


def _values(row: StoredResponse) -> Json:
    return {
        "id": row.id,
        "project": row.caller.project,
        "caller": row.caller.dump(),
        "status": row.status,
        "background": row.background,
        "model": row.response["model"],
        "created_at": row.response["created_at"],
        "previous_response_id": row.previous_response_id,
        "conversation_id": row.conversation_id,
        "request": row.request,
        "input": row.input,
        "keeps": any(map(always_kept, row.input)),
        "history": row.history,
        "response": orjson.dumps(row.response),
        "user": Owner.of(row.caller).user,
        "in_chat": row.in_chat,
    }


def _check_chain(asked: str, chain: Sequence[ChainLink]) -> None:
    """Raise what keeps a new response from going on from this chain, the newest reason first."""
    for link in chain:
        if link.status in UNFINISHED:
            raise Conflict(
                f"The response '{link.id}' is still {link.status.replace('_', ' ')}. Wait until it has ended, then go "
                "on from it.",
                param="previous_response_id",
            )
        if link.conversation_id is not None:
            raise InvalidRequest(
                f"The response '{link.id}' belongs to the conversation '{link.conversation_id}'. Send `conversation` "
                "instead of `previous_response_id`.",
                param="previous_response_id",
            )
    if not chain:
        raise _broken_chain(asked, asked)
    if chain[-1].previous is not None:
        raise _broken_chain(asked, chain[-1].previous)


def not_found(response_id: str) -> NotFound:
    """The error for an id that is unknown, deleted, never stored, or another project's."""
    return NotFound(
        f"No response with id '{response_id[:100]}' was found. It may have been deleted, or created with store=false.",
        param="response_id",
    )


def _broken_chain(asked: str, missing: str) -> NotFound:
    if missing == asked:
        return no_previous(asked)
    message = f"The response '{missing}', which '{asked[:100]}' goes on from, was deleted; send the input whole."
    return NotFound(message, param="previous_response_id", code="previous_response_not_found")


def no_previous(response_id: str) -> NotFound:
    """The error for a response to go on from that is unknown, or not the caller's to see."""
    message = f"Previous response with id '{response_id[:100]}' was not found."
    return NotFound(message, param="previous_response_id", code="previous_response_not_found")


def stored_response(row: Any) -> StoredResponse:
    """Return what a row of the table says."""
    return StoredResponse(
        id=row.id,
        caller=Caller.load(row.caller) if row.caller else Caller("", row.project),
        status=row.status,
        background=row.background,
        previous_response_id=row.previous_response_id,
        conversation_id=row.conversation_id,
        request=row.request,
        input=row.input,
        history=row.history,
        response=orjson.loads(row.response),
        in_chat=row.in_chat,
    )
