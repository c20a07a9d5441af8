"""Links to chats: whoever has one reads one branch up to one turn, until it expires or is revoked.

A link ends with a random token. It is found by its hash, and kept encrypted with the installation's secret key, so that
its maker can copy it again and nobody who reads the database alone can open it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, insert, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.accounts.share_links import State, leads_nowhere, link_state, new_link, revealed, token_hash
from earthshine.accounts.tables import organizations, projects
from earthshine.accounts.throttling.failed_attempts import FailedAttempts
from earthshine.chats.pictures import ChatPictures, ShownPicture
from earthshine.chats.sharing.objects import ChatShare, ProjectChatShare, SharedChat
from earthshine.chats.sharing.shown_turns import find_picture, serialize_turns
from earthshine.chats.tables import chat_shares, chat_turns, chats
from earthshine.chats.turns.branches import branch
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.sealing import SecretCipher
from earthshine.wire.pagination import ListQuery

MOST = 100
"""Links that one chat may have."""


class Shares:
    """Makes links, and opens them."""

    def __init__(
        self,
        database: Database,
        cipher: Callable[[], SecretCipher],
        pictures: ChatPictures,
        *,
        wrong_tokens: int = 60,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`cipher` gives what encrypts now; `wrong_tokens`: links to nowhere that one address may try in a minute."""
        self._database = database
        self._cipher = cipher
        self._pictures = pictures
        self._wrong = FailedAttempts(wrong_tokens, what="links that lead nowhere", right="a link that is whole")
        self._clock = clock

    async def create(
        self,
        caller: Caller,
        chat_id: str,
        *,
        leaf_id: str | None = None,
        expires_in: int | None = None,
        include_reasoning: bool = False,
    ) -> ChatShare:
        """Make a link to the branch that ends with `leaf_id`, or else with the turn that was looked at last.

        What this returns has the token. Raises `NotFound`, `InvalidRequest` for a chat without turns, and
        `Conflict` for one with too many links.
        """
        token, link = new_link(self._cipher(), int(self._clock()), expires_in)
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
                **link,
                "chat_id": chat_id,
                "leaf_id": leaf,
                "include_reasoning": include_reasoning,
            }
            await connection.execute(insert(chat_shares).values(row))
            details = {"id": row["id"], "chat_id": chat_id, "expires_at": row["expires_at"]}
            await record(connection, caller, "chat_share.created", details, project=caller.project)
        return _serialize_share(row, token)

    async def list(self, caller: Caller, chat_id: str) -> list[ChatShare]:
        """Return a chat's links, newest first, those that expired included, with their addresses. Raises `NotFound`."""
        cipher = self._cipher()
        rows = select(chat_shares).where(chat_shares.c.chat_id == chat_id).order_by(chat_shares.c.id.desc())
        async with self._database.read() as connection:
            await _chat(connection, caller, chat_id)
            return [
                _serialize_share(row, revealed(cipher, row["sealed_token"]))
                for row in (await connection.execute(rows)).mappings()
            ]

    async def revoke(self, caller: Caller, chat_id: str, share_id: str) -> None:
        """Let a link lead nowhere from now on. Raises `NotFound`."""
        mine = (chat_shares.c.id == share_id) & (chat_shares.c.chat_id == chat_id)
        async with self._database.write() as connection:
            await _chat(connection, caller, chat_id)
            if (await connection.execute(delete(chat_shares).where(mine))).rowcount == 0:
                raise NotFound(f"No link with id {share_id[:100]!r} is to this chat.", param="share_id")
            details = {"id": share_id, "chat_id": chat_id}
            await record(connection, caller, "chat_share.revoked", details, project=caller.project)

    async def end(self, connection: Connection, user: str, project: str) -> None:
        """Remove the links that a person made in a project, who leaves it."""
        theirs = select(chats.c.id).where(Owner(project, user).owns(chats))
        await connection.execute(delete(chat_shares).where(chat_shares.c.chat_id.in_(theirs)))

    async def page(
        self, caller: Caller, project: str | None, query: ListQuery, *, user: str | None = None
    ) -> tuple[list[ProjectChatShare], bool]:
        """Return some links of a project or of the whole organisation, newest first, and whether there are more."""
        rows = _links().where(*_within(caller, project)).order_by(chat_shares.c.id.desc()).limit(query.limit + 1)
        if query.after is not None:
            rows = rows.where(chat_shares.c.id < query.after)
        if user is not None:
            rows = rows.where(chats.c.user == user)
        now = int(self._clock())
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
            shown = [_serialize_listed(row, await link_state(connection, row, now)) for row in found[: query.limit]]
        return shown, len(found) > query.limit

    async def close(self, caller: Caller, project: str | None, share_id: str) -> None:
        """Let anybody's link of a project or of the organisation lead nowhere. Raises `NotFound`."""
        async with self._database.write() as connection:
            row = (
                await connection.execute(_links().where(chat_shares.c.id == share_id, *_within(caller, project)))
            ).one_or_none()
            if row is None:
                raise NotFound(f"No link with id {share_id[:100]!r} was found.", param="share_id")
            await connection.execute(delete(chat_shares).where(chat_shares.c.id == share_id))
            details = {"id": share_id, "chat_id": row.chat_id, "user": row.user}
            await record(connection, caller, "chat_share.revoked", details, project=row.project)

    async def open(self, token: str, address: str) -> SharedChat:
        """Return what a link shows. Raises `NotFound` for one that leads nowhere (any more), always the same.

        Raises `RateLimited` when too many of those came from `address`.
        """
        async with self._database.read() as connection:
            share = await self._found(connection, token, address)
            turns = await branch(connection, share.chat_id, share.leaf_id)
        at = f"/earthshine/v1/shares/{token}/pictures"
        return {
            "object": "chat.shared",
            "title": share.title,
            "created_at": share.created_at,
            "expires_at": share.expires_at,
            "turns": serialize_turns(turns, at, reasoning=share.include_reasoning),
        }

    async def picture(self, token: str, address: str, place: str) -> ShownPicture:
        """Return a picture of what a link shows, by its place there. Raises what `open` raises, and `NotFound`."""
        async with self._database.read() as connection:
            share = await self._found(connection, token, address)
            part = await find_picture(connection, share.chat_id, share.leaf_id, place)
        return await self._pictures.shown(part, Owner(share.project, share.user))

    async def _found(self, connection: Connection, token: str, address: str) -> Any:
        link = _links().where(chat_shares.c.token_hash == token_hash(token))
        share = (await connection.execute(link)).one_or_none()
        if share is None or await link_state(connection, share, int(self._clock())) != "open":
            self._wrong.check(address)
            self._wrong.add(address)
            raise leads_nowhere()
        return share


def _links() -> Select[Any]:
    """Select links, each with its chat and where that is."""
    return (
        select(
            chat_shares,
            chats.c.title,
            chats.c.user,
            chats.c.project,
            projects.c.organization,
            (projects.c.archived_at.is_not(None) | organizations.c.archived_at.is_not(None)).label("archived"),
        )
        .join(chats, chats.c.id == chat_shares.c.chat_id)
        .join(projects, projects.c.id == chats.c.project)
        .join(organizations, organizations.c.id == projects.c.organization)
    )


def _within(caller: Caller, project: str | None) -> list[ColumnElement[bool]]:
    where = [projects.c.organization == caller.organization]
    return where if project is None else [*where, projects.c.id == project]


def _serialize_listed(row: Any, state: State) -> ProjectChatShare:
    return {
        "id": row.id,
        "object": "project.chat_share",
        "chat_id": row.chat_id,
        "title": row.title,
        "project_id": row.project,
        "user_id": row.user or None,
        "leaf_id": row.leaf_id,
        "include_reasoning": row.include_reasoning,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "state": state,
    }


async def _chat(connection: Connection, caller: Caller, chat_id: str, *, lock: bool = False) -> Any:
    mine = select(chats).where(chats.c.id == chat_id, Owner.of(caller).owns(chats))
    row = (await connection.execute(mine.with_for_update() if lock else mine)).one_or_none()
    if row is None:
        raise NotFound(f"No chat with id {chat_id[:100]!r} was found.", param="chat_id")
    return row


def _serialize_share(row: Any, token: str | None) -> ChatShare:
    return {
        "id": row["id"],
        "object": "chat.share",
        "chat_id": row["chat_id"],
        "leaf_id": row["leaf_id"],
        "include_reasoning": row["include_reasoning"],
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "url": None if token is None else f"/s/{token}",
    }
