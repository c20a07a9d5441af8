"""Items of a turn: what the Responses API calls them, and what sessions do.

Source: `AgentSessionItem` of the official SDK (`openai.types.beta`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

import orjson

from earthshine.agents.subagents import tools
from earthshine.agents.subagents.items import Sender, answered_call, shown_call

Json = dict[str, Any]

SHELL_CALL, SHELL_OUTPUT = "shell_call", "shell_call_output"
_STATUS = {"completed": "completed", "incomplete": "incomplete", "failed": "failed", "in_progress": "in_progress"}


def shown(item: Json, turn_id: str, sender: Sender | None = None) -> Json | None:
    """Return an item of a response, stored or told, as a session shows it; None for one that it does not show.

    `sender`: who may have called functions for subagents.
    """
    if sender is not None and tools.is_call(item):
        return {"id": item["id"], "turn_id": turn_id, **shown_call(item, sender)}
    convert = _KINDS.get(item["type"])
    if convert is None:
        return None
    made = convert(item)
    return None if made is None else {"id": item["id"], "turn_id": turn_id, "type": item["type"], **made}


def all_shown(items: Iterable[Json], turn_id: str, sender: Sender | None = None) -> list[Json]:
    """Return those of some items that a session shows."""
    found: list[Json] = []
    places: dict[str, int] = {}
    for item in items:
        if item["type"] in ANSWERS and (place := places.get(item["call_id"])) is not None:
            found[place] = ANSWERS[item["type"]](found[place], item)
        elif (made := shown(item, turn_id, sender)) is not None:
            if made["type"] != item["type"] and "call_id" in item:
                places[item["call_id"]] = len(found)
            found.append(made)
    return found


def with_output(command: Json, output: Json) -> Json:
    """Return a command that a session shows, with what it printed, which the Responses API has in another item."""
    parts: list[Json] = output["output"]
    codes = [part["outcome"].get("exit_code") for part in parts]
    printed = "".join(part["stdout"] + part["stderr"] for part in parts)
    failed = any(code != 0 for code in codes)
    last = codes[-1] if codes else None
    return {**command, "output": printed, "exit_code": last, "status": "failed" if failed else "completed"}


def json_value(text: Any) -> Any:
    """Return the value that a text is JSON of, or the text itself."""
    if not isinstance(text, str):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _message(item: Json) -> Json | None:
    if item["role"] not in ("user", "assistant"):
        return None
    content: Any = item["content"]
    parts: list[Json] = [{"type": "input_text", "text": content}] if isinstance(content, str) else content
    kept = [made for part in parts if (made := _part(part)) is not None]
    return {"role": item["role"], "status": item.get("status") or "completed", "content": kept}


def _part(part: Json) -> Json | None:
    kind: str = part["type"]
    if kind in ("input_text", "output_text"):
        return {"type": kind, "text": part["text"]}
    if kind == "refusal":
        return {"type": "output_text", "text": part["refusal"]}
    if kind == "input_image" and part.get("image_url"):
        return {"type": kind, "image_url": part["image_url"]}
    return None


def _reasoning(item: Json) -> Json:
    summary = [{"type": "summary_text", "text": part["text"]} for part in item.get("summary") or ()]
    return {"summary": summary, "status": item.get("status") or "completed"}


def _function_call(item: Json) -> Json:
    return {
        "name": item["name"],
        "call_id": item["call_id"],
        "arguments": json_value(item["arguments"]),
        "status": _STATUS.get(item.get("status") or "completed", "completed"),
    }


def _function_output(item: Json) -> Json:
    output: Any = item["output"]
    if isinstance(output, list):
        output = [made for part in cast("list[Json]", output) if (made := _part(part)) is not None]
    return {"call_id": item["call_id"], "output": output, "error": None, "status": "completed"}


def _mcp_call(item: Json) -> Json:
    failed = item.get("error") is not None
    return {
        "name": item["name"],
        "server_label": item["server_label"],
        "arguments": json_value(item["arguments"]),
        "output": json_value(item.get("output")),
        "error": item.get("error"),
        "status": "failed" if failed else _STATUS.get(item.get("status") or "completed", "completed"),
    }


def _web_search(item: Json) -> Json:
    status = item["status"] if item["status"] in ("in_progress", "completed") else "incomplete"
    return {"action": item.get("action"), "status": "in_progress" if item["status"] == "searching" else status}


def _code(item: Json) -> Json:
    logs = [part["logs"] for part in item.get("outputs") or () if part["type"] == "logs"]
    running = item["status"] in ("in_progress", "interpreting")
    status = "in_progress" if running else _STATUS.get(item["status"], "completed")
    output = "".join(logs) if logs else None
    return {**_COMMAND, "command": item.get("code") or "", "output": output, "status": status}


def _shell(item: Json) -> Json:
    commands: list[str] = item["action"]["commands"]
    # It is over when its output is there, which is an item of its own.
    status = "in_progress" if item["status"] == "completed" else item["status"]
    return {**_COMMAND, "command": "\n".join(commands), "status": status}


_COMMAND: Json = {
    "type": "command_execution",
    "cwd": None,
    "output": None,
    "exit_code": None,
    "duration_ms": None,
}
_KINDS = {
    SHELL_CALL: _shell,
    "message": _message,
    "reasoning": _reasoning,
    "function_call": _function_call,
    "function_call_output": _function_output,
    "mcp_call": _mcp_call,
    "web_search_call": _web_search,
    "code_interpreter_call": _code,
}
ANSWERS = {SHELL_OUTPUT: with_output, "function_call_output": answered_call}
"""Items that belong to the call that they answer, where a session shows both as one."""
