"""What other programs' messages say, as items in their stored form."""

from __future__ import annotations

from typing import Any

from earthshine.ids import new_id

Json = dict[str, Any]


def user_items(text: str, pictures: list[str] | None = None) -> list[Json]:
    """Return what a person said: a text, and pictures as `data:` URLs."""
    content: list[Json] = [{"type": "input_text", "text": text}] if text else []
    content += [{"type": "input_image", "image_url": url, "detail": "auto"} for url in pictures or ()]
    return [_message("user", content)] if content else []


def reply_items(text: str, thinking: str = "") -> list[Json]:
    """Return what a model replied."""
    items: list[Json] = []
    if thinking:
        content = [{"type": "reasoning_text", "text": thinking}]
        items.append({"id": new_id("rs"), "type": "reasoning", "summary": [], "content": content})
    if text:
        part: Json = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        items.append(_message("assistant", [part]))
    return items


def as_text(value: Any) -> str:
    """Return a text, or nothing for what is none."""
    return value if isinstance(value, str) else ""


def as_milliseconds(value: Any) -> int | None:
    """Return a time in Unix milliseconds from one in seconds, milliseconds or nanoseconds; None for what is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e20:
        return None
    if value < 1e11:
        return int(value * 1000)
    return int(value) if value < 1e14 else int(value / 1e6)


def _message(role: str, content: list[Json]) -> Json:
    return {"id": new_id("msg"), "type": "message", "role": role, "status": "completed", "content": content}
