"""One try: the task's world and files are made, a process does the job, and the checker looks at what is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from openai import OpenAI

from bench.agents.contained import command
from bench.agents.kinds.job import Job
from bench.agents.task import Outcome, Task, World, gathered, lay

Json = dict[str, Any]
OURS = "earthshine"
_DAY = 24 * 3600
ROOT = Path(__file__).parents[2]
_GRACE = 90
"""Seconds that our own agent has to cancel its turn and fetch its files; peers are killed when time is up."""
_CANNOT = re.compile(
    r"(?i)\b(cannot|can't|could not|couldn't|unable|was not able|impossible)\b|لا أستطيع|无法|je ne peux pas"
)
_COUNTED = {
    "input": "input_tokens",
    "cached": "input_cached_tokens",
    "output": "output_tokens",
    "model_calls": "num_model_requests",
}


class _Bridge(BaseHTTPRequestHandler):
    """Lets an agent's process call what the task brings; the world itself stays here."""

    def __init__(self, *arguments: Any, world: World | None) -> None:
        self._world = world
        super().__init__(*arguments)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Make a call, or note the end of a turn."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        name, status, text = self.path.removeprefix("/"), 200, ""
        if self._world is not None and name == "-/turn":
            self._world.ended_turn()
        elif self._world is not None:
            call = next(each.call for each in self._world.functions if each.name == name)
            try:
                text = call(**body)
            except Exception as error:  # what a function does with what a model gives it
                status, text = 400, str(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


@contextmanager
def _bridge(world: World | None) -> Generator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Bridge, world=world))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def attempt(task: Task, job: Job, root: str, key_id: str) -> tuple[Json, list[Json]]:
    """Do a task once; `job` has all but the task's own. Returns what is kept of it, and what its process reported.

    `root` is a key that may read what the job's key, `key_id`, used.
    """
    world = task.world() if task.world is not None else None
    try:
        with _bridge(world) as bridge, tempfile.TemporaryDirectory(prefix="suite-") as name:
            folder = Path(name)
            lay(folder, task.files)
            words = world.words if world is not None else {}
            turns = [_filled(each, words) for each in (task.goal, *task.more)]
            own = (
                [{k: getattr(each, k) for k in ("name", "description", "parameters")} for each in world.functions]
                if world
                else []
            )
            job = replace(
                job, turns=turns, functions=own, bridge=bridge, files=task.family not in ("functions", "pages")
            )
            before, begun = counts(job.url, root, key_id), time.monotonic()
            events, killed = _run(job, folder)
            seconds, after = time.monotonic() - begun, settled(job.url, root, key_id, before)
            last: Json = next((each for each in reversed(events) if "answer" in each or "error" in each), {})
            outcome = Outcome(last.get("answer", ""), gathered(folder))
            why = task.check(outcome) or (world.problem(outcome) if world is not None else "")
    finally:
        if world is not None:
            world.close()
    spent = {name: after[name] - before[name] for name in after}
    steps = [each["model_calls"] for each in events if "model_calls" in each]
    end = "limit" if killed else last.get("end", "error")
    if end == "answer" and why and _CANNOT.search(outcome.answer[:300]):
        end = "cannot"
    judged = {**_judged(events, solved=not why), **spent, **({"model_calls": sum(steps)} if steps else {})}
    own = next((each["figures"] for each in events if "figures" in each), None)
    judged |= {"figures": own} if own is not None else {}
    kept = {"solved": not why, "end": end, **judged, "seconds": round(seconds, 1), "error": last.get("error", "")}
    return {**kept, "why": why[:200]}, events


def _filled(text: str, words: Any) -> str:
    for name, value in words.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _run(job: Job, folder: Path) -> tuple[list[Json], bool]:
    """Let the agent's process work; returns its events, and whether it was killed when time was up."""
    argv = [sys.executable, "-P", "-m", "bench.agents.kinds.worker"]
    # Our agent runs its code in the server's sandbox, and peers theirs in this one.
    argv = argv if job.agent == OURS else command(folder, argv, network=True)
    process = subprocess.Popen(
        argv,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL if os.environ.get("SUITE_QUIET", "1") == "1" else None,
        text=True,
        start_new_session=True,
    )
    events: list[Json] = []
    assert process.stdin is not None and process.stdout is not None
    reader = threading.Thread(target=_read, args=(process.stdout, events))
    reader.start()
    with process.stdin as pipe:
        pipe.write(json.dumps(asdict(job)) + "\n")
    killed = False
    try:
        process.wait(job.seconds + (_GRACE if job.agent == OURS else 0))
    except subprocess.TimeoutExpired:
        killed = True
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    reader.join(10)
    return events, killed


def _read(lines: Iterable[str], events: list[Json]) -> None:
    for line in lines:
        with suppress(ValueError):  # the last line of a process that was killed
            events.append(json.loads(line))


def key_for(url: str, root: str, name: str) -> tuple[str, str]:
    """Make a key of a project of its own, so that what it uses is counted apart: its id, and the key."""
    with OpenAI(base_url=url, api_key=root, admin_api_key=root, max_retries=3) as client:
        organization = client.admin.organization
        project = organization.projects.create(name=name)
        account = organization.projects.service_accounts.create(project.id, name=name)
        assert account.api_key is not None
        return account.api_key.id, account.api_key.value


def counts(url: str, root: str, key_id: str) -> dict[str, int]:
    """Return what the server counted for a key so far."""
    with OpenAI(base_url=url, api_key=root, admin_api_key=root, max_retries=3) as client:
        report = client.admin.organization.usage.completions(
            start_time=int(time.time()) - _DAY, bucket_width="1d", api_key_ids=[key_id]
        )
        found = [result for bucket in report.data for result in bucket.results]
        return {name: sum(getattr(each, field) or 0 for each in found) for name, field in _COUNTED.items()}


def settled(url: str, root: str, key_id: str, before: dict[str, int]) -> dict[str, int]:
    """Return the counts when they have grown and stand still: what was cut off is counted a little later."""
    last, still = before, 0
    for _ in range(30):
        now = counts(url, root, key_id)
        still = still + 1 if now == last else 0
        if (still and now != before) or still > 3:
            return now
        last = now
        time.sleep(1)
    return last


def _judged(events: list[Json], *, solved: bool) -> Json:
    """Count calls: valid (as their tool asks for), executable (they worked), correct (and the task was solved)."""
    calls = [each for each in events if "call" in each]
    marks = [each["mark"] for each in calls]
    valid, ran = sum(each["valid"] for each in calls), sum(each["ran"] for each in calls)
    correct = ran if solved else 0
    judged = {
        "calls": len(calls),
        "valid": valid,
        "executable": ran,
        "correct": correct,
        "wrong_but_valid": valid - correct,
    }
    return {**judged, "loops": len(marks) - len(set(marks))}
