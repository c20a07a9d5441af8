"""The texts by which chats are found: long ones in chunks, each with a number that orders it by its time."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Literal

from sqlalchemy import delete, insert, select

from earthshine.chats.search.eraser import note_removed
from earthshine.chats.tables import chat_texts, chat_turns, chats
from earthshine.chats.titles import NO_TITLE
from earthshine.database import Connection
from earthshine.database.dialects import among
from earthshine.text.chunks import chunks
from earthshine.text.normalization import normalise
from earthshine.wire import aside

Role = Literal["title", "user", "assistant"]

_RANDOM_BITS = 21
_LATEST = 2**42 - 1  # milliseconds: the year 2109


def scope_of(project: str, user: str) -> str:
    """Return the word, unlike any in a text, that one person's texts share."""
    return "=" + hashlib.sha256(f"{project}\0{user}".encode()).hexdigest()[:24]


TITLE = "=title"
"""The word, unlike any in a text, that titles share."""


class Words:
    """A text's chunks, each with its words as search sees them: in one block, which is given back when it is freed."""

    def __init__(self, text: str) -> None:
        """Cut a text; a long one takes seconds."""
        self._packed = bytearray()
        self._count = 0
        for chunk in chunks(text):
            if known := normalise(chunk):
                self._packed += f"{chunk}\0{known}\0".encode(errors="surrogatepass")
                self._count += 1

    def __len__(self) -> int:
        """Return how many chunks have words."""
        return self._count

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield the chunks, each with its words."""
        start = 0
        for _ in range(self._count):
            middle = self._packed.index(0, start)
            end = self._packed.index(0, middle + 1)
            chunk, known = self._packed[start:middle], self._packed[middle + 1 : end]
            yield chunk.decode(errors="surrogatepass"), known.decode(errors="surrogatepass")
            start = end + 1


async def words_of(text: str) -> Words:
    """Return the words of a text; those of a long one take seconds, so ask before a transaction."""
    return await aside(len(text), Words, text)


async def index(
    connection: Connection, chat_id: str, turn_id: str, role: Role, words: Words, *, forget: bool = True
) -> None:
    """Let a chat be found by a text: by its title (`turn_id` is empty), or by one side of a turn.

    It replaces what was said there before, whose words leave the files, too, unless they need not be forgotten. A chat
    that is not there is not found either.
    """
    await unindex(connection, chat_id, turn_id, role, forget=forget)
    chat = select(chats.c.project, chats.c.user, chats.c.created_at).where(chats.c.id == chat_id)
    row = (await connection.execute(chat)).one_or_none()
    if row is None:
        return
    time = None
    if turn_id:
        time = await connection.scalar(select(chat_turns.c.created_at).where(chat_turns.c.id == turn_id))
    await add_rows(connection, _rows(row, chat_id, turn_id, role, words, at=time or _milliseconds(row.created_at)))


async def index_title(connection: Connection, chat_id: str, *, forget: bool = True) -> None:
    """Let a chat be found by the title that it has now, and by none that it had; see `index`."""
    title = await connection.scalar(select(chats.c.title).where(chats.c.id == chat_id))
    known = select(chat_texts.c.text).where(chat_texts.c.chat_id == chat_id, chat_texts.c.turn_id == "")
    if title is not None and await connection.scalar(known) != title:
        await index(connection, chat_id, "", "title", Words("" if title == NO_TITLE else title), forget=forget)


async def unindex(
    connection: Connection, chat_id: str, turn_id: str, role: Role | None = None, *, forget: bool = True
) -> None:
    """Let a chat no longer be found by a turn, or by one side of it; with an empty `turn_id`, by its title."""
    gone = delete(chat_texts).where(chat_texts.c.chat_id == chat_id, chat_texts.c.turn_id == turn_id)
    done = await connection.execute(gone if role is None else gone.where(chat_texts.c.role == role))
    if done.rowcount and forget:
        await note_removed(connection)


async def unindex_replies(connection: Connection, responses: Sequence[str]) -> None:
    """Let chats no longer be found by replies that are being removed."""
    turns = select(chat_turns.c.id).where(among(connection, chat_turns.c.response_id, responses))
    mine = chat_texts.c.turn_id.in_(turns) & (chat_texts.c.role == "assistant")
    # With the chat, the index finds them. Without, all texts would be looked through.
    chats_of = select(chat_turns.c.chat_id).where(among(connection, chat_turns.c.response_id, responses))
    done = await connection.execute(delete(chat_texts).where(chat_texts.c.chat_id.in_(chats_of), mine))
    if done.rowcount:
        await note_removed(connection)


def rows_of(owner: Any, chat_id: str, turn_id: str, role: Role, text: str, *, at: int) -> list[dict[str, Any]]:
    """Return the rows of a text of `at` (milliseconds); `owner` has `project` and `user`. Text without words has none.

    The last chunk has the lowest number: newest first, and then as it is read.
    """
    return list(_rows(owner, chat_id, turn_id, role, Words(text), at=at))


def _rows(owner: Any, chat_id: str, turn_id: str, role: Role, words: Words, *, at: int) -> Iterator[dict[str, Any]]:
    scope = scope_of(owner.project, owner.user) + (f" {TITLE}" if role == "title" else "")
    where = {"scope": scope, "chat_id": chat_id, "turn_id": turn_id, "role": role}
    numbers = sorted((_number(at) for _ in range(len(words))), reverse=True)
    for part, (number, (chunk, known)) in enumerate(zip(numbers, words, strict=True)):
        yield {"id": number, **where, "part": part, "text": chunk, "words": known}


async def add_rows(connection: Connection, rows: Iterable[dict[str, Any]]) -> None:
    """Store rows, with other numbers where theirs are taken."""
    left = iter(rows)
    while batch := list(islice(left, 500)):
        numbers = [row["id"] for row in batch]
        taken = set(await connection.scalars(select(chat_texts.c.id).where(chat_texts.c.id.in_(numbers))))
        for row in batch:
            while row["id"] in taken:
                row["id"] = _number(time_of(row["id"]))
            taken.add(row["id"])
        await connection.execute(insert(chat_texts), batch)


def time_of(number: int) -> int:
    """Return the time of a row in milliseconds, which its number begins with."""
    return number >> _RANDOM_BITS


def _number(milliseconds: int) -> int:
    return min(max(milliseconds, 0), _LATEST) << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)


def _milliseconds(stored: int) -> int:
    # Unix seconds have ten digits until the year 2286.
    return stored if stored > 10**11 else stored * 1000
