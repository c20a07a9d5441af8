"""Personal resources as clients see them: of their rows, the data in these, and whether they are the client's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from earthshine.personal.fields import variables
from earthshine.personal.objects import PersonalAssistant, PersonalMemory, PersonalPrompt, PersonalSpace

Json = dict[str, Any]


def serialize_assistant(row: Row[Any], data: Json, is_mine: bool) -> PersonalAssistant:
    """Return an assistant."""
    return {
        "id": row.id,
        "object": "assistant",
        "name": data["name"],
        "description": data["description"],
        "icon": data["icon"],
        "instructions": data["instructions"],
        "model": data["model"],
        "settings": data["settings"],
        "tools": data["tools"],
        "starters": data["starters"],
        "shared": row.shared,
        "is_mine": is_mine,
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
    }


def serialize_prompt(row: Row[Any], data: Json, is_mine: bool) -> PersonalPrompt:
    """Return a prompt."""
    return {
        "id": row.id,
        "object": "prompt",
        "name": data["name"],
        "text": data["text"],
        "variables": variables(data["text"]),
        "shared": row.shared,
        "is_mine": is_mine,
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
    }


def serialize_space(row: Row[Any], data: Json, is_mine: bool) -> PersonalSpace:
    """Return a space, which nobody else sees."""
    del is_mine
    return {
        "id": row.id,
        "object": "space",
        "name": data["name"],
        "icon": data["icon"],
        "instructions": data["instructions"],
        "assistant_id": data["assistant_id"],
        "vector_store_ids": data["vector_store_ids"],
        "shared": False,
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
    }


def serialize_memory(row: Row[Any], data: Json, is_mine: bool) -> PersonalMemory:
    """Return a memory, which nobody else sees."""
    del is_mine
    return {
        "id": row.id,
        "object": "memory",
        "text": data["text"],
        "source": data["source"],
        "chat_id": data["chat_id"],
        "created_at": row.created_at // 1000,
        "updated_at": row.updated_at // 1000,
    }
