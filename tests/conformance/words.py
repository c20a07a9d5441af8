"""One thing of every kind that a person can write."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

CREDENTIAL = {
    "name": "A secret",
    "auth": {"type": "static_bearer", "mcp_server_url": "https://example.com/mcp", "token": "A secret."},
}

FORM = {"files": {"file": ("A secret.txt", b"A secret.")}, "data": {"purpose": "user_data"}}
SKILL = {"files": {"files": ("a/SKILL.md", b"---\nname: a-secret\ndescription: A secret.\n---\n")}}
REQUEST = {
    "custom_id": "A secret",
    "method": "POST",
    "url": "/v1/completions",
    "body": {"model": "scripted", "prompt": "A secret."},
}
REQUESTS = {"files": {"file": ("A secret.jsonl", json.dumps(REQUEST).encode())}, "data": {"purpose": "batch"}}
"""Files and a skill, as they are sent; what `post` gets instead of a JSON body."""
FORMS = (FORM, SKILL, REQUESTS)
WORDS_INSIDE = {
    "type": "openai_hosted",
    "files": [{"type": "inline", "path": "/workspace/secret.txt", "data": "QSBzZWNyZXQu"}],
}
UPLOAD = {"bytes": 9, "filename": "A secret.txt", "mime_type": "text/plain", "purpose": "user_data"}


def write_words(
    post: Callable[..., Any], get: Callable[[str], Any], who: str, *, browser: bool = True
) -> dict[str, str]:
    """Write one thing of every kind that a person can write, and return each one's id by its parameter's name.

    Without `browser`, all but a browser, whose start costs more than all the rest.
    """
    said = [{"role": "user", "content": "A secret: قمر."}]
    conversation = post("/conversations", {"items": said}, who)["id"]
    completion = {"model": "scripted", "store": True, "messages": said}
    chat = post("/chats", {"title": "A secret."}, who)["id"]
    turn = post(f"/chats/{chat}/turns", {"model": "scripted", "input": "A secret."}, who)["id"]
    share = post(f"/chats/{chat}/shares", {}, who)
    file = post("/files", FORM, who)["id"]
    store = post("/vector_stores", {"name": "A secret"}, who)["id"]
    batch = post(f"/vector_stores/{store}/file_batches", {"file_ids": [file]}, who)["id"]
    asked = {"input_file_id": post("/files", REQUESTS, who)["id"], "endpoint": "/v1/completions"}
    request_batch = post("/batches", asked | {"completion_window": "24h"}, who)["id"]
    message = {"model": "scripted", "max_tokens": 50, "messages": [{"role": "user", "content": "A secret."}]}
    messages = {"requests": [{"custom_id": "a", "params": message}]}
    skill = post("/skills", SKILL, who)["id"]
    helping = [{"tool_call": {"name": "create_subagent", "arguments": {"task": "A secret."}}}]
    saving = {"tool_call": {"name": "shell", "arguments": {"commands": ["echo A secret. > outputs/secret.txt"]}}}
    helping += [saving, {"text": "There."}]
    agent = {"model": "scripted", "multi_agent": {"enabled": True}}
    words = {"environment": {"type": "openai_hosted"}, "agent": agent, "input": f"!script {json.dumps(helping)}"}
    session = post("/agents/sessions", words, who)["id"]
    subagents = f"/agents/sessions/{session}/subagents"
    while not (helpers := get(subagents)["data"]):
        time.sleep(0.02)
    while not (artifacts := get(f"/agents/sessions/{session}/artifacts")["data"]):
        time.sleep(0.02)
    wake = {"type": "existing_session", "session_id": session, "instructions": "A secret."}
    daily = {"type": "periodic", "name": "A secret", "expression": "0 9 * * *", "timezone": "UTC", "target": wake}
    automation = post("/agents/automations", daily, who)["id"]
    while get(f"/agents/sessions/{session}")["status"] == "in_progress":
        time.sleep(0.05)
    agent_share = post(f"/agents/sessions/{session}/shares", {}, who)
    vault = post("/vaults", {"name": "A secret"}, who)["id"]
    container = post("/containers", {"name": "A secret", "file_ids": [file]}, who)["id"]
    browsers: dict[str, str] = {}
    if browser:
        browsing = [{"tool_call": {"name": "browser_open", "arguments": {"url": "about:blank"}}}, {"text": "There."}]
        said_so = {"model": "scripted", "tools": [{"type": "browser"}], "input": f"!script {json.dumps(browsing)}"}
        post("/responses", said_so, who)
        browsers["browser_id"] = get("/browsers")["data"][0]["id"]
    looking = [{"type": "file_search", "vector_store_ids": [store]}]
    finding = [{"when": "state facts that answer", "text": "[1]"}, {"text": "[]"}]
    asking = {"input": f"A secret?\n!script {json.dumps(finding)}", "background": True, "tools": looking}
    research = post("/responses", {"model": "scripted-deep-research", **asking}, who)["id"]
    while not get(f"/research/{research}")["report"]:
        time.sleep(0.05)
    return {
        **browsers,
        "research_id": research,
        "evidence_id": "e1",
        "response_id": post("/responses", {"model": "scripted", "input": "A secret."}, who)["id"],
        "conversation_id": conversation,
        "item_id": get(f"/conversations/{conversation}/items")["data"][0]["id"],
        "completion_id": post("/chat/completions", completion, who)["id"],
        "file_id": file,
        "vector_store_id": store,
        "batch_id": batch,
        "request_batch_id": request_batch,
        "message_batch_id": post("/messages/batches", messages, who)["id"],
        "skill_id": skill,
        "agent_id": post("/agents", {"model": "scripted", "instructions": "A secret."}, who)["id"],
        "agent_session_id": session,
        "agent_share_id": agent_share["id"],
        "agent_share_token": agent_share["url"].rpartition("/")[2],
        "artifact_id": artifacts[0]["id"],
        "agent_turn_id": get(f"/agents/sessions/{session}/turns")["data"][0]["id"],
        "subagent_id": helpers[0]["id"],
        "subagent_turn_id": get(f"{subagents}/{helpers[0]['id']}/turns")["data"][0]["id"],
        "automation_id": automation,
        "invocation_id": post(f"/agents/automations/{automation}/invocations", {}, who)["id"],
        "environment_id": post("/agents/environments", {"environment": WORDS_INSIDE}, who)["id"],
        "template_id": post("/agents/environments/templates", {"name": "A secret"}, who)["id"],
        "vault_id": vault,
        "credential_id": post(f"/vaults/{vault}/credentials", CREDENTIAL, who)["id"],
        "container_id": container,
        "container_file_id": get(f"/containers/{container}/files")["data"][0]["id"],
        "version": "1",
        "connector_id": post("/connectors", {"name": "A secret", "url": "http://127.0.0.1:9/mcp"}, who)["id"],
        "upload_id": post("/uploads", UPLOAD, who)["id"],
        "chat_id": chat,
        "turn_id": turn,
        "call_id": "call_1",
        "share_id": share["id"],
        "token": share["url"].rpartition("/")[2],
        # Of a picture behind that link.
        "place": "0-0",
        "assistant_id": post("/assistants", {"name": "A secret"}, who)["id"],
        "prompt_id": post("/prompts", {"name": "A secret", "text": "Tell me of {{moon}}."}, who)["id"],
        "space_id": post("/spaces", {"name": "A secret"}, who)["id"],
        "memory_id": post("/memories", {"text": "A secret."}, who)["id"],
    }
