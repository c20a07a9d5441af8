"""Links to chats: whoever has one reads one branch up to one turn, until it expires or is revoked.

A link ends with a random token of which only the hash is stored, so that nobody who reads the database can open it.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, insert, select

from earthshine.accounts.audit import record
from earthshine.accounts.caller import Caller
from earthshine.accounts.ownership import Owner
from earthshine.accounts.wrong_keys import WrongKeys
from earthshine.chats.branches import branch
from earthshine.chats.pieces import texts_of
from earthshine.chats.tables import chat_shares, chat_turns, chats
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.ids import new_id

Json = dict[str, Any]

LONGEST = 10 * 366 * 86_400
"""Seconds that a link may be made for; without an end it lasts until it is revoked."""
MOST = 100
"""Links that one chat may have."""


class Shares:
    """Makes links, and opens them."""

    def __init__(self, database: Database, *, wrong_tokens: int = 60, clock: Callable[[], float] = time.time) -> None:
        """`wrong_tokens`: links that lead nowhere which one address may try in a minute."""
        self._database = database
        self._wrong = WrongKeys(wrong_tokens, what="links that lead nowhere", right="a link that is whole")
        self._clock = clock

    async def create(
        self,
        caller: Caller,
        chat_id: str,
        *,
        leaf_id: str | None = None,
        expires_in: int | None = None,
        include_reasoning: bool = False,
    ) -> Json:
        """Make a link to the branch that ends with `leaf_id`, or else with the turn that was looked at last.

        Only what this returns has the token. Raises `NotFound`, `InvalidRequest` for a chat without turns, and
        `Conflict` for one with too many links.
        """
        token, now = secrets.token_urlsafe(32), int(self._clock())
        async with self._database.write() as connection:
            chat = await _chat(connection, caller, chat_id, lock=True)
            leaf = leaf_id or chat.current_turn_id
            if leaf is None:
                raise InvalidRequest("This chat has no turn yet, so there is nothing to show.", param="leaf_id")
            known = select(chat_turns.c.id).where(chat_turns.c.id == leaf, chat_turns.c.chat_id == chat_id)
            if (await connection.scalar(known)) is None:
                raise NotFound(f"No turn with id {leaf[:100]!r} is in this chat.", param="leaf_id")
            links = await connection.scalars(select(chat_shares.c.id).where(chat_shares.c.chat_id == chat_id))
            if len(links.all()) >= MOST:
                raise Conflict(f"This chat has {MOST} links already. Revoke some.", code="too_many_shares")
            row = {
                "id": new_id("share"),
                "chat_id": chat_id,
                "token_hash": _hash(token),
                "leaf_id": leaf,
                "include_reasoning": include_reasoning,
                "created_at": now,
                "expires_at": None if expires_in is None else now + expires_in,
            }
            await connection.execute(insert(chat_shares).values(row))
            details = {"id": row["id"], "chat_id": chat_id, "expires_at": row["expires_at"]}
            await record(connection, caller, "chat_share.created", details, project=caller.project)
        return _wire(row, url=f"/s/{token}")

    async def list(self, caller: Caller, chat_id: str) -> list[Json]:
        """Return a chat's links, newest first, those that expired included. Raises `NotFound`."""
        rows = select(chat_shares).where(chat_shares.c.chat_id == chat_id).order_by(chat_shares.c.id.desc())
        async with self._database.read() as connection:
            await _chat(connection, caller, chat_id)
            return [_wire(row) for row in (await connection.execute(rows)).mappings()]

    async def revoke(self, caller: Caller, chat_id: str, share_id: str) -> None:
        """Let a link lead nowhere from now on. Raises `NotFound`."""
        mine = (chat_shares.c.id == share_id) & (chat_shares.c.chat_id == chat_id)
        async with self._database.write() as connection:
            await _chat(connection, caller, chat_id)
            if (await connection.execute(delete(chat_shares).where(mine))).rowcount == 0:
                raise NotFound(f"No link with id {share_id[:100]!r} is to this chat.", param="share_id")
            details = {"id": share_id, "chat_id": chat_id}
            await record(connection, caller, "chat_share.revoked", details, project=caller.project)

    async def open(self, token: str, address: str) -> Json:
        """Return what a link shows. Raises `NotFound` for one that never was, is revoked or expired: always the same.

        Raises `RateLimited` when too many of those came from `address`.
        """
        now = int(self._clock())
        link = select(chat_shares).where(chat_shares.c.token_hash == _hash(token))
        async with self._database.read() as connection:
            share = (await connection.execute(link)).one_or_none()
            if share is None or (share.expires_at is not None and share.expires_at <= now):
                self._wrong.check(address)
                self._wrong.add(address)
                raise NotFound("This link leads nowhere: it is not whole, was revoked, or has expired.", param="token")
            title = await connection.scalar(select(chats.c.title).where(chats.c.id == share.chat_id))
            turns = await branch(connection, share.chat_id, share.leaf_id)
        return {
            "object": "chat.shared",
            "title": title,
            "created_at": share.created_at,
            "expires_at": share.expires_at,
            "turns": [_shown(turn, reasoning=share.include_reasoning) for turn in turns],
        }


async def _chat(connection: Connection, caller: Caller, chat_id: str, *, lock: bool = False) -> Any:
    mine = select(chats).where(chats.c.id == chat_id, Owner.of(caller).owns(chats))
    row = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if row is None:
        raise NotFound(f"No chat with id {chat_id[:100]!r} was found.", param="chat_id")
    return row


def _shown(turn: Any, *, reasoning: bool) -> Json:
    """Return what a stranger sees of a turn: what was said, and by which model."""
    response: Json | None = turn.response
    output: list[Json] = response["output"] if response else []
    return {
        "object": "chat.shared_turn",
        "created_at": turn.created_at // 1000,
        "user": texts_of(item for item in turn.input if item.get("role") == "user"),
        "model": response["model"] if response else None,
        "reasoning": _thoughts(output) if reasoning else None,
        "reply": texts_of(output) if response else None,
        "status": response["status"] if response else None,
    }


def _thoughts(output: list[Json]) -> str | None:
    parts = [
        part["text"]
        for item in output
        if item.get("type") == "reasoning"
        for part in item.get("content") or item.get("summary") or ()
    ]
    return "\n\n".join(parts) or None


def _wire(row: Any, *, url: str | None = None) -> Json:
    return {
        "id": row["id"],
        "object": "chat.share",
        "chat_id": row["chat_id"],
        "leaf_id": row["leaf_id"],
        "include_reasoning": row["include_reasoning"],
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "url": url,
    }


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
