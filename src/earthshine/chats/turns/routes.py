"""The routes of `/earthshine/v1/chats/{chat_id}/turns`: what is said in a chat. An extension of OpenAI's API."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import ChatTurn, ChatTurnTokens
from earthshine.chats.schemas import TurnCreate, TurnListQuery
from earthshine.chats.service import ChatService
from earthshine.conversations.query import parse_query
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, aside, check, json_reply, list_page, read_json
from earthshine.wire.objects import Page
from earthshine.wire.replies import reply_headers

router = Routes(prefix="/earthshine/v1/chats/{chat_id}/turns", tags=["Chats"])


@router.post("")
@needs("project.write")
@takes(TurnCreate)
async def create_turn(chat_id: str, request: Request) -> Reply[ChatTurn]:
    """Say something: the turn is stored, then its response begins in the background.

    Follow the response under `response_id`. With an id of the client's own, the same request again returns the turn.
    """
    chats, who = service(request, ChatService), caller(request)
    await chats.store.get(Owner.of(who), chat_id)
    sent, size = await read_json(request)
    turn = await aside(size, check, TurnCreate, sent)
    new = await chats.intake.prepare(who, chat_id, turn, sent, size)
    del turn, sent  # what was said may be long, and is read again by what answers it
    stored = await chats.intake.store(who, new)
    del new
    await chats.intake.begin(who, stored, reply_headers(request))
    return json_reply(await chats.turn(who, chat_id, stored.id))


@router.get("")
@needs("project.read")
@asks(TurnListQuery)
async def list_turns(chat_id: str, request: Request) -> Reply[Page[ChatTurn]]:
    """Read one branch from its leaf upwards, oldest first; `has_more` tells that there are older turns."""
    who = caller(request)
    turns, more = await service(request, ChatService).branch(who, chat_id, parse_query(TurnListQuery, request))
    return json_reply(list_page(turns, has_more=more))


@router.get("/{turn_id}")
@needs("project.read")
async def retrieve_turn(chat_id: str, turn_id: str, request: Request) -> Reply[ChatTurn]:
    """Return a turn, with its response as it is now."""
    who = caller(request)
    return json_reply(await service(request, ChatService).turn(who, chat_id, turn_id))


@router.get("/{turn_id}/tokens")
@needs("project.read")
async def count_turn_tokens(chat_id: str, turn_id: str, request: Request) -> Reply[ChatTurnTokens]:
    """Tell where the prompt tokens of a reply came from, counted by its model's own tokenizer."""
    chats, who = service(request, ChatService), caller(request)
    await chats.store.get(Owner.of(who), chat_id)
    row = await chats.turns.get(chat_id, turn_id)
    return json_reply(await chats.tokens.count(who, row, reply_headers(request)))


@router.post("/{turn_id}/cancel")
@needs("project.write")
async def cancel_turn(chat_id: str, turn_id: str, request: Request) -> Reply[ChatTurn]:
    """Stop a turn; what was written of its reply is kept. Cancelling twice is no error."""
    chats, who = service(request, ChatService), caller(request)
    await chats.store.get(Owner.of(who), chat_id)
    await chats.intake.cancel(chat_id, turn_id, who)
    return json_reply(await chats.turn(who, chat_id, turn_id))
