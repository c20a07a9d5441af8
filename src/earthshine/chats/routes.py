"""The routes of `/earthshine/v1/chats`: a person's chats. An extension of OpenAI's API."""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.objects import Chat, DeletedChat
from earthshine.chats.schemas import ChatCreate, ChatListQuery, ChatUpdate
from earthshine.chats.serializers import serialize_chat
from earthshine.chats.service import ChatService
from earthshine.conversations.query import parse_query
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page

router = Routes(prefix="/earthshine/v1/chats", tags=["Chats"])


@router.post("")
@needs("project.write")
@takes(ChatCreate)
async def create_chat(request: Request) -> Reply[Chat]:
    """Begin a chat; with an id of the client's own, the same request again returns the first one."""
    chats, who = service(request, ChatService), caller(request)
    row, new = await chats.store.create(Owner.of(who), await parse(ChatCreate, request))
    return json_reply(serialize_chat(row, running=False) if new else await chats.serialize(row))


@router.get("")
@needs("project.read")
@asks(ChatListQuery)
async def list_chats(request: Request) -> Reply[Page[Chat]]:
    """List chats, the one with the latest turn first."""
    chats, who = service(request, ChatService), caller(request)
    rows, more = await chats.store.page(Owner.of(who), parse_query(ChatListQuery, request))
    running = await chats.store.running([row.id for row in rows])
    return json_reply(list_page([serialize_chat(row, running=row.id in running) for row in rows], has_more=more))


@router.get("/{chat_id}")
@needs("project.read")
async def retrieve_chat(chat_id: str, request: Request) -> Reply[Chat]:
    """Return a chat; its turns are listed under it."""
    chats, who = service(request, ChatService), caller(request)
    return json_reply(await chats.serialize(await chats.store.get(Owner.of(who), chat_id)))


@router.post("/{chat_id}")
@needs("project.write")
@takes(ChatUpdate)
async def update_chat(chat_id: str, request: Request) -> Reply[Chat]:
    """Rename, pin, archive or set up a chat, or store its draft; what is left out stays."""
    chats, who = service(request, ChatService), caller(request)
    row = await chats.store.update(Owner.of(who), chat_id, await parse(ChatUpdate, request))
    return json_reply(await chats.serialize(row))


@router.delete("/{chat_id}")
@needs("project.write")
async def delete_chat(chat_id: str, request: Request) -> Reply[DeletedChat]:
    """Remove a chat with its turns, its links and all responses in it; those that are being written stop first."""
    who = caller(request)
    await service(request, ChatService).remove(who, chat_id)
    return json_reply({"id": chat_id, "object": "chat", "deleted": True})
