"""How tests talk with a session."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any

from openai import OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.patience import PATIENCE
from tests.server_process import ServerProcess

WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
NONE: Any = {"type": "none"}


def script(*replies: Any) -> str:
    return f"!script {json.dumps(replies)}"


def call(city: str) -> Any:
    return {"tool_call": {"name": "weather", "arguments": {"city": city}}}


def begin(sdk: OpenAI, said: str = "Hello.", tools: Any = (), **more: Any) -> AgentSession:
    agent: Any = {"model": "scripted", "tools": list(tools), **more.pop("agent", {})}
    create: Any = sdk.beta.agents.sessions.create
    return create(environment=NONE, agent=agent, input=said, **more)


def until(sdk: OpenAI, session: AgentSession, *statuses: str) -> AgentSession:
    ends = time.monotonic() + PATIENCE
    while (now := sdk.beta.agents.sessions.retrieve(session.id)).status not in statuses:
        assert time.monotonic() < ends, now
        time.sleep(0.05)
    return now


def bearer(server: ServerProcess) -> dict[str, str]:
    return {"authorization": f"Bearer {server.key}"}


def message(text: str) -> Any:
    content = [{"type": "input_text", "text": text}]
    return {"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]}


def result(turn_id: str, call_id: str) -> Any:
    about = {"type": "agent.session.input.tool_result", "turn_id": turn_id, "call_id": call_id}
    return {**about, "success": True, "output": "Sunny."}


def follow(sdk: OpenAI, session_id: str, told: Callable[[Any], None], *, until: str) -> threading.Thread:
    """Follow a session in a thread; returns when it listens."""
    stream = sdk.beta.agents.sessions.events.stream(session_id)

    def read() -> None:
        with stream:
            for event in stream:
                told(event)
                if event.type == until:
                    return

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread
