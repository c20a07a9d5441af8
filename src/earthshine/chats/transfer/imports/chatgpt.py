"""ChatGPT's `conversations.json`, or `conversations-000.json` ...: lists of chats, each a `mapping` of nodes by id.

A node has `parent`, `children` and a `message`, or none at the root. Messages of the system and those that are marked
as hidden are not shown there either. Code that the model ran and what came of it stand in the reply as code; pictures
are not in the file, and where they stood their name stays.
Source: the files themselves, and https://help.openai.com/en/articles/7260999
"""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from earthshine.chats.transfer.imports.items import as_milliseconds, as_text, reply_items, user_items
from earthshine.chats.transfer.imports.message_tree import ImportedChat, Message, MessageTree, Node
from earthshine.errors import InvalidRequest

Json = dict[str, Any]

_NOT_SAID = frozenset({"user_editable_context", "model_editable_context", "reasoning_recap", "system_error"})


def matches(value: Json) -> bool:
    """Tell whether this is a chat of ChatGPT's."""
    return isinstance(value.get("mapping"), dict)


def read(value: Json) -> ImportedChat:
    """Return the chat. Raises `InvalidRequest` when it has no id."""
    original = as_text(value.get("conversation_id")) or as_text(value.get("id"))
    if not original:
        raise InvalidRequest("The chat has no id, so importing it again would double it.")
    created = as_milliseconds(value.get("create_time")) or 1
    left_out: Counter[str] = Counter()
    nodes: dict[str, Node] = {}
    for name, node in cast("Json", value["mapping"]).items():
        fields = _dict(node)
        nodes[name] = Node(as_text(fields.get("parent")) or None, _message(fields.get("message"), left_out))
    tree = MessageTree(nodes, at=created)
    turns = tree.turns(model=as_text(value.get("default_model_slug")) or None)
    return ImportedChat(
        source="chatgpt",
        original_id=original,
        title=as_text(value.get("title")),
        created=created,
        updated=as_milliseconds(value.get("update_time")) or created,
        turns=turns,
        current=tree.turn_of(as_text(value.get("current_node")) or None),
        archived=value.get("is_archived") is True,
        pinned=value.get("is_starred") is True,
        left_out=left_out,
    )


def _message(value: Any, left_out: Counter[str]) -> Message | None:
    if not isinstance(value, dict):
        return None
    message = cast("Json", value)
    author, content, about = (_dict(message.get(name)) for name in ("author", "content", "metadata"))
    role, kind = author.get("role"), as_text(content.get("content_type"))
    hidden = about.get("is_visually_hidden_from_conversation") is True or about.get("is_user_system_message") is True
    if role == "system" or hidden or kind in _NOT_SAID:
        return None
    at = as_milliseconds(message.get("create_time"))
    if role == "user":
        items = user_items(_parts(content, left_out))
        return Message("user", items, at=at) if items else None
    if role not in ("assistant", "tool"):
        return None
    items = _reply(content, kind, tool=role == "tool", left_out=left_out)
    model = as_text(about.get("model_slug")) or None
    return Message("assistant", items, model=model, at=at) if items else None


def _reply(content: Json, kind: str, *, tool: bool, left_out: Counter[str]) -> list[Json]:
    if kind == "thoughts":
        thoughts = [_dict(thought) for thought in _list(content.get("thoughts"))]
        said = [as_text(thought.get("content")) or as_text(thought.get("summary")) for thought in thoughts]
        return reply_items("", "\n\n".join(filter(None, said)))
    if kind == "code":
        return reply_items(_fenced(as_text(content.get("text")), as_text(content.get("language"))))
    if kind == "execution_output":
        return reply_items(_fenced(as_text(content.get("text")), "text"))
    if tool:
        # What a tool read for the model: pages, files. The person saw the reply that was made of it.
        left_out[f"result of a tool ({kind or 'of no kind'})"] += 1
        return []
    return reply_items(_parts(content, left_out))


def _parts(content: Json, left_out: Counter[str]) -> str:
    said: list[str] = []
    for part in _list(content.get("parts")):
        if isinstance(part, str):
            said.append(part)
            continue
        fields = _dict(part)
        kind = as_text(fields.get("content_type")) or "part of no kind"
        if "text" in fields:
            said.append(as_text(fields["text"]))
        else:
            left_out[kind] += 1
            said.append(f"[{kind}: {as_text(fields.get('asset_pointer')) or 'not in the export'}]")
    # Older and rarer kinds have a text instead of parts.
    return "\n\n".join(filter(None, said)) or as_text(content.get("text")) or as_text(content.get("result"))


def _fenced(code: str, language: str) -> str:
    if not code:
        return ""
    fence = "```"
    while fence in code:
        fence += "`"
    return f"{fence}{'' if language == 'unknown' else language}\n{code}\n{fence}"


def _dict(value: Any) -> Json:
    return cast("Json", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []
