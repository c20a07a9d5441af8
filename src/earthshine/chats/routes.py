"""The routes of `/v1/chats`: a person's chats. An extension of OpenAI's API."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import CHAT
from earthshine.chats.schemas import ChatCreate, ChatListQuery, ChatUpdate
from earthshine.chats.serializers import serialize_chat
from earthshine.conversations.query import parse_query
from earthshine.openapi import DirectRoute, asks, gives, takes
from earthshine.openapi.objects import deleted, page_of
from earthshine.services import caller, get_services
from earthshine.wire import json_reply, list_page, parse

router = APIRouter(prefix="/v1/chats", tags=["Chats"], route_class=DirectRoute)


@router.post("")
@takes(ChatCreate)
@gives(CHAT)
async def create_chat(request: Request) -> Response:
    """Begin a chat; with an id of the client's own, the same request again returns the first one."""
    services, who = get_services(request), caller(request)
    row, new = await services.chats.store.create(Owner.of(who), await parse(ChatCreate, request))
    return json_reply(serialize_chat(row, running=False) if new else await services.chats.serialize(row))


@router.get("")
@asks(ChatListQuery)
@gives(page_of(CHAT))
async def list_chats(request: Request) -> Response:
    """List chats, the one with the latest turn first."""
    services, who = get_services(request), caller(request)
    rows, more = await services.chats.store.page(Owner.of(who), parse_query(ChatListQuery, request))
    running = await services.chats.store.running([row.id for row in rows])
    return json_reply(list_page([serialize_chat(row, running=row.id in running) for row in rows], has_more=more))


@router.get("/{chat_id}")
@gives(CHAT)
async def retrieve_chat(chat_id: str, request: Request) -> Response:
    """Return a chat; its turns are listed under it."""
    services, who = get_services(request), caller(request)
    return json_reply(await services.chats.serialize(await services.chats.store.get(Owner.of(who), chat_id)))


@router.post("/{chat_id}")
@takes(ChatUpdate)
@gives(CHAT)
async def update_chat(chat_id: str, request: Request) -> Response:
    """Rename, pin, archive or set up a chat, or store its draft; what is left out stays."""
    services, who = get_services(request), caller(request)
    row = await services.chats.store.update(Owner.of(who), chat_id, await parse(ChatUpdate, request))
    return json_reply(await services.chats.serialize(row))


@router.delete("/{chat_id}")
@gives(deleted("DeletedChat", "chat"))
async def delete_chat(chat_id: str, request: Request) -> Response:
    """Remove a chat with its turns, its links and all responses in it; those that are being written stop first."""
    services, who = get_services(request), caller(request)
    await services.chats.remove(who, chat_id)
    return json_reply({"id": chat_id, "object": "chat", "deleted": True})
