"""Links to sessions: whoever has one reads what the agent did up to one turn, until it expires or is revoked.

They are kept, found and ended as links to chats are. Instructions, the agent, vaults and who it was are not shown.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any, cast

from sqlalchemy import Select, delete, insert, select

from earthshine.accounts.audit.trail import record
from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.accounts.share_links import leads_nowhere, link_state, new_link, revealed, token_hash
from earthshine.accounts.tables import organizations, projects
from earthshine.accounts.throttling.failed_attempts import FailedAttempts
from earthshine.agents.control.replay import Replay
from earthshine.agents.sessions import store
from earthshine.agents.sessions.items import all_shown
from earthshine.agents.sessions.reading.feed import given_items, left_items
from earthshine.agents.sessions.reading.objects import AgentItem
from earthshine.agents.sessions.tables import sessions
from earthshine.agents.sharing.objects import SessionShare, SharedSession
from earthshine.agents.sharing.tables import shares
from earthshine.database import Connection, Database
from earthshine.errors import Conflict, InvalidRequest, NotFound
from earthshine.sealing import SecretCipher

Json = dict[str, Any]

_MOST = 100
"""Links that one session may have."""
_TITLE = 80
_HIDDEN = ("session_id", "agent_id")


class SessionShares:
    """Makes links, and opens them."""

    def __init__(
        self, database: Database, replay: Replay, cipher: Callable[[], SecretCipher], *, wrong_tokens: int = 60
    ) -> None:
        """`cipher` gives what encrypts now; `wrong_tokens`: links to nowhere that one address may try in a minute."""
        self._database, self._replay, self._cipher = database, replay, cipher
        self._wrong = FailedAttempts(wrong_tokens, what="links that lead nowhere", right="a link that is whole")

    async def create(
        self, who: Caller, session_id: str, expires_in: int | None, *, include_reasoning: bool
    ) -> SessionShare:
        """Make a link that shows all turns which have ended. Raises `NotFound`, `InvalidRequest` and `Conflict`."""
        token, link = new_link(self._cipher(), int(time.time()), expires_in)
        async with self._database.write() as connection:
            await store.find_session(connection, session_id, who.project, lock=True)
            ended = [turn.id for turn in await store.turns_of(connection, session_id) if not turn.active]
            if not ended:
                raise InvalidRequest("No turn of this session has ended yet, so there is nothing to show.")
            known = await connection.scalars(select(shares.c.id).where(shares.c.session_id == session_id))
            if len(known.all()) >= _MOST:
                raise Conflict(f"This session has {_MOST} links already. Revoke some.", code="too_many_shares")
            row = {
                **link,
                "session_id": session_id,
                "turn_id": ended[-1],
                "include_reasoning": include_reasoning,
            }
            await connection.execute(insert(shares).values(row))
            details = {"id": row["id"], "session_id": session_id, "expires_at": row["expires_at"]}
            await record(connection, who, "agent_share.created", details, project=who.project)
        return _shown(row, token)

    async def list(self, who: Caller, session_id: str) -> list[SessionShare]:
        """Return a session's links, newest first, those that expired included. Raises `NotFound`."""
        cipher = self._cipher()
        async with self._database.read() as connection:
            await store.find_session(connection, session_id, who.project)
            wanted = select(shares).where(shares.c.session_id == session_id).order_by(shares.c.id.desc())
            rows = (await connection.execute(wanted)).mappings().all()
        return [_shown(row, revealed(cipher, row["sealed_token"])) for row in rows]

    async def revoke(self, who: Caller, session_id: str, share_id: str) -> None:
        """Let a link lead nowhere from now on. Raises `NotFound`."""
        this = (shares.c.id == share_id) & (shares.c.session_id == session_id)
        async with self._database.write() as connection:
            await store.find_session(connection, session_id, who.project)
            if (await connection.execute(delete(shares).where(this))).rowcount == 0:
                raise NotFound(f"No link with id {share_id[:100]!r} is to this session.", param="share_id")
            details = {"id": share_id, "session_id": session_id}
            await record(connection, who, "agent_share.revoked", details, project=who.project)

    async def end(self, connection: Connection, user: str, project: str) -> None:
        """Remove the links that a person made in a project, who leaves it."""
        theirs = select(sessions.c.id).where(Owner(project, user).owns(sessions))
        await connection.execute(delete(shares).where(shares.c.session_id.in_(theirs)))

    async def open(self, token: str, address: str) -> SharedSession:
        """Return what a link shows. Raises `RateLimited`, and `NotFound`, always the same, for one to nowhere."""
        link = await self._found(token, address)
        async with self._database.read() as connection:
            found = [turn for turn in await store.turns_of(connection, link.session_id) if turn.id <= link.turn_id]
        items: list[Json] = []
        for turn in found:
            told: list[Json] = []
            for place, step in enumerate(turn.steps):
                told += [*given_items(turn, place), *(step.response.get("output") or ())]
            items += all_shown([*told, *left_items(turn)], turn.id)
        kept = [item for item in items if link.include_reasoning or item["type"] != "reasoning"]
        return {
            "object": "agent.session.shared",
            "title": _title(kept),
            "created_at": link.created_at,
            "expires_at": link.expires_at,
            "items": cast("list[AgentItem]", kept),
        }

    async def replay(self, token: str, address: str) -> AsyncGenerator[Sequence[Json]]:
        """Return what happened, with its times. Raises as `open` does."""
        link = await self._found(token, address)
        async with self._database.read() as connection:
            ids = [each for each in await store.turn_ids(connection, link.session_id) if each <= link.turn_id]
        return _bare(self._replay.session(link.session_id, "", ids), reasoning=link.include_reasoning)

    async def _found(self, token: str, address: str) -> Any:
        async with self._database.read() as connection:
            link = (await connection.execute(_links().where(shares.c.token_hash == token_hash(token)))).one_or_none()
            if link is not None and await link_state(connection, link, int(time.time())) == "open":
                return link
        self._wrong.check(address)
        self._wrong.add(address)
        raise leads_nowhere()


async def _bare(batches: AsyncGenerator[Sequence[Json]], *, reasoning: bool) -> AsyncGenerator[Sequence[Json]]:
    """Yield a replay without what is nobody else's."""
    async for batch in batches:
        shown: list[Json] = []
        for entry in batch:
            event = _without_ids(entry["event"])
            item: Json = event.get("item") or {}
            if not reasoning and ("reasoning" in event["type"] or item.get("type") == "reasoning"):
                continue
            shown.append({**entry, "event": event})
        yield shown


def _without_ids(told: Json) -> Json:
    """Return an event, or what it tells of, without the ids of the session and the agent."""
    kept = {name: value for name, value in told.items() if name not in _HIDDEN}
    inner = {name: _without_ids(cast("Json", value)) for name, value in kept.items() if isinstance(value, dict)}
    return {**kept, **inner}


def _links() -> Select[Any]:
    """Select links, each with its session and where that is."""
    archived = projects.c.archived_at.is_not(None) | organizations.c.archived_at.is_not(None)
    return (
        select(shares, sessions.c.user, sessions.c.project, projects.c.organization, archived.label("archived"))
        .join(sessions, sessions.c.id == shares.c.session_id)
        .join(projects, projects.c.id == sessions.c.project)
        .join(organizations, organizations.c.id == projects.c.organization)
    )


def _title(items: Sequence[Json]) -> str:
    said = next((item for item in items if item["type"] == "message" and item["role"] == "user"), None)
    parts: list[Json] = said["content"] if said is not None else []
    words = " ".join(" ".join(part["text"] for part in parts if "text" in part).split())
    return words if len(words) <= _TITLE else words[: _TITLE - 1] + "…"


def _shown(row: Any, token: str | None) -> SessionShare:
    return {
        "id": row["id"],
        "object": "agent.session.share",
        "session_id": row["session_id"],
        "turn_id": row["turn_id"],
        "include_reasoning": row["include_reasoning"],
        "created_at": row["created_at"],
        "expires_at": row["expires_at"],
        "url": None if token is None else f"/earthshine/v1/agents/shared/{token}",
    }
