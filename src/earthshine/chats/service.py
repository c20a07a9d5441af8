"""The service of chats: it opens their stores and the jobs on turns, shows chats and turns, and removes them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

import orjson
from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import Chat, ChatTurn
from earthshine.chats.ratings.ratings import Ratings
from earthshine.chats.schemas import TurnListQuery
from earthshine.chats.search.eraser import Eraser
from earthshine.chats.search.index import unindex_replies
from earthshine.chats.serializers import serialize_chat, serialize_turn
from earthshine.chats.store import ChatStore
from earthshine.chats.tables import chats
from earthshine.chats.title_writer import TitleWriter
from earthshine.chats.turns.intake import TurnIntake, can_continue
from earthshine.chats.turns.reconciler import TurnReconciler
from earthshine.chats.turns.siblings import Siblings
from earthshine.chats.turns.starter import TurnStarter
from earthshine.chats.turns.store import Index, TurnStore
from earthshine.chats.turns.tokens import TokenCounter
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.errors import NotFound, Unavailable
from earthshine.instances import Instances
from earthshine.metering.meter import Meter
from earthshine.responses.objects import Response
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.store import UNFINISHED
from earthshine.routing.router import Router

_CHATS_AT_ONCE = 50
"""Chats that are looked up at once to be erased."""
_RESPONSES_AT_ONCE = 20
"""Responses removed in one transaction, so that nobody else waits long."""


class ChatService:
    """The chats of one installation."""

    def __init__(
        self,
        database: Database,
        instances: Instances,
        runs: ResponseRuns,
        conversations: Conversations,
        router: Router,
        meter: Meter,
        *,
        index: Index,
        still_open: Callable[[Caller], None],
    ) -> None:
        """`still_open` raises when the project of a turn that waited is archived by now."""
        self.store = ChatStore(database)
        self.turns = TurnStore(database, index)
        starter = TurnStarter(database, self.turns, runs, still_open)
        self.intake = TurnIntake(database, self.store, self.turns, runs, conversations, starter, router)
        title_writer = TitleWriter(database, self.store, runs)
        self.reconciler = TurnReconciler(database, instances, runs, self.turns, starter, title_writer)
        self.tokens = TokenCounter(runs, router, meter)
        self.ratings = Ratings(database)
        self._eraser = Eraser(database)
        runs.store.on_removed = unindex_replies
        self._database = database
        self._runs = runs
        self._router = router

    def start(self) -> None:
        """Go on with what an earlier process left."""
        self.reconciler.start()
        self._eraser.start()

    async def close(self) -> None:
        """Leave what is not settled or erased to the next start."""
        await self._eraser.close()
        await self.reconciler.close()

    async def serialize(self, row: Row[Any]) -> Chat:
        """Return a chat as clients see it."""
        return serialize_chat(row, running=bool(await self.store.running([row.id])))

    async def turn(self, who: Caller, chat_id: str, turn_id: str) -> ChatTurn:
        """Return a turn as clients see it, with its response as it is now. Raises `NotFound`."""
        await self.store.get(Owner.of(who), chat_id)
        row = await self.turns.get(chat_id, turn_id)
        return await self._serialize_turn(row, who, await self.turns.siblings(row))

    async def branch(self, who: Caller, chat_id: str, query: TurnListQuery) -> tuple[list[ChatTurn], bool]:
        """Return one page of a branch, oldest first, and whether there are older turns. Raises `NotFound`."""
        chat = await self.store.get(Owner.of(who), chat_id)
        branch = await self.turns.branch(
            chat_id,
            query.leaf or chat.current_turn_id,
            before=query.before,
            descend=query.descend,
            limit=query.limit,
        )
        shown = [await self._serialize_turn(row, who, branch.siblings[row.parent_id]) for row in branch.turns]
        return shown, branch.has_more

    async def remove(self, who: Caller, chat_id: str) -> None:
        """Remove a chat and all that was written in it. Raises `NotFound`."""
        await self._remove(Owner.of(who), chat_id)

    async def _serialize_turn(self, row: Row[Any], who: Caller, siblings: Siblings) -> ChatTurn:
        response = await self._response(row, who.project)
        return serialize_turn(row, response, siblings, can_continue=can_continue(response, self._router))

    async def erase(self, user: str) -> None:
        """Remove all chats of somebody who was removed, with all that was written in them."""
        chosen = select(chats.c.id, chats.c.project).where(chats.c.user == user).limit(_CHATS_AT_ONCE)
        while True:
            async with self._database.read() as connection:
                rows = (await connection.execute(chosen)).all()
            if not rows:
                return
            for row in rows:
                with suppress(NotFound):
                    await self._remove(Owner(row.project, user), row.id)

    async def _remove(self, owner: Owner, chat_id: str) -> None:
        """Remove a chat, its turns, texts and links, and its responses with their journals; those running stop first.

        The chat goes last: when this is cut off, it is still there to be removed again. Raises `NotFound`.
        """
        await self.store.get(owner, chat_id)
        while True:
            found = await self.turns.response_ids(chat_id)
            for response_id, status in found:
                if status in UNFINISHED:
                    # Its writer finds out by itself if it does not answer now.
                    with suppress(Unavailable):
                        await self._runs.stop(response_id, owner.project)
            ids = [response_id for response_id, _ in found]
            for start in range(0, len(ids), _RESPONSES_AT_ONCE):
                await self._runs.store.delete_all(ids[start : start + _RESPONSES_AT_ONCE], owner.project)
            async with self._database.write() as connection:
                # A turn may have begun meanwhile.
                if not await self.turns.response_ids(chat_id, connection):
                    await self.store.remove(connection, chat_id)
                    return

    async def _response(self, row: Row[Any], project: str) -> Response | None:
        if row.found_response is None:
            return None
        if row.response_status not in UNFINISHED:
            return orjson.loads(row.response)
        run = self._runs.find(row.found_response, project)
        if run is not None:
            return cast("Response", run.response)
        try:
            return await self._runs.readers.now(row.found_response, project)
        except NotFound:
            # It was deleted this very moment.
            return None
