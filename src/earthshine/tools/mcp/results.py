"""What a call returned, as a model reads it: text, and a word about everything else."""

from __future__ import annotations

from typing import Any, cast

import orjson

Json = dict[str, Any]

CHARACTERS_PER_TOKEN = 4
_LONGEST_LINK = 500


def text_of(result: Json) -> str:
    """Return the text of a result's content; without any, its structured content as JSON."""
    parts = [_part(each) for each in _list(result.get("content"))]
    text = "\n\n".join(filter(None, parts))
    if text or result.get("structuredContent") is None:
        return text
    try:
        return orjson.dumps(result["structuredContent"]).decode()
    except TypeError:
        return "[a structure that is nested too deeply to be read]"


def cut(text: str, tokens: int) -> str:
    """Return a text of about so many tokens at most, which says how much was left out."""
    most = tokens * CHARACTERS_PER_TOKEN
    if len(text) <= most:
        return text
    return f"{text[:most]}\n[{len(text) - most} more characters were left out]"


def _part(part: Any) -> str:
    if not isinstance(part, dict):
        return ""
    given = cast("Json", part)
    match given.get("type"):
        case "text":
            return _string(given.get("text"))
        case "resource":
            resource: Any = given.get("resource")
            inside = cast("Json", resource) if isinstance(resource, dict) else {}
            return _string(inside.get("text")) or f"[a resource: {_string(inside.get('uri'))[:_LONGEST_LINK]}]"
        case "resource_link":
            name, uri = _string(given.get("name")), _string(given.get("uri"))
            return f"[a link to {name[:_LONGEST_LINK]}: {uri[:_LONGEST_LINK]}]"
        case "image" | "audio" as kind:
            media = _string(given.get("mimeType"))[:100]
            return f"[{kind} of the type {media or 'unknown'}, which is not shown]"
        case _:
            return ""


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
