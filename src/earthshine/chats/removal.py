"""The removal of a chat, with all that was written in it."""

from __future__ import annotations

from contextlib import suppress

from earthshine.accounts.ownership import Owner
from earthshine.chats.store import ChatStore
from earthshine.chats.turns.store import TurnStore
from earthshine.database import Database
from earthshine.errors import Unavailable
from earthshine.responses.runs import Runs
from earthshine.responses.store import UNFINISHED

_AT_ONCE = 20
"""Responses removed in one transaction, so that nobody else waits long."""


async def remove_chat(
    database: Database, chats: ChatStore, turns: TurnStore, runs: Runs, owner: Owner, chat_id: str
) -> None:
    """Remove a chat, its turns, texts and links, and its responses with their journals; those running stop first.

    The chat goes last: when this is cut off, it is still there to be removed again. Raises `NotFound`.
    """
    await chats.get(owner, chat_id)
    while True:
        found = await turns.response_ids(chat_id)
        for response_id, status in found:
            if status in UNFINISHED:
                # Its writer finds out by itself if it does not answer now.
                with suppress(Unavailable):
                    await runs.stop(response_id, owner.project)
        ids = [response_id for response_id, _ in found]
        for start in range(0, len(ids), _AT_ONCE):
            await runs.store.delete_all(ids[start : start + _AT_ONCE], owner.project)
        async with database.write() as connection:
            # A turn may have begun meanwhile.
            if not await turns.response_ids(chat_id, connection):
                await chats.remove(connection, chat_id)
                return
