"""Importing a file of chats: each is taken or left by itself, and once only, however often the file comes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from mmap import ACCESS_READ, mmap
from typing import IO, Any, cast

import orjson
from sqlalchemy import insert, select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import ChatTurnError
from earthshine.chats.search.index import add_rows
from earthshine.chats.tables import chat_imports, chat_ratings, chat_turns, chats
from earthshine.chats.transfer.imports import chatgpt, open_webui, own
from earthshine.chats.transfer.imports.items import as_text
from earthshine.chats.transfer.imports.json_splitting import MOST_BYTES, split_objects
from earthshine.chats.transfer.imports.message_tree import ImportedChat
from earthshine.chats.transfer.imports.rows import Rows, make_rows
from earthshine.chats.transfer.objects import Source, Status
from earthshine.database import Connection, Database, take_turns
from earthshine.errors import EarthshineError, InvalidRequest, StorageFull, Unavailable
from earthshine.responses.store import ResponseStore
from earthshine.wire.decoding import MOST_VALUES, check_count

Json = dict[str, Any]

MOST_CHATS = 50_000
MOST_MESSAGES = 20_000
"""In one chat."""
MOST_STRANGE = 1000
"""Values of a file that are no chats at all."""
_STRANGE = ("invalid_json", "unknown_format")
_AT_ONCE = 100
_LONGEST_ID = 128
_BYTES_EACH = 12
"""Bytes of text that a value of a large chat takes at least, on average; decoded it takes up to a hundred."""

_READERS = (own, open_webui, chatgpt)


@dataclass(slots=True)
class ImportOutcome:
    """What became of one chat of the file."""

    original_id: str | None
    title: str
    status: Status
    source: Source | None = None
    chat_id: str | None = None
    turns: int = 0
    left_out: dict[str, int] = field(default_factory=dict[str, int])
    error: ChatTurnError | None = None


async def import_file(database: Database, store: ResponseStore, caller: Caller, file: IO[bytes]) -> list[ImportOutcome]:
    """Store every chat of a file that this person does not have yet, and tell what became of each.

    Decoding and indexing are done in a thread, a chat at a time. Raises `InvalidRequest` for a file that holds no
    chats, or too many other things, or is cut off, and `StorageFull` and `Unavailable` when no more can be stored; what
    was stored by then stays.
    """
    with ExitStack() as stack:
        whole = stack.enter_context(mmap(file.fileno(), 0, access=ACCESS_READ))
        reading = _Reading(stack.enter_context(closing(split_objects(whole))))
        while (found := await asyncio.to_thread(reading.next)) is not None:
            await _import_one(database, store, caller, *found)
    return reading.outcomes


class _Reading:
    """The chats of a file, one after the other, and what became of each."""

    def __init__(self, texts: Iterator[bytes]) -> None:
        self.outcomes: list[ImportOutcome] = []
        self._texts = texts
        self._strange = 0

    def next(self) -> tuple[ImportedChat, ImportOutcome] | None:
        """Go on to the next chat that can be read: a step to a thread for each value that is none takes long."""
        for text in self._texts:
            if len(self.outcomes) >= MOST_CHATS:
                raise InvalidRequest(f"The file has more than {MOST_CHATS} chats. Split it; those are imported.")
            outcome = ImportOutcome(None, "", "failed")
            self.outcomes.append(outcome)
            try:
                return _read(text, outcome), outcome
            except InvalidRequest as error:
                outcome.error = _told(error)
                self._strange += error.code in _STRANGE
            if self._strange > MOST_STRANGE:
                raise InvalidRequest(
                    f"More than {MOST_STRANGE} values of this file are no chats as ChatGPT, Open WebUI or Earthshine "
                    "exports them. Send such an export; the chats before are imported.",
                    code="no_chats",
                )
        return None


def _told(error: EarthshineError) -> ChatTurnError:
    return {"code": error.code, "message": error.message}


async def _import_one(
    database: Database, store: ResponseStore, caller: Caller, chat: ImportedChat, outcome: ImportOutcome
) -> None:
    try:
        known = await _known(database, caller, chat)
        if known is not None:
            outcome.status, outcome.chat_id = "known", known
            return
        rows = await asyncio.to_thread(make_rows, chat, caller)
        async with database.write() as connection:
            known = await _store(connection, store, caller, chat, rows)
    except (StorageFull, Unavailable):
        raise
    except EarthshineError as error:
        outcome.error = _told(error)
        return
    except orjson.JSONEncodeError as error:
        outcome.error = {"code": "invalid_json", "message": f"This chat cannot be written down again: {error}."}
        return
    outcome.chat_id = known or rows.chat["id"]
    outcome.status = "known" if known else "imported"
    outcome.turns = 0 if known else len(rows.turns)
    outcome.left_out = dict(chat.left_out)


def _read(text: bytes, outcome: ImportOutcome) -> ImportedChat:
    """Decode one chat; what is known of it by then is told also when it cannot be read."""
    if len(text) > MOST_BYTES:
        raise InvalidRequest(f"This chat has more than {MOST_BYTES} bytes.", code="chat_too_large")
    most = max(MOST_VALUES, len(text) // _BYTES_EACH)
    check_count(text, most, most, what="This chat")
    try:
        loaded = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidRequest(f"This chat is not valid JSON: {error}.", code="invalid_json") from None
    if not isinstance(loaded, dict):
        raise InvalidRequest("A chat is a JSON object, and this is none.", code="unknown_format")
    value = cast("Json", loaded)
    outcome.title = as_text(value.get("title"))[:200]
    name = as_text(value.get("conversation_id")) or as_text(value.get("id"))
    outcome.original_id = name[:_LONGEST_ID] or None
    reader = next((reader for reader in _READERS if reader.matches(value)), None)
    if reader is None:
        raise InvalidRequest(
            "This is no chat as ChatGPT, Open WebUI or Earthshine exports it: it has neither `mapping` nor "
            "`chat.history.messages` nor `turns`.",
            code="unknown_format",
        )
    _check_size(value)
    chat = reader.read(value)
    if len(chat.original_id) > _LONGEST_ID:
        raise InvalidRequest(f"The chat's id is longer than {_LONGEST_ID} characters.")
    outcome.original_id, outcome.title, outcome.source = chat.original_id, chat.title[:200], chat.source
    if not chat.turns and not chat.draft:
        raise InvalidRequest("There is nothing in this chat that can be taken.", code="empty_chat")
    return chat


def _check_size(value: Json) -> None:
    inner = value.get("chat")
    history = cast("Json", inner).get("history") if isinstance(inner, dict) else None
    messages = cast("Json", history).get("messages") if isinstance(history, dict) else None
    for place in (value.get("mapping"), value.get("turns"), messages):
        if isinstance(place, dict | list) and len(cast("list[Any]", place)) > MOST_MESSAGES:
            raise InvalidRequest(f"This chat has more than {MOST_MESSAGES} messages.", code="chat_too_large")


async def _known(database: Database, caller: Caller, chat: ImportedChat) -> str | None:
    async with database.read() as connection:
        return await _find(connection, caller, chat)


async def _find(connection: Connection, caller: Caller, chat: ImportedChat) -> str | None:
    """Return the chat that this one was imported as, or that it is itself."""
    owner = Owner.of(caller)
    imports = select(chat_imports.c.chat_id).where(
        owner.owns(chat_imports),
        chat_imports.c.source == chat.source,
        chat_imports.c.original_id == chat.original_id,
    )
    found = await connection.scalar(imports)
    if found is None and chat.source == "earthshine":
        found = await connection.scalar(select(chats.c.id).where(chats.c.id == chat.original_id, owner.owns(chats)))
    return found


async def _store(
    connection: Connection, store: ResponseStore, caller: Caller, chat: ImportedChat, rows: Rows
) -> str | None:
    """Store a chat, or return the one that another request has made of it meanwhile."""
    owner = Owner.of(caller)
    await take_turns(connection, f"import of {owner.project} {owner.user}")
    known = await _find(connection, caller, chat)
    if known is not None:
        return known
    await connection.execute(insert(chats).values(**rows.chat))
    await connection.execute(
        insert(chat_imports).values(
            project=owner.project,
            user=owner.user,
            source=chat.source,
            original_id=chat.original_id,
            chat_id=rows.chat["id"],
        )
    )
    for batch in _batches(rows.turns):
        await connection.execute(insert(chat_turns), batch)
    for batch in _batches(rows.responses):
        await store.add_ended(connection, batch)
    for batch in _batches(rows.ratings):
        await connection.execute(insert(chat_ratings), batch)
    await add_rows(connection, rows.texts)
    return None


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]
