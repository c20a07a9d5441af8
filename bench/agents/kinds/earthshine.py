"""Earthshine: a session of its Agents API, by the official SDK, with a container of its own."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from openai import OpenAI

from bench.agents.kinds.job import Job, Reporter, Tools
from bench.agents.task import gathered, lay

_FAILED = re.compile(r"(?m)^(Traceback \(most recent|\w*(?:Error|Exception)\b)|\[killed")
_ROOT = "/mnt/data/"


def work(job: Job, folder: Path, reporter: Reporter) -> None:
    """Do a job. When time is up the turn is cancelled, and what is there by then counts."""
    tools, ends = Tools(job, reporter), time.monotonic() + job.seconds
    own = [each for each in tools.all if any(given["name"] == each.name for given in job.functions)]
    agent: Any = {
        "model": job.model,
        "tools": [
            {"type": "function", "name": each.name, "description": each.description, "parameters": each.parameters}
            for each in own
        ],
    }
    more: Any = {"extra_body": {"earthshine": {"rules": dict.fromkeys(job.without, False)}}} if job.without else {}
    with OpenAI(base_url=job.url, api_key=job.key, timeout=60, max_retries=3) as client:
        sessions: Any = client.beta.agents.sessions
        begin: Any = {"environment": {"type": "openai_hosted"}}
        if not job.files:
            begin = {"environment": {"type": "none"}, "input": job.turns[0]}
        session = sessions.create(agent=agent, **begin, **more)
        try:
            if job.files:
                _put(client, session.environment.id, gathered(folder))
            for at, said in enumerate(job.turns):
                if at or job.files:
                    content = [{"type": "input_text", "text": said}]
                    message = {"type": "agent.session.input.message", "input": [{"role": "user", "content": content}]}
                    sessions.events.create(session.id, events=[message])
                status = _turn(sessions, session.id, tools, ends)
                tools.end_turn()
                if status != "idle":
                    break
            _figures(job, session.id, reporter)
            _report(sessions, session.id, reporter, status)
            if job.files:
                _get(client, session.environment.id, folder)
        finally:
            sessions.delete(session.id)


def _turn(sessions: Any, session_id: str, tools: Tools, ends: float) -> str:
    """Answer what the turn waits for until it has ended; returns how the session is then, or `limit`."""
    while True:
        session = sessions.retrieve(session_id)
        if session.status not in ("in_progress", "requires_action"):
            return str(session.status)
        if time.monotonic() > ends:
            sessions.events.create(session_id, events=[{"type": "agent.session.input.cancel"}])
            return "limit"
        for action in session.required_actions or ():
            worked, output = tools.call(action.name, action.arguments)
            about = {"type": "agent.session.input.tool_result", "turn_id": action.turn_id, "call_id": action.call_id}
            outcome = {"success": True, "output": output} if worked else {"success": False, "error": output}
            sessions.events.create(session_id, events=[{**about, **outcome}])
        time.sleep(0.5)


def _report(sessions: Any, session_id: str, reporter: Reporter, status: str) -> None:
    """Report the commands that were run, the model's steps and its last words."""
    text, steps = "", 0
    for item in sessions.items.list(session_id, order="asc", limit=100):
        if item.type == "command_execution":
            steps += 1
            printed = item.output or ""
            ran = item.status == "completed" and not item.exit_code and not _FAILED.search(printed)
            reporter.call("command", item.command, printed, valid=True, ran=ran)
        elif item.type == "message" and item.role == "assistant":
            steps += 1
            text = "".join(part.text for part in item.content if part.type == "output_text")
        elif item.type == "function_call":
            steps += 1
    reporter.tell(model_calls=steps)
    turn = next(iter(sessions.turns.list(session_id, limit=1)), None)
    end = status if status == "limit" else "answer" if turn is not None and turn.status == "completed" else "error"
    reporter.answer(text, end, f"{status}, {turn.status if turn is not None else 'no turn'}" if end == "error" else "")


def _figures(job: Job, session_id: str, reporter: Reporter) -> None:
    """Report the calls that the harness itself could not read, which no item tells, and its own counts."""
    url = job.url.removesuffix("/v1") + f"/earthshine/v1/agents/sessions/{session_id}/plan"
    try:
        with urlopen(Request(url, headers={"authorization": f"Bearer {job.key}"}), timeout=60) as reply:
            figures = json.load(reply).get("figures") or {}
    except HTTPError:  # a turn that the program did not guide has no plan
        return
    if figures:
        reporter.tell(figures=figures)
    for _ in range(figures.get("malformed", 0)):
        reporter.call("(unreadable)", "", "", valid=False, ran=False)


def _put(client: OpenAI, where: str, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if "/" not in name:
            client.containers.files.create(where, file=(name, data))
            continue
        encoded = base64.b64encode(data).decode()
        inside: Any = client.beta.agents.environments.files
        inside.create(where, type="inline", path=f"/workspace/{name}", data=encoded)


def _get(client: OpenAI, where: str, folder: Path) -> None:
    """Put the container's files into the folder, in place of what was there."""
    for name in gathered(folder):
        (folder / name).unlink()
    found: dict[str, bytes] = {}
    for each in client.containers.files.list(where, limit=100):
        if (each.bytes or 0) < 2**21 and "__pycache__" not in each.path:
            content = client.containers.files.content.retrieve(each.id, container_id=where).read()
            found[each.path.removeprefix(_ROOT)] = content
    lay(folder, found)
