"""Code of like turns that ended well, to show it in a step: small models follow an example better than advice.

Nothing is kept for it: it is read off the last turns of whoever asks. Only those count whose goal was checked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import orjson
from sqlalchemy import select

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.agents.program.actions import actions
from earthshine.agents.program.check import is_check
from earthshine.agents.sessions.tables import sessions, turns
from earthshine.database import Database
from earthshine.database.dialects import among
from earthshine.responses.tables import responses
from earthshine.tools.ranking import words

Json = dict[str, Any]

_LAST = 40
"""Turns that are looked through."""
_ALIKE = 0.3
"""The share of all words of two goals that both must have."""
MOST = 600
"""Characters of a snippet: about 150 tokens."""
_MOST_BYTES = 2**20
"""Of a response that is read for it."""


class Snippets:
    """Finds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, caller: Caller, turn_id: str, goal: str, name: str) -> str:
        """Return the code, or the commands, of the turn whose goal is the most like this one; empty for none."""
        mine = select(turns.c.id, turns.c.steps).join(sessions, sessions.c.id == turns.c.session_id)
        mine = mine.where(Owner.of(caller).reaches(sessions), turns.c.id != turn_id, turns.c.state == "open")
        async with self._database.read() as connection:
            rows = (await connection.execute(mine.order_by(turns.c.id.desc()).limit(_LAST))).all()
            alike = {row.steps[-1]["id"]: score for row in rows if (score := _alike(_said(row.steps), goal)) >= _ALIKE}
            if not alike:
                return ""
            wanted = select(responses.c.id, responses.c.response).where(
                among(connection, responses.c.id, list(alike)), responses.c.status == "completed"
            )
            found = {row.id: row.response for row in await connection.execute(wanted)}
        best = sorted(found, key=lambda each: -alike[each])
        return await asyncio.to_thread(_first, [found[each] for each in best], name)


def _first(stored: Sequence[bytes], name: str) -> str:
    """Return the last sound code of the first response whose goal was checked and found right."""
    for each in stored:
        if len(each) > _MOST_BYTES:
            continue
        done = list(actions(orjson.loads(each)["output"]))
        checks = [action for action in done if is_check(action)]
        sound = [action.written for action in done if action.ok and action.name == name and not is_check(action)]
        if checks and checks[-1].ok and sound and len(sound[-1]) <= MOST:
            return sound[-1]
    return ""


def _said(steps: Sequence[Json]) -> str:
    said = [item["content"] for step in steps for item in step["input"] if item.get("role") == "user"]
    return "\n".join(
        content
        if isinstance(content, str)
        else " ".join(part.get("text") or "" for part in cast("list[Json]", content))
        for content in said
    )


def _alike(one: str, other: str) -> float:
    some, others = set(words(one[:2000])), set(words(other[:2000]))
    return len(some & others) / max(1, len(some | others))
