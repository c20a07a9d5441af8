"""A chat from elsewhere as the rows that it is stored in; its replies are completed responses to go on from."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.ratings.ratings import rating_row
from earthshine.chats.search.index import rows_of
from earthshine.chats.titles import title_of
from earthshine.chats.transfer.imports.items import as_text
from earthshine.chats.transfer.imports.message_tree import ImportedChat, ImportedTurn
from earthshine.chats.transfer.imports.response_fields import known_fields
from earthshine.chats.turns.siblings import question
from earthshine.conversations.message_text import message_text
from earthshine.engines.requests import Sampling
from earthshine.ids import new_id
from earthshine.responses.reply.events import LAST_EVENTS
from earthshine.responses.resource import new_response
from earthshine.responses.schemas import ResponseCreate
from earthshine.responses.store import StoredResponse

Json = dict[str, Any]

UNKNOWN_MODEL = "unknown"
"""Stands for the model of a reply that names none."""

NO_REPLY = {
    "code": "no_reply",
    "message": "There is no reply to this in the file that it was imported from. Send it again to get one.",
}

_LONGEST_TITLE = 200
_LATEST = 2**42


_Ended = tuple[StoredResponse, list[bytes]]
"""A response and its journal."""


@dataclass(slots=True)
class Rows:
    """Everything that one chat is stored in."""

    chat: Json
    turns: list[Json] = field(default_factory=list[Json])
    responses: list[_Ended] = field(default_factory=list["_Ended"])
    texts: list[Json] = field(default_factory=list[Json])
    ratings: list[Json] = field(default_factory=list[Json])


def make_rows(chat: ImportedChat, caller: Caller) -> Rows:
    """Return the rows of a chat that nobody has yet."""
    owner = Owner.of(caller)
    chat_id = new_id("chat")
    title = _clean(chat.title)[:_LONGEST_TITLE] or next(filter(None, (title_of(turn.input) for turn in chat.turns)), "")
    ids = {turn.key: new_id("turn") for turn in chat.turns}
    last = ids[chat.turns[-1].key] if chat.turns else None
    rows = Rows(
        {
            "id": chat_id,
            "project": owner.project,
            "user": owner.user,
            "title": title,
            "title_source": chat.title_source,
            "created_at": _time(chat.created) // 1000,
            "updated_at": _time(chat.updated),
            "pinned": chat.pinned,
            "archived": chat.archived,
            "settings": chat.settings,
            "current_turn_id": ids.get(chat.current or "", last),
            "draft": chat.draft,
        }
    )
    rows.texts += rows_of(owner, chat_id, "", "title", title, at=_time(chat.created))
    _Turns(chat, caller, rows, ids).add()
    return rows


class _Turns:
    """Adds the turns of a chat to its rows, parents first."""

    def __init__(self, chat: ImportedChat, caller: Caller, rows: Rows, ids: Mapping[str, str]) -> None:
        self._chat, self._caller, self._rows, self._ids = chat, caller, rows, ids
        self._responses: dict[str | None, str | None] = {None: None}
        """The response that a turn below this one goes on from."""
        self._unanswered: dict[str | None, list[Json]] = {None: []}
        """What was said since then."""
        self._groups: dict[str, str] = {}

    def add(self) -> None:
        owner, chat_id = Owner.of(self._caller), self._rows.chat["id"]
        for turn in self._chat.turns:
            turn_id, at = self._ids[turn.key], _time(turn.at)
            response_id = new_id("resp")
            before = [*self._unanswered[turn.parent], *turn.input]
            if turn.output is None:
                self._responses[turn.key] = self._responses[turn.parent]
                self._unanswered[turn.key] = before
            else:
                self._add_response(turn, turn_id, response_id, before)
                self._responses[turn.key] = response_id
                self._unanswered[turn.key] = []
                self._rows.texts += rows_of(owner, chat_id, turn_id, "assistant", message_text(turn.output), at=at)
            self._rows.texts += rows_of(owner, chat_id, turn_id, "user", message_text(turn.input), at=at)
            self._rows.turns.append(
                {
                    "id": turn_id,
                    "chat_id": chat_id,
                    "parent_id": None if turn.parent is None else self._ids[turn.parent],
                    "group_id": self._group(turn),
                    "created_at": at,
                    "caller": self._caller.dump(),
                    "input": turn.input,
                    "question": question(turn.input),
                    "request": turn.request or ({"model": turn.model} if turn.model else {}),
                    "response_id": response_id,
                    "state": "failed" if turn.output is None else "begun",
                    "error": NO_REPLY if turn.output is None else None,
                    "settled": True,
                }
            )

            if turn.rating is not None and turn.output is not None:
                model = (turn.model or UNKNOWN_MODEL)[:256]
                self._rows.ratings.append(rating_row(owner, turn_id, model, turn.rating, turn.rated_at))

    def _group(self, turn: ImportedTurn) -> str | None:
        return None if turn.group is None else self._groups.setdefault(turn.group, new_id("group"))

    def _add_response(self, turn: ImportedTurn, turn_id: str, response_id: str, items: list[Json]) -> None:
        model = (turn.model or UNKNOWN_MODEL)[:256]
        previous = self._responses[turn.parent]
        create = ResponseCreate(model=model, previous_response_id=previous)
        at = _time(turn.at) // 1000
        theirs = turn.response or {}
        fresh = new_response(response_id, create, {}, Sampling())
        status = as_text(theirs.get("status")) if turn.response is not None else "completed"
        status = status if status in LAST_EVENTS else "incomplete"
        final: Json = {
            **fresh,
            "created_at": at,
            "completed_at": at,
            # As it was told: what was counted, and what it was asked for with.
            **known_fields(theirs),
            "status": status,
            "output": turn.output,
            "metadata": self._metadata(turn, turn_id),
        }
        begun: Json = {
            **final,
            "status": "in_progress",
            "output": [],
            "usage": None,
            "completed_at": None,
            "error": None,
        }
        journal = [("response.created", begun), (LAST_EVENTS[status], final)]
        self._rows.responses.append(
            (
                StoredResponse(
                    id=response_id,
                    caller=self._caller,
                    status=status,
                    background=False,
                    previous_response_id=previous,
                    conversation_id=None,
                    request={"model": model},
                    input=items,
                    history=None,
                    response=final,
                    in_chat=True,
                ),
                [
                    orjson.dumps({"type": kind, "sequence_number": number, "response": response})
                    for number, (kind, response) in enumerate(journal)
                ],
            )
        )

    def _metadata(self, turn: ImportedTurn, turn_id: str) -> dict[str, str]:
        original = as_text((turn.response or {}).get("id")) or turn.key
        return {
            "chat_id": self._rows.chat["id"],
            "turn_id": turn_id,
            "imported_from": self._chat.source,
            "imported_id": original[:512],
        }


def _time(milliseconds: int) -> int:
    return min(max(milliseconds, 1), _LATEST)


def _clean(title: str) -> str:
    """Return a title as one line."""
    kept = (" " if unicodedata.category(letter)[0] == "C" and letter != "\u200d" else letter for letter in title)
    return " ".join("".join(kept).split())
