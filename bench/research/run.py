"""Asks the questions, each as a deep research on one server of ours, judges the reports and keeps a line for each.

    python -m bench.research.run --results results/scripted.jsonl                     72 questions, scripted models
    python -m bench.research.run --results results/real.jsonl --model FILE.gguf       28 questions, a real model
    python -m bench.research.run ... --agent bare --part plain --limit 40             the same model, without research
    python -m bench.research.run ... --budget tokens=4000 --limit 20                  with a budget

A line that is there is not made again, so it may be ended at any time. `report` beside this says what came of it.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.agents.results import append
from bench.research import models
from bench.research.check import Check, says
from bench.research.corpus import build
from bench.research.questions import Question
from bench.shared.server import KEY, Server, install

Json = dict[str, Any]
BARE, RESEARCH = "bare", "earthshine"
_BAD = ("sloppy", "liar", "obedient", "silent", "endless")
_ROOT = Path(__file__).parents[2]
_MOST_SAID = 600
"""Tokens of a reply without research: a small model may never come to its end."""
_LONGEST = 3600.0
"""Seconds that one research may take."""


@dataclass(slots=True)
class Place:
    """A server of ours with the frozen web."""

    server: Server
    folder: Path
    """Of the corpus."""
    questions: list[Question]
    model: str = ""
    """The real model; empty where scripted ones are asked."""

    def client(self) -> httpx.Client:
        """Return a client of its API, as its first person."""
        return httpx.Client(base_url=self.server.url, headers={"Authorization": f"Bearer {KEY}"}, timeout=120)


@contextmanager
def place(weights: Path | None = None, **settings: Any) -> Generator[Place]:
    """Serve the frozen web and the scripted models, or a real one."""
    with tempfile.TemporaryDirectory(prefix="research-bench-") as name, models.serving() as url:
        folder = Path(name)
        asked = build(folder)
        upstream = {"base_url": url, "models": {each: each for each in models.MODELS}}
        settings = {"web_archive": folder / "web", "upstreams": json.dumps({"played": upstream}), **settings}
        data = folder / "data"
        model = install(data, str(weights)) if weights else ""
        with Server(data, default_model=model or "good", **settings) as server:
            _wait_for(data / "web_archive" / "pages.db", folder / "web")
            yield Place(server, folder, asked, model)


def ask(
    client: httpx.Client, model: str, question: Question, budget: Json, effort: str = "medium", agent: str = RESEARCH
) -> Json:
    """Begin a response about a question, in the background; returns it."""
    body: Json = {"model": model, "input": question.text, "background": True}
    if agent == BARE:
        body["max_output_tokens"] = _MOST_SAID
    else:
        body |= {"model": f"{model}-deep-research", "tools": [{"type": "web_search"}], "reasoning": {"effort": effort}}
        body["earthshine"] = {"research": {"limits": budget or None}}
    made = client.post("/v1/responses", json=body)
    assert made.status_code == 200, made.text
    return made.json()


def wait(client: httpx.Client, response: Json, seconds: float = _LONGEST) -> Json:
    """Return a response once it is over."""
    until = time.monotonic() + seconds
    while response["status"] in ("queued", "in_progress"):
        assert time.monotonic() < until, f"{response['id']} takes too long"
        time.sleep(0.1)
        response = client.get(f"/v1/responses/{response['id']}").raise_for_status().json()
    return response


def text_of(response: Json) -> str:
    """Return the text of a response's messages."""
    messages = (item for item in response["output"] if item["type"] == "message")
    return "\n".join(part.get("text", "") for item in messages for part in item["content"])


def judged(client: httpx.Client, response: Json, question: Question) -> Json:
    """Return what a finished research is worth."""
    report = client.get(f"/earthshine/v1/research/{response['id']}").raise_for_status().json()["report"]
    if report is None:
        return {"problems": [["report", "there is none"]], "right": False}
    ids = {each["file_id"] for each in report["sources"] if each["file_id"]}
    files = {each: client.get(f"/v1/files/{each}/content").raise_for_status().content for each in ids}
    check = Check(report, text_of(response), files, question)
    problems = check.problems()
    return {"problems": problems, **check.measures(), "method": report["method"]}


def tried(client: httpx.Client, about: Json, question: Question, effort: str) -> Json:
    """Make one try; returns its line."""
    begun = time.monotonic()
    asked = ask(client, about["model"], question, about["budget"], effort, about["agent"])
    response = wait(client, asked)
    usage = response.get("usage") or {}
    line = {**about, "status": response["status"], "seconds": round(time.monotonic() - begun, 2)}
    line |= {"tokens": usage.get("total_tokens", 0), "load": round(os.getloadavg()[0], 1)}
    if about["agent"] == BARE:
        text = text_of(response)
        return {**line, "right": all(says(text, forms) for forms in question.answers), "problems": []}
    return {**line, **judged(client, response, question)}


def player_of(question: Question, place: int) -> str:
    """Return which scripted model is asked: six of ten times the good one."""
    if question.part == "injection":
        return "obedient"
    return "good" if place % 10 < 6 else _BAD[(place + place // 10) % len(_BAD)]


def plan(questions: Sequence[Question], given: argparse.Namespace, model: str) -> list[tuple[Json, Question]]:
    """Return the tries that are wanted, each with its line's key."""
    real = [each for each in questions if each.real == bool(model)] if not given.every else list(questions)
    wanted = [each for each in real if given.part in ("", each.part) and each.id in (given.only or [each.id])]
    made: list[tuple[Json, Question]] = []
    for number, each in enumerate(wanted[: given.limit]):
        about: Json = {"agent": given.agent, "model": model or given.scripted or player_of(each, number)}
        about |= {"weights": given.model.stem if given.model else "", "revision": given.revision or revision()}
        made.append(({**about, "budget": given.budget, "question": each.id, "part": each.part}, each))
    return made


def key(line: Json) -> tuple[Any, ...]:
    """Return what a line is known by."""
    named = ("agent", "model", "weights", "revision", "question")
    return (*(line[name] for name in named), json.dumps(line["budget"], sort_keys=True))


def read(path: Path) -> list[Json]:
    """Return the lines of a file; one that a crash cut short is none."""
    found: dict[tuple[Any, ...], Json] = {}
    for text in path.read_text().splitlines() if path.exists() else ():
        try:
            line = json.loads(text)
        except ValueError:
            continue
        found[key(line)] = line
    return list(found.values())


def revision() -> str:
    """Return the last commit of what decides how a research is made."""
    paths = ("src/earthshine/research", "src/earthshine/harness")
    log = ("git", "-C", str(_ROOT), "log", "-1", "--format=%h", "--", *paths)
    return subprocess.run(log, check=True, capture_output=True, text=True).stdout.strip()


def run(where: Place, left: Iterable[tuple[Json, Question]], file: Path, effort: str, at_once: int) -> int:
    """Make tries, and keep their lines; returns how many of them broke what must hold."""
    writing, broken = threading.Lock(), 0
    with where.client() as client, ThreadPoolExecutor(at_once) as pool:

        def one(about: Json, question: Question) -> bool:
            line = tried(client, about, question, effort)
            with writing:
                append(file, line)
                told = "; ".join(f"{rule}: {what}" for rule, what in line["problems"]) or "holds"
                print(f"{line['question']:22} {line['model']:9} right={line['right']} {told}", flush=True)
            return bool(line["problems"])

        broken = sum(pool.map(lambda each: one(*each), left))
    return broken


def _wait_for(index: Path, web: Path) -> None:
    """Wait until all files of a folder are found by their words."""
    files = sum(path.is_file() for path in web.rglob("*"))
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if index.exists():
            with closing(sqlite3.connect(index)) as database:
                tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master")]
                if "files" in tables and database.execute("SELECT count(*) FROM files").fetchone()[0] >= files:
                    return
        time.sleep(0.1)
    raise SystemExit("The pages were not indexed.")


def _budget(text: str) -> Json:
    name, _, value = text.partition("=")
    return {name: int(value)}


def main() -> int:
    """Make the tries that are missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="a GGUF file; scripted models without one")
    parser.add_argument("--scripted", choices=models.MODELS, help="this one alone, instead of a mixture")
    parser.add_argument("--agent", choices=(RESEARCH, BARE), default=RESEARCH)
    parser.add_argument("--every", action="store_true", help="all 100 questions")
    parser.add_argument("--part", default="")
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--budget", type=_budget, default={}, help="tokens=N, seconds=N or pages=N")
    parser.add_argument("--effort", default="medium")
    parser.add_argument("--revision", default="", help="go on under this name, though the code has changed since")
    parser.add_argument("--at-once", type=int, default=1)
    given = parser.parse_args()
    with place(given.model) as where:
        done = {key(each) for each in read(given.results)}
        left = [each for each in plan(where.questions, given, where.model) if key(each[0]) not in done]
        print(f"{len(left)} tries are left; {given.results}", file=sys.stderr, flush=True)
        return int(bool(run(where, left, given.results, given.effort, given.at_once)))


if __name__ == "__main__":
    sys.exit(main())
