"""The doors of links: making and revoking them under a chat, and opening one without a key at `/v1/shares/{token}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from earthshine.chats.schemas import Reference
from earthshine.chats.shares import LONGEST
from earthshine.conversations.strict import Strict
from earthshine.openapi import DirectRoute, gives, takes
from earthshine.openapi.objects import BOOLEAN, INTEGER, STRING, const, deleted, nullable, page_of, record
from earthshine.services import caller, reply_headers, services
from earthshine.wire import json_reply, list_page, parse

SHARE = record(
    "ChatShare",
    "A link to one branch of a chat. Times are Unix seconds.",
    id=STRING,
    object=const("chat.share"),
    chat_id=STRING,
    leaf_id={"description": "The last turn that it shows."} | STRING,
    include_reasoning=BOOLEAN,
    created_at=INTEGER,
    expires_at=nullable(INTEGER),
    url={"description": "The link's path, told only when it is made."} | nullable(STRING),
)
SHARED_TURN = record(
    "SharedTurn",
    "What was said, and the reply. Time is Unix seconds.",
    object=const("chat.shared_turn"),
    created_at=INTEGER,
    user=STRING,
    model={"description": "The model that replied."} | nullable(STRING),
    reasoning={"description": "Null unless the link was made to show it."} | nullable(STRING),
    reply={"description": "Null where there is none."} | nullable(STRING),
    status={"description": "How the reply ended; null where there is none."} | nullable(STRING),
)
SHARED_CHAT = record(
    "SharedChat",
    "What a link shows to whoever has it. Times are Unix seconds.",
    SHARED_TURN,
    object=const("chat.shared"),
    title=STRING,
    created_at={"description": "When the link was made."} | INTEGER,
    expires_at=nullable(INTEGER),
    turns={"type": "array", "items": SHARED_TURN.reference, "description": "Oldest first."},
)


class ShareCreate(Strict):
    """The body of `POST /v1/chats/{id}/shares`."""

    leaf_id: Reference | None = None
    """The last turn to show; by default the one that was looked at last."""
    expires_in: Annotated[int, Field(ge=60, le=LONGEST)] | None = None
    """Seconds after which the link leads nowhere; never when left out."""
    include_reasoning: bool = False
    """Whether the model's thinking is shown too."""


router = APIRouter(prefix="/v1/chats/{chat_id}/shares", tags=["Chats"], route_class=DirectRoute)
open_router = APIRouter(prefix="/v1/shares", tags=["Chats"], route_class=DirectRoute)


@router.post("")
@takes(ShareCreate)
@gives(SHARE)
async def create_chat_share(chat_id: str, request: Request) -> Response:
    """Make a link that shows one branch to whoever has it. Its address is told this once."""
    house, who = services(request), caller(request)
    body = await parse(ShareCreate, request)
    share = await house.shares.create(
        who, chat_id, leaf_id=body.leaf_id, expires_in=body.expires_in, include_reasoning=body.include_reasoning
    )
    reply_headers(request)["cache-control"] = "no-store"
    return json_reply(share)


@router.get("")
@gives(page_of(SHARE))
async def list_chat_shares(chat_id: str, request: Request) -> Response:
    """List a chat's links, newest first, all of them."""
    house, who = services(request), caller(request)
    return json_reply(list_page(await house.shares.list(who, chat_id), has_more=False))


@router.delete("/{share_id}")
@gives(deleted("DeletedChatShare", "chat.share.deleted"))
async def revoke_chat_share(chat_id: str, share_id: str, request: Request) -> Response:
    """Let a link lead nowhere from now on."""
    house, who = services(request), caller(request)
    await house.shares.revoke(who, chat_id, share_id)
    return json_reply({"id": share_id, "object": "chat.share.deleted", "deleted": True})


@open_router.get("/{token}")
@gives(SHARED_CHAT)
async def open_share(token: str, request: Request) -> Response:
    """Show what a link leads to. No key is asked for: the link is the right to see it."""
    # Also with a refusal. The address is the secret: nothing may keep it, pass it on or list it.
    reply_headers(request).update(
        {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}
    )
    address = request.client.host if request.client else ""
    return json_reply(await services(request).shares.open(token, address))
