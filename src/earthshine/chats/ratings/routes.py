"""The routes of ratings: one's own under a turn, and those of a project for who manages it. An extension."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.chats.objects import ChatRating
from earthshine.chats.ratings.objects import DeletedChatRating, Rating, RatingSummary
from earthshine.chats.schemas import RatingListQuery, RatingSet
from earthshine.chats.service import ChatService
from earthshine.conversations.query import parse_query
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.wire import Reply, json_reply, list_page, parse
from earthshine.wire.objects import Page

router = Routes(prefix="/earthshine/v1/chats/{chat_id}/turns/{turn_id}/rating", tags=["Chats"])
project_router = Routes(prefix="/earthshine/v1/ratings", tags=["Ratings"])


@router.put("")
@needs("project.write")
@takes(RatingSet)
async def rate_turn(chat_id: str, turn_id: str, request: Request) -> Reply[ChatRating]:
    """Say whether a reply is good or bad, and why; another time, what is thought now."""
    who = caller(request)
    return json_reply(
        await service(request, ChatService).ratings.rate(who, chat_id, turn_id, await parse(RatingSet, request))
    )


@router.delete("")
@needs("project.write")
async def delete_turn_rating(chat_id: str, turn_id: str, request: Request) -> Reply[DeletedChatRating]:
    """Take a rating back. Doing it twice is no error."""
    who = caller(request)
    await service(request, ChatService).ratings.take_back(who, chat_id, turn_id)
    return json_reply({"id": turn_id, "object": "chat.rating.deleted", "deleted": True})


@project_router.get("")
@needs("project.manage")
@asks(RatingListQuery)
async def list_ratings(request: Request) -> Reply[Page[Rating]]:
    """List the ratings of the project with their comments, the newest first; that leaves a row in the audit trail."""
    who = caller(request)
    found, more = await service(request, ChatService).ratings.page(who, parse_query(RatingListQuery, request))
    return json_reply(list_page(found, has_more=more))


@project_router.get("/summary")
@needs("project.manage")
async def summarise_ratings(request: Request) -> Reply[Page[RatingSummary]]:
    """Count the ratings of the project by model, the most rated first."""
    who = caller(request)
    return json_reply(list_page(await service(request, ChatService).ratings.by_model(who), has_more=False))


@project_router.get("/export")
@needs("project.manage")
@gives(Rating, media="application/x-ndjson")
async def export_ratings(request: Request) -> Response:
    """Write down all ratings of the project as JSON lines; that leaves a row in the audit trail."""
    who = caller(request)
    lines = service(request, ChatService).ratings.lines(who, RatingListQuery())
    headers = {"content-disposition": 'attachment; filename="ratings.jsonl"', "cache-control": "no-store"}
    return StreamingResponse(lines, media_type="application/x-ndjson", headers=headers)
