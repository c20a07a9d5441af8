"""What tools do for a reply, as a person at a terminal reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

_MOST_LINES = 12
_LONGEST_LINE = 400
_KEPT = "\n\t\u200c\u200d"
"""Beside printable characters: line ends, and the joiners that scripts need."""


@dataclass(frozen=True, slots=True)
class Step:
    """One call that is over."""

    title: str
    asked: str
    """Code, or arguments."""
    answer: str
    failed: bool


def title_of(item: Json) -> str:
    """Return what a call is named on the screen; empty for an item that is no call of a tool."""
    kind = str(item.get("type", ""))
    if kind == "mcp_call":
        return plain(f"{item.get('server_label')}: {item.get('name')}")
    if kind == "function_call":
        return plain(str(item.get("name")))
    return plain(kind.removesuffix("_call")) if kind.endswith("_call") else ""


def step_of(item: Json) -> Step | None:
    """Return a call that is over with what came of it; None for an item that is neither call nor answer."""
    kind = str(item.get("type", ""))
    failed = item.get("status") in ("failed", "incomplete") or bool(item.get("error"))
    if kind.endswith("_call_output"):
        return Step("", "", _short(_text(item.get("output"))), failed)
    if not (title := title_of(item)):
        return None
    action: Json = item.get("action") or {}
    asked = item.get("code") or item.get("arguments") or action.get("query") or action.get("url")
    asked = asked or "\n".join(item.get("queries") or action.get("commands") or ())
    said = item.get("error") or item.get("output") or ""
    if kind == "code_interpreter_call":
        outputs: list[Json] = item.get("outputs") or []
        said = "\n".join(each.get("logs") or "(a picture)" for each in outputs)
    return Step(title, _short(_text(asked)), _short(_text(said)), failed)


def asks(item: Json) -> bool:
    """Tell whether an item asks the user whether a call may be made."""
    return item.get("type") == "mcp_approval_request"


def question(request: Json) -> str:
    """Return exactly what would be called, all of it."""
    try:
        arguments = json.dumps(json.loads(request.get("arguments") or "{}"), ensure_ascii=False, indent=2)
    except ValueError:
        arguments = str(request.get("arguments"))
    return plain(f"{request.get('server_label')}: {request.get('name')}\n{arguments}")


def plain(text: str) -> str:
    """Return text in which nothing commands the terminal or turns its order around."""
    return "".join(char if char.isprintable() or char in _KEPT else "\ufffd" for char in text)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    lines = plain(text.replace("\r\n", "\n")).strip("\n").split("\n")
    shown = [line if len(line) <= _LONGEST_LINE else line[:_LONGEST_LINE] + "…" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"… {len(lines) - _MOST_LINES} more lines")
    return "\n".join(shown)
