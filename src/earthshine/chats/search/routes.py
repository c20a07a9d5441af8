"""The route of `/earthshine/v1/chats/search`: all that one person ever said or was told."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import Owner
from earthshine.chats.search.objects import ChatMatch, ChatMatchList
from earthshine.chats.search.search import Match, search
from earthshine.conversations.query import check_query
from earthshine.database import Database
from earthshine.openapi import Routes, asks
from earthshine.services import service
from earthshine.wire import Reply, json_reply


class SearchQuery(BaseModel):
    """What to look for."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, Field(max_length=500)]
    """Words or their beginnings, all of which must be there; what stands in quotation marks stands together."""
    limit: int = Field(default=20, ge=1, le=100)
    archived: bool | None = None
    """Only chats that are archived, or only those that are not; by default both."""


router = Routes(prefix="/earthshine/v1/chats/search", tags=["Chats"])


@router.get("")
@needs("project.read")
@asks(SearchQuery)
async def search_chats(request: Request) -> Reply[ChatMatchList]:
    """Search titles and texts of one's own chats."""
    who = caller(request)
    asked = check_query(SearchQuery, dict(request.query_params))
    found = await search(service(request, Database), Owner.of(who), asked.query, asked.limit, archived=asked.archived)
    return json_reply({"object": "list", "data": [_serialize_match(match) for match in found]})


def _serialize_match(match: Match) -> ChatMatch:
    return {
        "object": "chat.match",
        "chat_id": match.chat_id,
        "chat_title": match.chat_title,
        "turn_id": match.turn_id,
        "role": match.role,
        "snippet": match.snippet.text,
        "highlights": match.snippet.highlights,
        "created_at": match.created_at // 1000,
    }
