"""The text of items: what people and models said, without thinking, calls and pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def message_text(items: Iterable[dict[str, Any]]) -> str:
    """Return what messages say, without thinking, calls and pictures."""
    said: list[str] = []
    for item in items:
        content: str | list[dict[str, Any]] = item["content"] if item.get("type", "message") == "message" else []
        if isinstance(content, str):
            said.append(content)
            continue
        texts = [part.get("text") or part.get("refusal") for part in content]
        said += [text for text in texts if text]
    return "\n\n".join(said)
