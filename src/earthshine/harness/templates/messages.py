"""Messages as clients send them, made into messages as chat templates expect them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from earthshine.engines.requests import Message
from earthshine.errors import InvalidRequest, UnsupportedParameter

_ROLES = ("system", "developer", "user", "assistant", "tool")


def normalise(messages: Sequence[Message], *, default_system: str = "") -> list[Message]:
    """Return messages with plain string contents, known roles and decoded tool arguments.

    `developer` becomes `system`. With no system message at all, `default_system` (from the model's card) becomes one:
    some templates insert a text of their own that sends a tiny model astray. Raises `InvalidRequest` or
    `UnsupportedParameter`, naming the message.
    """
    if not messages:
        raise InvalidRequest("`messages` is empty; send at least one message.", param="messages")
    result = [_one(message, f"messages[{i}]") for i, message in enumerate(messages)]
    if default_system and all(message["role"] != "system" for message in result):
        result.insert(0, {"role": "system", "content": default_system})
    return result


def _one(message: Message, where: str) -> Message:
    role = message.get("role")
    if role not in _ROLES:
        raise InvalidRequest(f"Unknown role {role!r}; use one of {', '.join(_ROLES)}.", param=f"{where}.role")
    result: Message = {
        "role": "system" if role == "developer" else role,
        "content": content_text(message.get("content"), f"{where}.content"),
    }
    if role == "assistant":
        if message.get("reasoning_content"):
            result["reasoning_content"] = str(message["reasoning_content"])
        if message.get("tool_calls"):
            result["tool_calls"] = [
                _call(call, f"{where}.tool_calls[{i}]") for i, call in enumerate(message["tool_calls"])
            ]
    if role == "tool":
        result |= {key: message[key] for key in ("name", "tool_call_id") if message.get(key)}
    elif message.get("name") and result["content"]:
        # Hardly a template knows names, and whoever gives participants names wants them told apart.
        result["content"] = f"{message['name']}: {result['content']}"
    return result


def content_text(content: Any, where: str) -> str:
    """Return the text of a message's content: a string, nothing, or a list of text parts."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise InvalidRequest("Content must be a string or a list of parts.", param=where)
    return "\n".join(_part_text(part, f"{where}[{i}]") for i, part in enumerate(cast("list[Any]", content)))


def _part_text(part: Any, where: str) -> str:
    fields = cast("dict[str, Any]", part) if isinstance(part, dict) else {}
    kind = fields.get("type")
    for key in ("text", "refusal"):
        if kind in (key, f"input_{key}", f"output_{key}") and isinstance(fields.get(key), str):
            return fields[key]
    raise UnsupportedParameter(
        f"This model reads text only; it cannot take a content part of type {kind!r}.", param=where
    )


def _call(call: dict[str, Any], where: str) -> dict[str, Any]:
    function: dict[str, Any] = call.get("function") or {}
    name: Any = function.get("name")
    arguments: Any = function.get("arguments", "{}")
    if not isinstance(name, str) or not name:
        raise InvalidRequest("A tool call needs a function name.", param=f"{where}.function.name")
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments or "{}")
        except ValueError:
            # A call that another model malformed is shown to this one as it is.
            arguments = {"arguments": arguments}
    return {
        "id": call.get("id", ""),
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def without_calls(messages: Sequence[Message]) -> list[Message]:
    """Return normalised messages in which what calls found stands behind what the user said.

    For a model that is to answer from it: shown its own call, a small one writes it once more.
    """
    told: list[Message] = []
    for message in messages:
        if message["role"] == "tool" and told and told[-1]["role"] == "user":
            told[-1] = {**told[-1], "content": f"{told[-1]['content']}\n\n{message['content']}"}
        elif message["role"] == "tool":
            told.append({"role": "user", "content": message["content"]})
        elif message["content"] or not message.get("tool_calls"):
            told.append({name: value for name, value in message.items() if name != "tool_calls"})
    return told
