"""The routes of links: made and revoked under a chat, and opened without a key at `/earthshine/v1/shares/{token}`."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import Field
from starlette.responses import Response

from earthshine.accounts.audit.trail import record_reading
from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.share_links import LONGEST, SECRET_HEADERS
from earthshine.chats.schemas import Reference
from earthshine.chats.sharing.objects import (
    ChatShare,
    DeletedChatShare,
    DeletedProjectChatShare,
    ProjectChatShare,
    SharedChat,
)
from earthshine.chats.sharing.shares import Shares
from earthshine.database import Database
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.pagination import ListQuery
from earthshine.wire.queries import read_query
from earthshine.wire.replies import reply_headers
from earthshine.wire.strict import Strict


class ShareCreate(Strict):
    """The body of `POST /earthshine/v1/chats/{id}/shares`."""

    leaf_id: Reference | None = None
    """The last turn to show; by default the one that was looked at last."""
    expires_in: Annotated[int, Field(ge=60, le=LONGEST)] | None = None
    """Seconds after which the link leads nowhere; never when left out."""
    include_reasoning: bool = False
    """Whether the model's thinking is shown too."""


class SharesQuery(ListQuery):
    """The query of the links of a project, or of the organisation."""

    user: Annotated[str, Field(max_length=64)] | None = None
    """Only links to this person's chats."""


router = Routes(prefix="/earthshine/v1/chats/{chat_id}/shares", tags=["Chats"])
managing_router = Routes(prefix="/v1/organization", tags=["Chats"])
open_router = Routes(prefix="/earthshine/v1/shares", tags=["Chats"])


@router.post("")
@needs("project.write")
@takes(ShareCreate)
async def create_chat_share(chat_id: str, request: Request) -> Reply[ChatShare]:
    """Make a link that shows one branch to whoever has it."""
    who = caller(request)
    body = await parse(ShareCreate, request)
    share = await service(request, Shares).create(
        who, chat_id, leaf_id=body.leaf_id, expires_in=body.expires_in, include_reasoning=body.include_reasoning
    )
    reply_headers(request)["cache-control"] = "no-store"
    return json_reply(share)


@router.get("")
@needs("project.read")
async def list_chat_shares(chat_id: str, request: Request) -> Reply[Page[ChatShare]]:
    """List a chat's links, newest first, all of them, with their addresses."""
    who = caller(request)
    reply_headers(request)["cache-control"] = "no-store"
    return json_reply(list_page(await service(request, Shares).list(who, chat_id), has_more=False))


@router.delete("/{share_id}")
@needs("project.write")
async def revoke_chat_share(chat_id: str, share_id: str, request: Request) -> Reply[DeletedChatShare]:
    """Let a link lead nowhere from now on."""
    who = caller(request)
    await service(request, Shares).revoke(who, chat_id, share_id)
    return json_reply({"id": share_id, "object": "chat.share.deleted", "deleted": True})


@open_router.get("/{token}")
@needs("open")
async def open_share(token: str, request: Request) -> Reply[SharedChat]:
    """Show what a link leads to. No key is asked for: the link is the right to see it."""
    reply_headers(request).update(SECRET_HEADERS)
    return json_reply(await service(request, Shares).open(token, _address(request)))


@open_router.get("/{token}/pictures/{place}")
@needs("open")
@gives(bytes, media="image/*")
async def open_share_picture(token: str, place: str, request: Request) -> Response:
    """Show a picture of what a link leads to, at the address that is told there."""
    reply_headers(request).update(SECRET_HEADERS)
    found = await service(request, Shares).picture(token, _address(request), place)
    # It is a stranger's: whatever it is, a browser takes it for nothing but a picture.
    headers = {"x-content-type-options": "nosniff", "content-security-policy": "sandbox; default-src 'none'"}
    return Response(found.data, headers=headers, media_type=found.media)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


# --- for those who manage a project or the organisation ---------------------------------------------------------------


@managing_router.get("/shares", operation_id="list_organization_shares")
@needs("organization.read")
@asks(SharesQuery)
async def list_organization_shares(request: Request) -> Reply[Page[ProjectChatShare]]:
    """List the links to chats of all the organisation's projects, newest first; that is written down."""
    return await _listed(request, None)


@managing_router.delete("/shares/{share_id}", operation_id="close_organization_share")
@needs("organization.manage")
async def close_organization_share(share_id: str, request: Request) -> Reply[DeletedProjectChatShare]:
    """Let anybody's link lead nowhere from now on, also one of a removed person or in an archived project."""
    return await _closed(request, None, share_id)


@managing_router.get("/projects/{project_id}/shares", operation_id="list_project_shares")
@needs("project.manage")
@asks(SharesQuery)
async def list_project_shares(project_id: str, request: Request) -> Reply[Page[ProjectChatShare]]:
    """List the links to chats of a project, newest first; that is written down."""
    return await _listed(request, project_id)


@managing_router.delete("/projects/{project_id}/shares/{share_id}", operation_id="close_project_share")
@needs("project.manage")
async def close_project_share(project_id: str, share_id: str, request: Request) -> Reply[DeletedProjectChatShare]:
    """Let anybody's link to a chat of a project lead nowhere from now on."""
    return await _closed(request, project_id, share_id)


async def _listed(request: Request, project: str | None) -> Reply[Page[ProjectChatShare]]:
    who = caller(request)
    query = read_query(SharesQuery, request)
    # Titles are words.
    await record_reading(service(request, Database), who, request.url.path, project=project or "")
    found, more = await service(request, Shares).page(who, project, query, user=query.user)
    return json_reply(list_page(found, has_more=more))


async def _closed(request: Request, project: str | None, share_id: str) -> Reply[DeletedProjectChatShare]:
    who = caller(request)
    await service(request, Shares).close(who, project, share_id)
    return json_reply({"id": share_id, "object": "project.chat_share.deleted", "deleted": True})
