"""What a stranger sees of turns: what was said and shown, the replies, and by which models; no ids."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from earthshine.chats.pictures import pictures_of
from earthshine.chats.sharing.objects import SharedTurn
from earthshine.chats.turns.branches import ExportedTurn, path, read
from earthshine.conversations.footnotes import with_footnotes
from earthshine.conversations.message_text import message_text
from earthshine.database import Connection
from earthshine.errors import NotFound

Json = dict[str, Any]

_PLACE = re.compile(r"([0-9]{1,6})-([0-9]{1,6})")
"""Of a picture: its turn in the branch, and its own place in that, both from 0."""


def serialize_turns(turns: Sequence[ExportedTurn], pictures: str, *, reasoning: bool) -> list[SharedTurn]:
    """Return turns as a link shows them; `pictures` is the address that those of their places are added to."""
    return [_serialize(turn, f"{pictures}/{number}", reasoning=reasoning) for number, turn in enumerate(turns)]


async def find_picture(connection: Connection, chat_id: str, leaf_id: str, place: str) -> Json:
    """Return the part that is the picture at a place of a branch. Raises `NotFound`."""
    if found := _PLACE.fullmatch(place):
        turn, number = int(found[1]), int(found[2])
        ids = await path(connection, chat_id, leaf_id)
        for shown in await read(connection, ids[turn : turn + 1]):
            for part in pictures_of(shown.input)[number : number + 1]:
                return part
    raise NotFound("There is no such picture behind this link.", param="place")


def _serialize(turn: ExportedTurn, pictures: str, *, reasoning: bool) -> SharedTurn:
    response = turn.response
    output = response["output"] if response else []
    return {
        "object": "chat.shared_turn",
        "created_at": turn.created_at // 1000,
        "user": message_text(item for item in turn.input if item.get("role") == "user"),
        "pictures": [f"{pictures}-{number}" for number in range(len(pictures_of(turn.input)))],
        "model": response["model"] if response else None,
        "reasoning": _thoughts(output) if reasoning else None,
        "reply": with_footnotes(output)[0] if response else None,
        "status": response["status"] if response else None,
    }


def _thoughts(output: Sequence[Json]) -> str | None:
    parts = [
        part["text"]
        for item in output
        if item.get("type") == "reasoning"
        for part in item.get("content") or item.get("summary") or ()
    ]
    return "\n\n".join(parts) or None
