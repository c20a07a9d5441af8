"""Tasks of AgentBench about files and logs (in `inspect-evals`): a script makes the files, another the answer.

Only those whose files stand in the working folder, and whose answer is a number; the scripts run in bubblewrap.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import DEVNULL, PIPE, TimeoutExpired, run
from typing import Any

from bench.agents.checks import says
from bench.agents.contained import command
from bench.agents.packages.wheels import folder
from bench.agents.task import Files, Outcome, Task, gathered, lay

MOST = 15
_ELSEWHERE = re.compile(r"~|\$HOME|/etc|/usr|/var|/tmp|/home|/root|/proc|sudo|useradd|ps -|\bdate\b|\bdu\b|hidden")
"""Who looks there sees another machine in each agent's place; sizes and dates differ too."""


def _made(row: Any) -> Task | None:
    if not isinstance(create := row.get("create"), dict):
        return None
    init, shown = create.get("init"), row["evaluation"].get("example")
    checks = json.dumps(row["evaluation"].get("check"))
    script = shown.get("code") if isinstance(shown, dict) else shown
    if not isinstance(init, str) or not isinstance(script, str) or "integer-match" not in checks:
        return None
    if _ELSEWHERE.search(init + script + row["description"]):
        return None
    files, answer = _ran({}, (init, script))
    # What is laid down by its files alone, without empty folders and rights, must give the same answer.
    if not re.fullmatch(r"[1-9]\d*", answer) or not files or _ran(files, (script,))[1] != answer:
        return None
    return Task(f"systems/{row['id']}", row["description"], says(int(answer)), files, right=Outcome(answer))


def _ran(files: Files, scripts: Sequence[str]) -> tuple[Files, str]:
    """Run scripts over some files; returns the files then, and what the last printed."""
    with tempfile.TemporaryDirectory(prefix="suite-") as name:
        lay(Path(name), files)
        printed = ""
        for each in scripts:
            argv = command(Path(name), ["bash", "-c", each])
            try:
                printed = run(argv, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, timeout=20).stdout.decode().strip()
            except TimeoutExpired:
                return {}, ""
        return gathered(Path(name)), printed


def tasks() -> list[Task]:
    """Return them. Raises `Missing`."""
    data = folder("inspect-evals", "inspect_evals/agent_bench/data/agent_bench_os_test.json")
    found: list[Task] = []
    for row in json.loads(data.read_text()):
        if len(found) < MOST and (task := _made(row)) is not None and task.check(Outcome(task.goal)):
            found.append(task)
    return found
