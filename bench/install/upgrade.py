"""Update an older version's data in mid-flight; say what is there afterwards, and that the older one refuses it then.

    python -m bench.install.upgrade --from REVISION [--database postgresql]

The older version's code is taken from git and run by this environment. It makes a chat, a key, a budget and a finished
reply, and is killed while it writes a background reply and a reply in the chat. Then this version is started on the
same data.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from tests.postgres import running_cluster

from bench.shared.server import KEY, Server

TEXT = "".join(f"word{number} قمر 月 " for number in range(300))
SCRIPT = "!script " + json.dumps({"text": TEXT, "tokens_per_second": 40})
LIMIT = {"currency": "USD", "interval": "month", "threshold_amount": 5000}
SECONDS = 4
"""After which the older server is killed: a good part of the replies is not written then."""


class Client:
    """Somebody who asks a server, old or new."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return a reply; our own resources are found under their prefix, and where they stood before they had it."""
        reply = self._http.request(method, path, json=body)
        if reply.status_code == 404 and path.startswith("/v1/"):
            reply = self._http.request(method, f"/earthshine{path}", json=body)
        assert reply.status_code < 300, f"{method} {path}: {reply.status_code} {reply.text[:300]}"
        return reply.json()

    def text(self, response_id: str) -> tuple[str, str]:
        """Return a response's status and text."""
        response = self.ask("GET", f"/v1/responses/{response_id}")
        return response["status"], "".join(
            part["text"] for item in response["output"] if item["type"] == "message" for part in item["content"]
        )


def older(revision: str, place: Path) -> Path:
    """Put an older version's `src` into a folder."""
    place.mkdir()
    archive = subprocess.Popen(
        ["git", "archive", revision, "src"], cwd=Path(__file__).parents[2], stdout=subprocess.PIPE
    )
    subprocess.run(["tar", "-x"], cwd=place, stdin=archive.stdout, check=True)
    assert archive.wait() == 0, f"there is no revision {revision}"
    return place / "src"


@contextmanager
def running(source: Path) -> Generator[None]:
    """Start servers of the code in a folder meanwhile."""
    os.environ["PYTHONPATH"] = str(source)
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]


def begin(url: str) -> dict[str, Any]:
    """Fill an older installation; its last two replies are being written."""
    client = Client(url)
    done = client.ask("POST", "/v1/responses", {"model": "scripted", "input": "hello"})
    key = client.ask("POST", "/v1/organization/projects/default/service_accounts", {"name": "robot"})
    limit = client.ask("POST", "/v1/organization/projects/default/spend_limit", LIMIT)
    chat = client.ask("POST", "/earthshine/v1/chats", {"title": "kept"})
    turn = client.ask("POST", f"/earthshine/v1/chats/{chat['id']}/turns", {"input": SCRIPT, "model": "scripted"})
    flying = client.ask("POST", "/v1/responses", {"model": "scripted", "input": SCRIPT, "background": True})
    time.sleep(SECONDS)
    status, text = client.text(flying["id"])
    print(f"older: {status}, {len(text)} of {len(TEXT)} characters when it is killed")
    return {
        "done": done["id"],
        "flying": flying["id"],
        "seen": text,
        "chat": chat["id"],
        "turn": turn["id"],
        "key": key["api_key"]["value"],
        "limit": limit,
    }


def check(url: str, made: dict[str, Any]) -> int:
    """Return how much of what was made is not there as it should be."""
    client = Client(url)
    begun = time.perf_counter()
    while (flying := client.text(made["flying"]))[0] in ("queued", "in_progress"):
        time.sleep(0.2)
    waited = time.perf_counter() - begun
    with httpx.Client(headers={"Authorization": f"Bearer {made['key']}"}) as robot:
        knows_key = robot.get(f"{url}/v1/models").status_code == 200
    turns = client.ask("GET", f"/earthshine/v1/chats/{made['chat']}/turns")["data"]
    found = {
        "the reply in mid-flight, byte for byte": flying == ("completed", TEXT) and TEXT.startswith(made["seen"]),
        "the finished reply": client.text(made["done"])[0] == "completed",
        "the chat": client.ask("GET", f"/earthshine/v1/chats/{made['chat']}")["title"] == "kept",
        "its turn, with a reply": [turn["id"] for turn in turns] == [made["turn"]],
        "the key": knows_key,
        "the budget": client.ask("GET", "/v1/organization/projects/default/spend_limit") == made["limit"],
    }
    for what, there in found.items():
        print(f"newer: {what}: {'yes' if there else 'NO'}")
    print(f"newer: that reply ended {waited:.1f} s after the start")
    return sum(not there for there in found.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="revision", required=True, help="the older version, as git names it")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings: dict[str, Any] = {"scripted": "true"}
        if options.database == "postgresql":
            settings["database_url"] = stack.enter_context(running_cluster()).create()
        source = older(options.revision, place / "older")
        data = place / "data"
        with running(source), Server(data, **settings) as old:
            made = begin(old.url)
            old.kill()
        with Server(data, **settings) as new:
            wrong = check(new.url, made)
        try:
            with running(source), Server(data, **settings):
                print("older, on the newer data: STARTED")
                wrong += 1
        except SystemExit:
            words = (place / "data.log").read_text().strip().splitlines()[-1]
            print(f"older, on the newer data: refused: {words}")
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())
