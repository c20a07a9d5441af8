"""Rows as the wire shows them."""

from __future__ import annotations

from typing import Any, cast

import orjson
from sqlalchemy import Row

from earthshine.chats.objects import (
    Chat,
    ChatRating,
    ChatSettingsInForce,
    ChatTurn,
    ChatTurnError,
    ResearchAsked,
    TurnStatus,
)
from earthshine.chats.schemas import ChatSettings, Reason, Verdict
from earthshine.chats.turns.siblings import Siblings
from earthshine.research.names import SUFFIX
from earthshine.responses.objects import Response

DELETED: ChatTurnError = {
    "code": "response_deleted",
    "message": "The reply was deleted. Send the same words again as a new turn beside this one.",
}


def serialize_chat(row: Row[Any], *, running: bool) -> Chat:
    """Return a chat as clients see it."""
    return {
        "id": row.id,
        "object": "chat",
        "title": row.title,
        "title_source": row.title_source,
        "created_at": row.created_at,
        "updated_at": row.updated_at // 1000,
        "pinned": row.pinned,
        "archived": row.archived,
        "space_id": row.space_id,
        "assistant_id": row.assistant_id,
        "settings": settings_in_force(row),
        "current_turn_id": row.current_turn_id,
        "draft": row.draft,
        "draft_updated_at": None if row.draft_updated_at is None else row.draft_updated_at // 1000,
        "running": running,
    }


def settings_in_force(row: Row[Any]) -> ChatSettingsInForce:
    """Return a chat's settings; what is not set is null."""
    return cast("ChatSettingsInForce", {**ChatSettings().model_dump(), **row.settings})


def serialize_turn(row: Row[Any], response: Response | None, siblings: Siblings, *, can_continue: bool) -> ChatTurn:
    """Return a turn as clients see it; `response` as it is now."""
    return {
        "id": row.id,
        "object": "chat.turn",
        "chat_id": row.chat_id,
        "parent_id": row.parent_id,
        "group_id": row.group_id,
        "created_at": row.created_at // 1000,
        "status": _status(row, response),
        "input": orjson.Fragment(row.input),
        "response_id": None if response is None else response["id"],
        "response": response,
        "sibling_ids": siblings.ids,
        "versions": siblings.versions,
        "can_continue": can_continue,
        "error": _error(row, response),
        "research": _research(row.request),
        "rating": None if row.rating is None else serialize_rating(row.rating, row.reasons, row.comment, row.rated_at),
    }


def serialize_rating(rating: Verdict, reasons: list[Reason], comment: str, at: int) -> ChatRating:
    """Return a rating as the one sees it who gave it; `at` in Unix seconds."""
    return {"object": "chat.rating", "rating": rating, "reasons": reasons, "comment": comment, "created_at": at}


def _research(request: dict[str, Any]) -> ResearchAsked | None:
    model: str = request.get("model", "")
    if not model.endswith(SUFFIX):
        return None
    effort = request.get("reasoning", {}).get("effort")
    return {"model": model, "settings": {"reasoning_effort": effort}, "earthshine": request.get("earthshine", {})}


def _status(row: Row[Any], response: Response | None) -> TurnStatus:
    if response is not None:
        return response["status"]
    return "failed" if row.state == "begun" else row.state


def _error(row: Row[Any], response: Response | None) -> ChatTurnError | None:
    if response is not None:
        failed = response.get("error")
        return {"code": failed["code"], "message": failed["message"]} if failed else None
    return DELETED if row.state == "begun" else row.error
