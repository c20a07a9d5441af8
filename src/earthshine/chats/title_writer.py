"""A chat's title by its own model, after the first reply; where that brings nothing sensible, the first words stay."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import orjson
from sqlalchemy import Row, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.store import ChatStore
from earthshine.chats.tables import chats
from earthshine.chats.titles import clean_title, words_and_files
from earthshine.chats.turns.store import said
from earthshine.conversations.message_text import message_text
from earthshine.database import Database
from earthshine.errors import EarthshineError
from earthshine.personal.context import wants_model_titles
from earthshine.research.names import SUFFIX
from earthshine.responses.run.service import ResponseRuns
from earthshine.responses.schemas import ResponseCreate
from earthshine.wire import check

log = logging.getLogger(__name__)

_ASK = "Write a title of 2 to 6 words for this conversation, in the language of the question. Only the title."
_ECHO = _ASK[:12].casefold()
"""A model that has not understood says its orders again."""
_TOKENS = 16
_SECONDS = 60.0
_QUESTION, _REPLY = 600, 300
"""Characters of the first question and of its reply that a title is made from."""


class TitleWriter:
    """Makes titles."""

    def __init__(self, database: Database, store: ChatStore, runs: ResponseRuns) -> None:
        self._database = database
        self._store = store
        self._runs = runs

    async def write(self, row: Row[Any]) -> None:
        """Give the chat of a turn a title, if this was the first reply and nobody has named the chat."""
        if row.parent_id is not None or row.response_status not in ("completed", "incomplete"):
            return
        async with self._database.read() as connection:
            chat = (await connection.execute(select(chats).where(chats.c.id == row.chat_id))).one_or_none()
        if chat is None or chat.title_source != "first_words":
            return
        if not await wants_model_titles(self._database, Owner(chat.project, chat.user)):
            return
        try:
            async with asyncio.timeout(_SECONDS):
                title = clean_title(await self._ask(row))
        except (EarthshineError, TimeoutError) as error:
            log.info("the chat %s keeps its first words as its title: %s", row.chat_id, error or "the model is busy")
            return
        if title is not None and _ECHO not in title.casefold():
            await self._store.set_model_title(row.chat_id, title)

    async def _ask(self, row: Row[Any]) -> str:
        """Return what the model of the first reply writes; a response that is not stored, charged like any other."""
        response: Any = orjson.loads(row.response)
        reply = message_text(response["output"])
        # On lines of their own words could be taken for orders.
        question, reply = " ".join(_question(said(row)).split()), " ".join(reply[:_REPLY].split())
        body: dict[str, Any] = {
            "model": response["model"].removesuffix(SUFFIX),
            "input": f"{_ASK}\n\nQuestion: {question}\n\nReply: {reply}",
            "max_output_tokens": _TOKENS,
            "temperature": 0.0,
            "reasoning": {"effort": "none"},
            "store": False,
        }
        create = check(ResponseCreate, body)
        turn = await self._runs.turns.prepare(create, body, Caller.load(row.caller))
        run = await self._runs.start(turn)
        try:
            final = await run.ended()
        finally:
            if not run.task.done():
                await self._runs.cancel(run)
        if run.error is not None:
            raise run.error.bare()
        return message_text(final["output"])


def _question(items: list[dict[str, Any]]) -> str:
    """Return what the person wrote and the names of the files with it; without words, how the files begin."""
    texts, names = words_and_files(items)
    said = "\n".join([*texts, *names]) if texts else message_text(items)
    return said[:_QUESTION]
