"""What a person sends, made a turn: stored first, begun then."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Row

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.schemas import TurnCreate
from earthshine.chats.search.index import words_of
from earthshine.chats.store import ChatStore, no_turn
from earthshine.chats.titles import title_of
from earthshine.chats.turns.context import settings_in_force
from earthshine.chats.turns.siblings import question
from earthshine.chats.turns.starter import TurnStarter
from earthshine.chats.turns.store import NewTurn, TurnStore, said, unfinished
from earthshine.conversations.items import Item, kind_of, store_form
from earthshine.conversations.message_text import message_text
from earthshine.conversations.store import Conversations
from earthshine.database import Database
from earthshine.database.json_text import JsonText
from earthshine.errors import Conflict, InvalidRequest, ModelBroken, ModelNotFound, Unavailable
from earthshine.ids import new_id
from earthshine.responses.objects import Response
from earthshine.responses.run.service import ResponseRuns
from earthshine.routing.router import Router
from earthshine.tools.switches import requested
from earthshine.wire import aside

Json = dict[str, Any]

_CUT = ("cancelled", "incomplete", "failed")
"""What a response is when its reply can be gone on with."""


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn that was taken in, and need not be held any more."""

    chat_id: str
    id: str
    steered: str | None
    """The turn whose reply it is to stop."""


class TurnIntake:
    """Takes in what people send, as turns."""

    def __init__(
        self,
        database: Database,
        chats: ChatStore,
        turns: TurnStore,
        runs: ResponseRuns,
        conversations: Conversations,
        starter: TurnStarter,
        router: Router,
    ) -> None:
        self._database = database
        self._chats = chats
        self._turns = turns
        self._runs = runs
        self._conversations = conversations
        self._starter = starter
        self._router = router

    async def prepare(self, caller: Caller, chat_id: str, body: TurnCreate, sent: Json, size: int) -> NewTurn:
        """Return a turn that can be stored: all that takes long with a long text is done, before anybody waits for it.

        `sent` is the body as it came, of `size` bytes. Raises `NotFound`, a 400 for what is not a turn, and `Conflict`.
        """
        chat = await self._chats.get(Owner.of(caller), chat_id)
        continued = await self._continued(chat_id, body)
        items = await self._input(body) if continued is None else said(continued)
        fingerprint = await aside(size, _fingerprint, sent)
        text, asked, title = await aside(size, _texts, items)
        return NewTurn(
            id=body.id or new_id("turn"),
            chat_id=chat_id,
            parent_id=body.parent_id if continued is None else continued.parent_id,
            group_id=body.group_id if continued is None else continued.group_id,
            caller=caller.dump(),
            input=text,
            question=asked,
            title=title,
            words=await words_of(message_text(items)),
            request=await self._request(chat, body) if continued is None else _going_on(continued, body),
            fingerprint=fingerprint,
            response_id=new_id("resp"),
            mode=body.mode,
        )

    async def store(self, caller: Caller, turn: NewTurn) -> StoredTurn:
        """Store a turn, to be begun next; the same one again changes nothing. Raises `NotFound` and `Conflict`."""
        new = await self._turns.add(Owner.of(caller), turn)
        return StoredTurn(turn.chat_id, turn.id, steered=turn.parent_id if new and turn.mode == "steer" else None)

    async def begin(self, caller: Caller, turn: StoredTurn, headers: dict[str, str] | None = None) -> None:
        """Begin a turn, if it need not wait."""
        if turn.steered is not None:
            # A writer that does not answer now stops later; until then the turn waits.
            with suppress(Unavailable):
                await self.cancel(turn.chat_id, turn.steered, caller)
        await self._starter.begin(turn.id, headers)

    async def cancel(self, chat_id: str, turn_id: str, caller: Caller) -> None:
        """Stop a turn: one that waits is never begun, one that is being answered keeps what was written.

        Raises `NotFound`, and `Unavailable` when its writer does not answer.
        """
        row = await self._turns.get(chat_id, turn_id)
        if row.state == "queued":
            if await self._turns.set_state(turn_id, "cancelled"):
                self._starter.ended(turn_id)
            row = await self._turns.get(chat_id, turn_id)
        if row.found_response is not None and unfinished(row):
            await self._runs.stop(row.response_id, caller.project)

    async def _input(self, body: TurnCreate) -> list[Item]:
        if not body.input:
            raise InvalidRequest(
                "A turn needs `input`: what the person says.", param="input", code="missing_required_parameter"
            )
        return await store_form(body.input, await self._conversations.signer(), param="input")

    async def _request(self, chat: Row[Any], body: TurnCreate) -> Json:
        """Return what else the response is asked for."""
        in_force = await settings_in_force(self._database, chat, body.settings.given())
        request = in_force.model_dump(exclude_none=True, exclude={"reasoning_effort", "vector_store_ids", "tools"})
        tools = requested(in_force.tools or ())
        if in_force.vector_store_ids:
            # Small models forget to search: the first step of each turn is the search, the next ones are free.
            tools.insert(0, {"type": "file_search", "vector_store_ids": in_force.vector_store_ids})
            request["tool_choice"] = {"type": "file_search"}
        if tools:
            request["tools"] = tools
        request["model"] = body.model or in_force.model or "default"
        if body.earthshine is not None:
            request["earthshine"] = body.earthshine.model_dump(exclude_unset=True)
            # It searches what it has in its own order.
            request.pop("tool_choice", None)
        if in_force.reasoning_effort is not None:
            request["reasoning"] = {"effort": in_force.reasoning_effort}
        return request

    async def _continued(self, chat_id: str, body: TurnCreate) -> Row[Any] | None:
        """Return the turn whose cut reply is to be gone on with, if there is one."""
        if body.continues is None:
            return None
        row = await self._turns.find(body.continues)
        if row is None or row.chat_id != chat_id:
            raise no_turn(body.continues, param="continues")
        if body.parent_id not in (None, row.parent_id):
            raise InvalidRequest("A turn that continues another has the same parent.", param="parent_id")
        if row.found_response is None or row.response_status not in _CUT:
            raise Conflict(
                "Only a reply that was cut can be continued. Send the same words again as a new turn instead.",
                param="continues",
                code="not_cut",
            )
        if not can_continue(orjson.loads(row.response), self._router):
            raise Conflict(
                "The model of this reply cannot go on from a text that was cut. Ask it to, as a new turn that follows.",
                param="continues",
                code="cannot_continue",
            )
        settings = body.settings.given()
        if body.model is not None or set(settings) - {"max_output_tokens"}:
            raise InvalidRequest(
                "A reply is continued by the model and with the settings that began it; only "
                "`settings.max_output_tokens` may be given.",
                param="model" if body.model is not None else "settings",
            )
        return row


def _texts(items: list[Item]) -> tuple[JsonText, str, str]:
    return JsonText.of(items), question(items), title_of(items)


def _fingerprint(sent: Json) -> str:
    return hashlib.sha256(orjson.dumps(sent, option=orjson.OPT_SORT_KEYS)).hexdigest()


def can_continue(response: Response | None, router: Router) -> bool:
    """Tell whether a reply was cut, and the model that wrote it can go on from there."""
    if response is None or response["status"] not in _CUT:
        return False
    # What a tool of the server's answered is no part of what the model wrote.
    if any(kind_of(item).pairs == "answer" or kind_of(item).holds_answer for item in response["output"]):
        return False
    try:
        return router.continues(response["model"], plain=_is_plain(response))
    except (ModelNotFound, ModelBroken):
        return False


def _is_plain(response: Response) -> bool:
    calls = any(kind_of(item).pairs == "call" for item in response["output"])
    text: Json = response.get("text") or {}
    form: Json = text.get("format") or {}
    return not calls and form.get("type", "text") == "text"


def _going_on(continued: Row[Any], body: TurnCreate) -> Json:
    """Return what differs from the request whose reply is gone on with: room for more, where that had run out."""
    response: Json = orjson.loads(continued.response)
    request: Json = {"continues": continued.response_id}
    limit: int | None = body.settings.max_output_tokens or response["max_output_tokens"]
    if limit is not None and continued.response_status == "incomplete":
        # A limit holds for the whole reply, what was written before included.
        limit += response["usage"]["output_tokens"] if response["usage"] else 0
    if limit is not None:
        request["max_output_tokens"] = limit
    return request
