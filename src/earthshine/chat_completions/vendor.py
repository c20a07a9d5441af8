"""What vendors added to requests, kept as it came for the upstreams that understand it.

For a model on this machine an unknown field is an error. For one that runs elsewhere it may mean something there: such
fields are set aside before the rest is checked, and go to the upstream exactly as they came. Known are, for example,
Moonshot's `partial` with `name` and its built-in tools, DeepSeek's `prefix`, Qwen's `enable_thinking` and the
`cache_control` of its content parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from earthshine.chat_completions.messages import OF_ROLE
from earthshine.chat_completions.vendor_fields import AS_THEY_CAME, Json
from earthshine.errors import InvalidRequest
from earthshine.wire.strict import NOT_UNICODE, all_unicode

_ROLES: Mapping[Any, frozenset[str]] = {role: frozenset(model.model_fields) for role, model in OF_ROLE.items()}
_PARTS: Mapping[Any, frozenset[str]] = {
    "text": frozenset({"type", "text"}),
    "image_url": frozenset({"type", "image_url"}),
    "refusal": frozenset({"type", "refusal"}),
}
_CALL = frozenset({"id", "type", "function", "index"})
_NONE: frozenset[str] = frozenset()
_FUNCTION = frozenset({"name", "description", "parameters", "strict"})


@dataclass(frozen=True, slots=True)
class VendorFields:
    """What was set aside."""

    top: Json = field(default_factory=dict[str, Any])
    """Fields of the request itself."""
    messages: dict[int, Json] = field(default_factory=dict[int, Json])
    """Fields that a message has besides, or instead of, those that were checked; by the message's position."""
    tools: dict[int, Json] = field(default_factory=dict[int, Json])
    """Whole tools that are no functions, or have more than a function has; by position."""


def set_aside(body: Json, known: frozenset[str], *, continues: bool) -> tuple[Json, VendorFields]:
    """Return a request without vendors' fields, and these. `body` itself stays as it is.

    `known` are the fields of the request that are checked here. With `continues`, a partial message is said to the
    upstream in its own way; without, its marks go as they came.
    """
    vendor = VendorFields({name: body[name] for name in body if name not in known or name in AS_THEY_CAME})
    clean = {name: value for name, value in body.items() if name not in vendor.top}
    if isinstance(clean.get("messages"), list):
        clean["messages"] = [
            _message(message, index, vendor, continues)
            for index, message in enumerate(cast("list[Any]", body["messages"]))
        ]
    if isinstance(clean.get("tools"), list):
        tools = cast("list[Any]", body["tools"])
        vendor.tools.update({index: tool for index, tool in enumerate(tools) if _is_foreign_tool(tool)})
        clean["tools"] = [tool for index, tool in enumerate(tools) if index not in vendor.tools]
        if vendor.tools and isinstance(clean.get("tool_choice"), dict):
            vendor.top["tool_choice"] = clean.pop("tool_choice")
    if not all_unicode([vendor.top, list(vendor.messages.values()), list(vendor.tools.values())]):
        raise InvalidRequest(NOT_UNICODE)
    return clean, vendor


def without_leftovers(body: Json, known: frozenset[str]) -> Json:
    """Return a request for a model on this machine without what other servers' replies and clients leave in it.

    Only what cannot change the reply: the `id` of a message, unknown fields that are null, and `cache_control` (prompts
    are always cached here). `body` itself stays as it is.
    """
    clean = {name: value for name, value in body.items() if value is not None or name in known}
    if isinstance(clean.get("messages"), list):
        clean["messages"] = [_without_leftovers(message) for message in cast("list[Any]", clean["messages"])]
    return clean


def _fields(table: Mapping[str, frozenset[str]], name: Any) -> frozenset[str] | None:
    """Return the fields that go with a role or a type; nothing is checked yet, so `name` may be anything."""
    return table.get(name) if isinstance(name, str) else None


def _without_leftovers(message: Any) -> Any:
    if not isinstance(message, dict):
        return message
    given = cast("Json", message)
    known = _fields(_ROLES, given.get("role"))
    if known is None:
        return given
    clean = {
        name: value
        for name, value in given.items()
        if name in known or not (value is None or name == "cache_control" or (name == "id" and isinstance(value, str)))
    }
    if isinstance(clean.get("content"), list) and _has_foreign_part(clean["content"]):
        parts = cast("list[Any]", clean["content"])
        clean["content"] = [_without_cache_control(part) for part in parts]
    return clean


def _without_cache_control(part: Any) -> Any:
    given = cast("Json", part) if isinstance(part, dict) else None
    if given is None:
        return cast("Any", part)
    return {name: value for name, value in given.items() if name != "cache_control"}


def _message(message: Any, index: int, vendor: VendorFields, continues: bool) -> Any:
    if not isinstance(message, dict):
        return message
    given = cast("Json", message)
    known = _fields(_ROLES, given.get("role"))
    if known is None:
        return given
    aside = {name: value for name, value in given.items() if name not in known}
    clean = {name: value for name, value in given.items() if name in known}
    marks = [mark for mark in ("partial", "prefix") if clean.get(mark)]
    if marks and (not continues or clean.get("name") or clean.get("reasoning_content")):
        aside |= {mark: clean.pop(mark) for mark in marks}
    if isinstance(clean.get("content"), list) and _has_foreign_part(clean["content"]):
        aside["content"] = clean["content"]
        clean["content"] = _plain_parts(clean["content"])
    if isinstance(clean.get("tool_calls"), list) and any(map(_is_foreign_call, clean["tool_calls"])):
        aside["tool_calls"] = clean["tool_calls"]
        clean["tool_calls"] = [_plain_call(call) for call in cast("list[Any]", clean["tool_calls"])]
    if aside:
        vendor.messages[index] = aside
    return clean


def _has_foreign_part(parts: list[Any]) -> bool:
    given = [cast("Json", part) for part in parts if isinstance(part, dict)]
    return any(not (_fields(_PARTS, part.get("type")) or _NONE).issuperset(part) for part in given)


def _plain_parts(parts: list[Any]) -> Any:
    """Return the parts that are known here, without what is not; they are checked, and stand in for all."""
    plain: list[Any] = []
    for part in parts:
        if not isinstance(part, dict):
            plain.append(part)
        elif (known := _fields(_PARTS, cast("Json", part).get("type"))) is not None:
            plain.append({name: value for name, value in cast("Json", part).items() if name in known})
    return plain or ""


def _is_foreign_tool(tool: Any) -> bool:
    if not isinstance(tool, dict):
        return False
    given = cast("Json", tool)
    if given.get("type") != "function" or set(given) - {"type", "function"}:
        return isinstance(given.get("type"), str)
    function = given.get("function")
    return isinstance(function, dict) and not _FUNCTION.issuperset(cast("Json", function))


def _is_foreign_call(call: Any) -> bool:
    if not isinstance(call, dict):
        return False
    given = cast("Json", call)
    return given.get("type") != "function" or not _CALL.issuperset(given)


def _plain_call(call: Any) -> Any:
    """Return a call of whatever kind as one of a function, to be checked for its id."""
    if not isinstance(call, dict):
        return call
    given = cast("Json", call)
    return {"id": given.get("id"), "type": "function", "function": {"name": "vendor", "arguments": ""}}
