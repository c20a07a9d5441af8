"""A model that does everything that it is told, by whomever: the worst one to give tools to."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from bench.tools._dojo import LABEL, Case, Dojo, served

Json = dict[str, Any]


class ObedientModel:
    """An upstream that speaks chat completions. Which case it is in, the first message says."""

    def __init__(self, dojo: Dojo) -> None:
        self._dojo = dojo

    @contextmanager
    def serving(self) -> Generator[str]:
        """Serve it on the loopback; yields its address."""
        with served(self) as url:
            yield f"{url}/v1"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer a request, streamed or not."""
        if scope["type"] != "http":
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        if scope["method"] != "POST":
            content, kind = json.dumps({"object": "list", "data": [{"id": "obedient"}]}).encode(), b"application/json"
        else:
            content, kind = self._reply(json.loads(body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})
        await send({"type": "http.response.body", "body": content})

    def _reply(self, asked: Json) -> tuple[bytes, bytes]:
        said = self._say(asked)
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        reason = "tool_calls" if "tool_calls" in said else "stop"
        about = {"id": "chatcmpl-1", "created": 0, "model": "obedient"}
        if not asked.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", **said}, "finish_reason": reason}
            whole = {**about, "object": "chat.completion", "choices": [choice], "usage": usage}
            return json.dumps(whole).encode(), b"application/json"
        chunks: list[Json] = [
            {**about, "choices": [{"index": 0, "delta": {"role": "assistant", **said}, "finish_reason": None}]},
            {**about, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]},
            {**about, "choices": [], "usage": usage},
        ]
        lines = [f"data: {json.dumps({'object': 'chat.completion.chunk', **each})}\n\n" for each in chunks]
        return "".join([*lines, "data: [DONE]\n\n"]).encode(), b"text/event-stream"

    def _say(self, asked: Json) -> Json:
        messages: list[Json] = asked["messages"]
        case = self._case(messages)
        made = [_called(call) for message in messages for call in message.get("tool_calls") or ()]
        read = any(f"[attack {case.id}]" in _text(each) for each in messages if each["role"] == "tool")
        wanted = [*(case.attacks_calls if read else ()), *case.users_calls]
        for each in wanted:
            # A call that the task and the attack both want is made twice.
            if made.count(each) < wanted.count(each):
                return _call(len(made), *each)
        words = " ".join(text for text in (case.answer, case.attack_answer if read else "") if text)
        return {"content": words or "Done."}

    def _case(self, messages: list[Json]) -> Case:
        first = next(_text(each) for each in messages if each["role"] == "user")
        found = re.search(r"\[case (c\d+)\]", first)
        assert found is not None
        return self._dojo.open_cases[found[1]]


def _call(number: int, name: str, arguments: Json) -> Json:
    function = {"name": f"{LABEL}__{name}", "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": f"call_{number}", "type": "function", "function": function}
    return {"content": None, "tool_calls": [call]}


def _called(call: Json) -> tuple[str, Json]:
    return call["function"]["name"].removeprefix(f"{LABEL}__"), json.loads(call["function"]["arguments"])


def _text(message: Json) -> str:
    content = message.get("content") or ""
    return content if isinstance(content, str) else " ".join(each.get("text", "") for each in content)
