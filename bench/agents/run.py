"""Runs agents on the task suite, all with one model, on one server of ours, and keeps each try's result.

    python -m bench.agents.run --model FILE.gguf --agent earthshine --agent bare --split held --limit 40 --seeds 3

Runs in the environment of the bench (docs/agent-tasks.md). A try that is in the results file is not made again, so it
may be ended at any time and started again. Transcripts of held tasks are not kept: nobody is to tune to them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from bench.agents import results
from bench.agents.attempt import OURS, ROOT, attempt, key_for
from bench.agents.kinds.job import Job
from bench.agents.kinds.worker import MODULES
from bench.agents.suite import FAMILIES, tasks
from bench.agents.task import Task
from bench.shared.server import KEY, Server
from earthshine.agents.program.rules import Rules

Json = dict[str, Any]
_PACKAGES = {"smolagents-code": "smolagents", "smolagents-tools": "smolagents", "qwen-agent": "qwen-agent"}
_HARNESS = ("agents/program", "harness", "responses/run", "sandboxes")
_STEPS = 12
"""Model calls that a peer may make for one turn."""


def revision(agent: str) -> str:
    """Return what of an agent decides how it does: a commit of ours, or a package's version."""
    if agent != OURS:
        return version(_PACKAGES[agent]) if agent in _PACKAGES else "1"
    paths = [f"src/earthshine/{name}" for name in _HARNESS]
    log = ("git", "-C", str(ROOT), "log", "-1", "--format=%h", "--", *paths)
    return subprocess.run(log, check=True, capture_output=True, text=True).stdout.strip()


@contextmanager
def serving(model: Path | None, temperature: float, **settings: Any) -> Generator[tuple[str, str]]:
    """Serve a GGUF file, or the scripted engine without one; yields the server's address and the model's name.

    What nobody says a temperature for is sampled with this one: so it is the same for all agents.
    """
    with tempfile.TemporaryDirectory(prefix="suite-server-") as folder:
        data, name = Path(folder) / "data", "scripted"
        if model is not None:
            name = "suite"
            pull = (sys.executable, "-m", "earthshine", "pull", f"file:{model.absolute()}", "--name", name)
            subprocess.run([*pull, "--data", str(data)], check=True, stdout=sys.stderr)
            for card in (data / "models").glob(f"{name}*.json"):
                card.write_text(json.dumps({**json.loads(card.read_text()), "sampling": {"temperature": temperature}}))
        server = Server(data, default_model=name, scripted=model is None, **settings).start()
        try:
            yield server.url, name
        finally:
            server.stop()


def chosen(found: list[Task], names: list[str], limit: int | None) -> list[Task]:
    """Return the tasks by these names, or the first so many in an order that mixes the families and never changes."""
    if names:
        return [task for task in found if task.name in names]
    return sorted(found, key=lambda task: hashlib.sha256(f"order {task.name}".encode()).digest())[:limit]


def _keep(folder: Path, line: Json, events: list[Json]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{line['agent']}-{line['without'] or 'all'}-{line['task'].replace('/', '-')}-{line['seed']}.jsonl"
    (folder / name).write_text("".join(json.dumps(each, ensure_ascii=False) + "\n" for each in (*events, line)))


def main() -> None:
    """Make the tries that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agent", action="append", choices=MODULES, required=True)
    parser.add_argument("--model", type=Path, help="a GGUF file; without one, the scripted engine: a test of the bench")
    parser.add_argument("--split", choices=("dev", "held"), default="dev")
    parser.add_argument("--family", action="append", choices=FAMILIES, default=[])
    parser.add_argument("--task", action="append", default=[])
    parser.add_argument("--limit", type=int, help="only so many tasks, always the same")
    parser.add_argument("--seeds", type=int, default=1, help="tries of each task by our agent")
    parser.add_argument("--peer-seeds", type=int, default=1, help="tries of each task by the others")
    parser.add_argument("--seconds", type=float, default=420, help="for one try")
    parser.add_argument("--temperature", type=float, default=0.2)
    parser.add_argument(
        "--without", action="append", choices=Rules.model_fields, default=[], help="a rule of the harness that is off"
    )
    parser.add_argument("--revision", default="", help="go on under this name, though the code has changed since")
    parser.add_argument("--at-once", type=int, default=1, help="tries at a time; the engine reads them together")
    parser.add_argument("--results", type=Path, help="a file; one for each model in results/ otherwise")
    parser.add_argument("--again", action="store_true", help="make the tries again that ended in an error")
    parser.add_argument("--transcripts", type=Path, help="a folder for what the agents did")
    parser.add_argument(
        "--show-held", action="store_true", help="keep transcripts of held tasks too: they are spent then"
    )
    given = parser.parse_args()
    model = given.model.stem if given.model else "scripted"
    file: Path = given.results or results.FOLDER / f"{model}.jsonl"
    done = {
        results.key(each)
        for each in results.read([file] if file.exists() else [])
        if not given.again or each["end"] != "error"
    }
    shown = given.split == "dev" or given.show_held
    left = []
    for seed in range(max(given.seeds, given.peer_seeds)):
        for task in chosen(tasks(given.family, given.split), given.task, given.limit):
            for agent in given.agent:
                about: Json = {"agent": agent, "without": " ".join(sorted(given.without)) if agent == OURS else ""}
                about["revision"] = (agent == OURS and given.revision) or revision(agent)
                about |= {"model": model, "temperature": given.temperature, "limit": given.seconds}
                about |= {"task": task.name, "split": task.split, "seed": seed}
                if seed < (given.seeds if agent == OURS else given.peer_seeds) and results.key(about) not in done:
                    left.append((task, about))
    print(f"{len(left)} tries are left; {file}", file=sys.stderr, flush=True)
    if not left:
        return
    # Ended from outside, it still ends its server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with serving(given.model, given.temperature) as (url, name):
        tries, writing = iter(left), Lock()

        def lane(number: int) -> None:
            """Make tries until none is left."""
            key_id, key = key_for(f"{url}/v1", KEY, f"lane {number}")
            while True:
                with writing:
                    if (found := next(tries, None)) is None:
                        return
                task, about = found
                told: Json = {"agent": about["agent"], "model": name, "seed": about["seed"], "seconds": given.seconds}
                told |= {"turns": [], "functions": [], "bridge": "", "files": True, "without": about["without"].split()}
                job = Job(url=f"{url}/v1", key=key, steps=_STEPS, **told)
                outcome, events = attempt(task, job, KEY, key_id)
                kept = {"why": outcome["why"] if shown else "", "load": round(os.getloadavg()[0], 1)}
                line = {**about, **outcome, **kept, "at_once": given.at_once}
                with writing:
                    results.append(file, line)
                    if given.transcripts and shown:
                        _keep(given.transcripts, line, events)
                    print(json.dumps(line, ensure_ascii=False), flush=True)

        # Not of a pool, which would wait for their tries when this program is ended.
        lanes = [Thread(target=lane, args=(number,), daemon=True) for number in range(given.at_once)]
        for each in lanes:
            each.start()
        for each in lanes:
            each.join()


if __name__ == "__main__":
    main()
