"""Files as ChatGPT and Open WebUI export them, with what is in real ones: hidden nodes, branches, tools, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from earthshine.accounts.authorization.ownership import Owner

Json = dict[str, Any]

AT = 1_700_000_000.25
"""Unix seconds."""


async def as_said(items: Sequence[Json], _owner: Owner) -> list[Json]:
    """Return what was said as it is, for exports of chats without pictures."""
    return list(items)


def node(name: str, parent: str | None, role: str | None = None, content: Any = None, **message: Any) -> Json:
    """Return one node of ChatGPT's mapping; `content` is a text, or content as it stands there."""
    if role is None:
        return {"id": name, "message": None, "parent": parent, "children": []}
    if isinstance(content, str):
        content = {"content_type": "text", "parts": [content]}
    fields = {"author": {"role": role, "name": None, "metadata": {}}, "create_time": None, "update_time": None}
    fields |= {"content": content, "status": "finished_successfully", "end_turn": True, "weight": 1.0}
    fields |= {"metadata": {}, "recipient": "all", "channel": None, "id": name}
    return {"id": name, "message": fields | message, "parent": parent, "children": []}


def conversation(*nodes: Json, current: str | None, **fields: Any) -> Json:
    """Return one chat of `conversations.json`."""
    mapping = {each["id"]: each for each in nodes}
    for each in nodes:
        if each["parent"] in mapping:
            mapping[each["parent"]]["children"].append(each["id"])
    about = {"title": "Tides", "create_time": AT, "update_time": AT + 100, "mapping": mapping, "current_node": current}
    about |= {"moderation_results": [], "plugin_ids": None, "conversation_id": "68-abc", "id": "68-abc"}
    about |= {"conversation_template_id": None, "gizmo_id": None, "is_archived": False, "is_starred": None}
    return about | {"safe_urls": [], "default_model_slug": "gpt-4o", "voice": None} | fields


def model(slug: str) -> Json:
    return {"metadata": {"model_slug": slug, "finish_details": {"type": "stop"}}}


def chatgpt() -> Json:
    """A chat with an edited question, two replies to it, and a reply in which code ran."""
    picture = {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1", "size_bytes": 9}
    hidden = {"metadata": {"is_visually_hidden_from_conversation": True}}
    context = {"content_type": "user_editable_context", "user_profile": "I live on the moon", "user_instructions": ""}
    thoughts = {"content_type": "thoughts", "thoughts": [{"summary": "S", "content": "It is the moon."}]}
    code = {"content_type": "code", "language": "python", "text": "print(2)"}
    return conversation(
        node("root", None),
        node("system", "root", "system", "", **hidden),
        node("context", "system", "user", context, metadata={"is_user_system_message": True}),
        node("q1", "context", "user", "Why are there tides?", create_time=AT),
        node("a1", "q1", "assistant", "Gravity.", create_time=AT + 1, **model("gpt-4")),
        node("q2", "context", "user", "Why are there tides on Earth?", create_time=AT + 10),
        node("t2", "q2", "assistant", thoughts, create_time=AT + 11, **model("o3")),
        node("r2", "t2", "assistant", {"content_type": "reasoning_recap", "content": "Thought for 2s"}),
        node("a2", "r2", "assistant", "The moon pulls.", create_time=AT + 12, **model("o3")),
        node("a2b", "q2", "assistant", "The sun pulls too.", create_time=AT + 20, **model("gpt-4o")),
        node(
            "q3",
            "a2",
            "user",
            {"content_type": "multimodal_text", "parts": [picture, "How high, as in this picture?"]},
            create_time=AT + 30,
        ),
        node(
            "c3",
            "q3",
            "assistant",
            code,
            recipient="python",
        ),
        node("x3", "c3", "tool", {"content_type": "execution_output", "text": "2\n"}),
        node("b3", "x3", "tool", {"content_type": "tether_browsing_display", "result": "a page", "summary": ""}),
        node("a3", "b3", "assistant", "Two metres.", create_time=AT + 33, **model("gpt-4o")),
        node("q4", "a3", "user", "Thanks", create_time=AT + 40),
        current="q4",
    )


def message(name: str, parent: str | None, role: str, content: str, **fields: Any) -> Json:
    """Return one message of Open WebUI's history."""
    about = {"id": name, "parentId": parent, "childrenIds": [], "role": role, "content": content}
    return about | {"timestamp": int(AT)} | fields


def webui_chat(*messages: Json, current: str, **fields: Any) -> Json:
    """Return one chat of Open WebUI's export."""
    known = {each["id"]: each for each in messages}
    for each in messages:
        if each["parentId"] in known:
            known[each["parentId"]]["childrenIds"].append(each["id"])
    inner = {"id": "", "title": "Tides", "models": ["qwen3:8b"], "params": {}, "tags": [], "timestamp": int(AT * 1000)}
    inner |= {"history": {"messages": known, "currentId": current}, "messages": list(known.values()), "files": []}
    outer = {"id": "0f-webui", "user_id": "someone", "title": "Tides", "chat": inner, "meta": {}, "folder_id": None}
    times = {"created_at": int(AT), "updated_at": int(AT) + 60}
    return outer | times | {"share_id": None, "archived": False, "pinned": True} | fields


def open_webui() -> Json:
    """A chat in which two models were asked at once, one with its thinking, and a picture was shown."""
    thinking = '<details type="reasoning" done="true" duration="2">\n<summary>Thought for 2 seconds</summary>\n'
    thinking += "&gt; It is the moon.\n&gt; Or a &lt;b&gt;?\n</details>\n"
    picture = {"type": "image", "url": "data:image/png;base64,iVBORw0KGgo="}
    both = ["qwen3:8b", "llama3:8b"]
    return webui_chat(
        message("u1", None, "user", "Why are there tides?", models=both, files=[picture, {"type": "file", "id": "f"}]),
        message("a1", "u1", "assistant", thinking + "The moon pulls.", model="qwen3:8b", done=True),
        message("a2", "u1", "assistant", "Gravity.", model="llama3:8b", modelIdx=1, done=True),
        message("u2", "a1", "user", "And the sun?", models=["qwen3:8b"], timestamp=int(AT) + 60),
        message("a3", "u2", "assistant", "It pulls less.", model="qwen3:8b", done=True, timestamp=int(AT) + 62),
        current="a3",
    )
