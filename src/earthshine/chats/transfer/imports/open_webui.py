"""Open WebUI's export: a list of chats, each with `chat.history.messages` by id and `currentId`.

A message has `parentId` and `childrenIds`; a message to several models names them in `models`, and has a reply of each
below it. Thinking stands in the text, in `<details type="reasoning">`, and becomes reasoning again. Chats of the first
versions have a plain list `chat.messages`, in which each message follows the one before it.
Source: the files themselves, and https://docs.openwebui.com
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Any, cast

from earthshine.chats.transfer.imports.items import as_milliseconds, as_text, reply_items, user_items
from earthshine.chats.transfer.imports.message_tree import ImportedChat, Message, MessageTree, Node
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_THINKING = re.compile(r'<details type="reasoning"[^>]*>\s*(?:<summary>[^<]*</summary>)?(.*?)</details>\s*', re.DOTALL)
_DETAILS = re.compile(r'<details type="(tool_calls|code_interpreter)"[^>]*>.*?</details>\s*', re.DOTALL)
_END = "</details>"
_QUOTED = re.compile(r"^> ?", re.MULTILINE)


def matches(value: Json) -> bool:
    """Tell whether this is a chat of Open WebUI's."""
    return _history(value) is not None


def read(value: Json) -> ImportedChat:
    """Return the chat. Raises `InvalidRequest` when it has no id."""
    chat = _dict(value.get("chat")) or value
    original = as_text(value.get("id")) or as_text(chat.get("id"))
    if not original:
        raise InvalidRequest("The chat has no id, so importing it again would double it.")
    messages, current = _history(value) or ({}, None)
    created = as_milliseconds(value.get("created_at")) or as_milliseconds(chat.get("timestamp")) or 1
    left_out: Counter[str] = Counter()
    nodes = {
        name: Node(as_text(_dict(message).get("parentId")) or None, _message(_dict(message), left_out))
        for name, message in messages.items()
    }
    tree = MessageTree(nodes, at=created)
    models = _list(chat.get("models"))
    system = as_text(_dict(chat.get("params")).get("system")) or as_text(chat.get("system"))
    if _list(chat.get("files")):
        left_out["file"] += len(_list(chat.get("files")))
    return ImportedChat(
        source="open_webui",
        original_id=original,
        title=as_text(value.get("title")) or as_text(chat.get("title")),
        created=created,
        updated=as_milliseconds(value.get("updated_at")) or created,
        turns=tree.turns(model=as_text(models[0]) or None if len(models) == 1 else None),
        current=tree.turn_of(current),
        pinned=value.get("pinned") is True,
        archived=value.get("archived") is True,
        settings={"instructions": system} if system else {},
        left_out=left_out,
    )


def _history(value: Json) -> tuple[Json, str | None] | None:
    """Return the messages by id, and the one that was looked at last; None when there are none where they should be."""
    chat = _dict(value.get("chat")) or value
    history = _dict(chat.get("history"))
    messages = history.get("messages")
    if isinstance(messages, dict):
        return cast("Json", messages), as_text(history.get("currentId")) or None
    if "chat" not in value or not isinstance(chat.get("messages"), list):
        return None
    found: Json = {}
    last: str | None = None
    for number, message in enumerate(_list(chat["messages"])):
        name = as_text(_dict(message).get("id")) or f"message {number}"
        found[name] = {**_dict(message), "parentId": last}
        last = name
    return found, last


def _message(message: Json, left_out: Counter[str]) -> Message | None:
    role, text = message.get("role"), as_text(message.get("content"))
    at = as_milliseconds(message.get("timestamp"))
    if role == "user":
        items = user_items(text, _pictures(message, left_out))
        compared = len(_list(message.get("models"))) > 1
        return Message("user", items, at=at, compared=compared) if items else None
    if role != "assistant":
        return None
    # Where no end follows, each beginning would be looked at up to the end of the text.
    details, end, rest = text.rpartition(_END)
    details += end
    thinking = "\n\n".join(_plain(found[1]) for found in _THINKING.finditer(details))
    for found in _DETAILS.finditer(details):
        left_out[found[1]] += 1
    _pictures(message, left_out, taken=False)
    items = reply_items((_DETAILS.sub("", _THINKING.sub("", details)) + rest).strip(), thinking)
    return Message("assistant", items, model=as_text(message.get("model")) or None, at=at) if items else None


def _plain(thinking: str) -> str:
    return html.unescape(_QUOTED.sub("", html.unescape(thinking.strip())))


def _pictures(message: Json, left_out: Counter[str], *, taken: bool = True) -> list[str]:
    """Return a message's pictures, which are in the file as `data:` URLs; its other files are not in it."""
    found: list[str] = []
    for file in map(_dict, _list(message.get("files"))):
        url = as_text(file.get("url"))
        if taken and file.get("type") == "image" and url.startswith("data:image/"):
            found.append(url)
        else:
            left_out[as_text(file.get("type")) or "file"] += 1
    return found


def _dict(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
