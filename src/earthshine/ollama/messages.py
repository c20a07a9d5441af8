"""Messages of Ollama's API as chat completions have them: calls get ids, answers find theirs, pictures an address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import orjson

from earthshine.errors import InvalidRequest
from earthshine.ollama.schemas import OllamaMessage

Json = dict[str, Any]

_KINDS = {"iVBOR": "png", "/9j/": "jpeg", "R0lGOD": "gif", "UklGR": "webp"}
"""How base64 of pictures begins."""


def to_messages(messages: Iterable[OllamaMessage]) -> list[Json]:
    """Return messages as the body of a chat completion has them. Raises `InvalidRequest` for an answer to nothing."""
    made: list[Json] = []
    waiting: list[Json] = []
    for index, message in enumerate(messages):
        match message.role:
            case "assistant":
                made.append(_said(message, index))
                waiting = list(made[-1].get("tool_calls", ()))
            case "tool":
                call = _answered(message, waiting, index)
                waiting.remove(call)
                made.append({"role": "tool", "tool_call_id": call["id"], "content": message.content})
            case "user" if message.images:
                made.append({"role": "user", "content": with_pictures(message.content, message.images)})
            case role:
                made.append({"role": role, "content": message.content})
    return made


def with_pictures(text: str, images: Iterable[str]) -> list[Json]:
    """Return the parts of a message of text and pictures, which are base64."""
    parts: list[Json] = [{"type": "image_url", "image_url": {"url": _address(image)}} for image in images]
    return [{"type": "text", "text": text}, *parts] if text else parts


def _address(image: str) -> str:
    if image.startswith("data:"):
        return image
    kind = next((kind for begin, kind in _KINDS.items() if image.startswith(begin)), "png")
    return f"data:image/{kind};base64,{image}"


def _said(message: OllamaMessage, index: int) -> Json:
    said: Json = {"role": "assistant", "content": message.content}
    if message.thinking:
        said["reasoning_content"] = message.thinking
    if message.tool_calls:
        said["tool_calls"] = [
            {
                "id": call.id or f"call_{index}_{number}",
                "type": "function",
                "function": {"name": call.function.name, "arguments": _text(call.function.arguments)},
            }
            for number, call in enumerate(message.tool_calls)
        ]
    return said


def _text(arguments: Json | str) -> str:
    return arguments if isinstance(arguments, str) else orjson.dumps(arguments).decode()


def _answered(message: OllamaMessage, waiting: list[Json], index: int) -> Json:
    """Return the call that a tool's answer belongs to: by its id, by the tool's name, else the first without one."""
    for call in waiting:
        if message.tool_call_id in (None, call["id"]) and message.tool_name in (None, call["function"]["name"]):
            return call
    raise InvalidRequest(
        f"No call comes before messages[{index}] that this answer of a tool could belong to. Send the assistant's "
        "message with its `tool_calls` first.",
        param=f"messages[{index}]",
    )


def read_arguments(text: str) -> Json:
    """Return a call's arguments as an object; what is none, as where a reply was cut, stands whole under one name."""
    try:
        read: Any = orjson.loads(text or "{}")
    except ValueError:
        read = None
    return cast("Json", read) if isinstance(read, dict) else {"arguments": text}
