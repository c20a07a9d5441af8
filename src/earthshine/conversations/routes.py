"""The routes of `/v1/conversations`. Source: https://platform.openai.com/docs/api-reference/conversations"""

from __future__ import annotations

from typing import cast

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.conversations.objects import Conversation, DeletedConversation, Item
from earthshine.conversations.query import IncludeQuery, ItemListQuery, parse_query
from earthshine.conversations.schemas import ConversationCreate, ConversationUpdate, ItemsCreate
from earthshine.conversations.store import Conversations
from earthshine.openapi import Routes, asks, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page

router = Routes(prefix="/v1/conversations", tags=["Conversations"])


@router.post("")
@needs("project.write")
@takes(ConversationCreate)
async def create_conversation(request: Request) -> Reply[Conversation]:
    """Begin a conversation, with up to 20 items."""
    who = caller(request)
    body = await parse(ConversationCreate, request)
    return json_reply(
        await service(request, Conversations).create(who.project, body.metadata, body.items, user=Owner.of(who).user)
    )


@router.get("/{conversation_id}")
@needs("project.read")
async def retrieve_conversation(conversation_id: str, request: Request) -> Reply[Conversation]:
    """Return a conversation; its items are listed under it."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who)
    return json_reply(await conversations.get(conversation_id, who.project))


@router.post("/{conversation_id}")
@needs("project.write")
@takes(ConversationUpdate)
async def update_conversation(conversation_id: str, request: Request) -> Reply[Conversation]:
    """Replace a conversation's metadata."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who, WRITING)
    body = await parse(ConversationUpdate, request)
    return json_reply(await conversations.update(conversation_id, who.project, body.metadata))


@router.delete("/{conversation_id}")
@needs("project.write")
async def delete_conversation(conversation_id: str, request: Request) -> Reply[DeletedConversation]:
    """Remove a conversation and its items."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who, "resource.deleted")
    await conversations.delete(conversation_id, who.project)
    return json_reply({"id": conversation_id, "object": "conversation.deleted", "deleted": True})


@router.post("/{conversation_id}/items")
@needs("project.write")
@takes(ItemsCreate)
@asks(IncludeQuery)
async def create_items(conversation_id: str, request: Request) -> Reply[Page[Item]]:
    """Append up to 20 items."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who, WRITING)
    parse_query(IncludeQuery, request)
    body = await parse(ItemsCreate, request)
    stored = cast("list[Item]", await conversations.add_items(conversation_id, who.project, body.items))
    return json_reply(list_page(stored, has_more=False))


@router.get("/{conversation_id}/items")
@needs("project.read")
@asks(ItemListQuery)
async def list_items(conversation_id: str, request: Request) -> Reply[Page[Item]]:
    """List items, newest first unless asked otherwise."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who)
    query = parse_query(ItemListQuery, request)
    page = await conversations.items(
        conversation_id, who.project, after=query.after, limit=query.limit, order=query.order
    )
    return json_reply(list_page(cast("list[Item]", page.items), has_more=page.has_more))


@router.get("/{conversation_id}/items/{item_id}")
@needs("project.read")
@asks(IncludeQuery)
async def retrieve_item(conversation_id: str, item_id: str, request: Request) -> Reply[Item]:
    """Return one item."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who)
    parse_query(IncludeQuery, request)
    return json_reply(cast("Item", await conversations.item(conversation_id, who.project, item_id)))


@router.delete("/{conversation_id}/items/{item_id}")
@needs("project.write")
async def delete_item(conversation_id: str, item_id: str, request: Request) -> Reply[Conversation]:
    """Remove one item; returns the conversation."""
    conversations, who = service(request, Conversations), caller(request)
    await conversations.privacy.check(conversation_id, who, "resource.deleted")
    return json_reply(await conversations.delete_item(conversation_id, who.project, item_id))
