"""How tests have the program guide the scripted model: what that says depends on what it is asked."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from openai import OpenAI
from openai.types.beta.agent_session import AgentSession

from tests.agents.talking import NONE, bearer
from tests.server_process import ServerProcess

PLAN, LIKE, CODE, CORRECT = "Plan this task", "A like task was done", "Write Python code", "Find the mistake"
DRAFT, CALL, ANSWER, CANNOT = "in one short sentence", "Call the function", "Answer the task now", "could not be"
REST = "Which one step is next"
FRENCH = "Answer in French.\n\nThe folder has no files"
HOSTED: Any = {"type": "openai_hosted"}


def says(goal: str, **more: Any) -> str:
    """Return a goal; `more` has what is said to each wish, by the names above."""
    replies = [{"when": globals()[name], **said} for name, said in more.items()]
    return f"{goal}\n!script {json.dumps(replies)}"


def plan(*lines: str, **more: Any) -> Any:
    return {"text": json.dumps(lines), **more}


def code(text: str, **more: Any) -> Any:
    return {"text": f"{text}\n```\n", **more}


def guide(sdk: OpenAI, said: str, *, tools: Any = (), environment: Any = NONE, **rules: Any) -> AgentSession:
    create: Any = sdk.beta.agents.sessions.create
    agent = {"model": "scripted", "tools": list(tools)}
    own = {"earthshine": {"rules": {"program": True, **rules}}}
    return create(environment=environment, agent=agent, input=said, extra_body=own)


def plan_of(server: ServerProcess, session: AgentSession) -> Any:
    address = f"{server.url}/earthshine/v1/agents/sessions/{session.id}/plan"
    return httpx2.get(address, headers=bearer(server)).raise_for_status().json()


def edit(server: ServerProcess, session: AgentSession, *lines: tuple[str, str]) -> httpx2.Response:
    address = f"{server.url}/earthshine/v1/agents/sessions/{session.id}/plan"
    body = {"lines": [{"verb": verb, "target": target} for verb, target in lines]}
    return httpx2.post(address, json=body, headers=bearer(server))


def items(sdk: OpenAI, session: AgentSession) -> list[Any]:
    return list(sdk.beta.agents.sessions.items.list(session.id, order="asc"))


def answer(sdk: OpenAI, session: AgentSession) -> str:
    return items(sdk, session)[-1].output_text


def states(told: Any) -> list[str]:
    return [f"{line['state']} {line['verb']}" for line in told["lines"]]
