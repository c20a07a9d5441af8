"""Kill the server again and again while it answers a batch; count lines that are lost, doubled or wrong.

    python -m bench.faults.batch_kills --lines 50000 --kills 20

Each line asks for words of its own, every hundredth one for something that is refused. After each kill the database is
looked at as it was left: the counts of the batch are those of its stored results. Bars: each line stands once, in the
file where it belongs and with the answer to its own question; nothing is counted that is not stored; each answer is
charged once.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from bench.shared.server import KEY, Server

URL = "/v1/chat/completions"
BAD = 100
"""Every such line is refused."""


class Bench:
    """One server, one batch, and what came of it."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.lines = options.lines
        self.server = Server(folder / "data", scripted="true", default_model="scripted")
        self.database = folder / "data" / "earthshine.db"
        self.count: Counter[str] = Counter()
        self.batch_id = ""

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Send a request."""
        with httpx2.Client(base_url=self.server.url, headers={"authorization": f"Bearer {KEY}"}, timeout=300) as http:
            reply = http.request(method, path, **more)
        assert reply.status_code == 200, reply.text
        return reply

    def begin(self) -> None:
        """Send the file, and begin its batch."""
        content = "\n".join(json.dumps(self._line(number)) for number in range(self.lines)).encode()
        form = {"files": {"file": ("in.jsonl", content)}, "data": {"purpose": "batch"}}
        given = {"input_file_id": self.ask("POST", "/v1/files", **form).json()["id"], "completion_window": "24h"}
        self.batch_id = self.ask("POST", "/v1/batches", json=given | {"endpoint": URL}).json()["id"]

    def _line(self, number: int) -> dict[str, Any]:
        body: dict[str, Any] = {"model": "scripted", "messages": [{"role": "user", "content": f"line{number}"}]}
        body |= {"no_such_field": 1} if number % BAD == 0 else {}
        return {"custom_id": f"r{number}", "method": "POST", "url": URL, "body": body}

    def batch(self) -> dict[str, Any]:
        """Return the batch as it is now."""
        return self.ask("GET", f"/v1/batches/{self.batch_id}").json()

    def kill(self) -> None:
        """Kill the server, look at what it left, and start it again."""
        self.server.kill()
        counted = self.one("SELECT completed + failed FROM batches")
        stored = self.one("SELECT count(*) FROM batch_results")
        self.count["kills after which counts differ from results"] += counted != stored
        self.server.start()

    def one(self, query: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            return database.execute(query).fetchone()[0]

    def verify(self, batch: dict[str, Any]) -> None:
        """Compare the files with what was asked."""
        found: Counter[str] = Counter()
        for name in ("output", "error"):
            for text in self.ask("GET", f"/v1/files/{batch[f'{name}_file_id']}/content").text.splitlines():
                line = json.loads(text)
                number = int(line["custom_id"][1:])
                found[line["custom_id"]] += 1
                body = line["response"]["body"]
                refused = number % BAD == 0
                self.count["lines in the wrong file"] += refused != (name == "error")
                if not refused:
                    content = body["choices"][0]["message"]["content"]
                    self.count["lines with another's answer"] += not content.endswith(f"line{number}")
        self.count["lines lost"] = self.lines - len(found)
        self.count["lines doubled"] = sum(each > 1 for each in found.values())
        counts = batch["request_counts"]
        self.count["counts that are wrong"] = counts["completed"] + counts["failed"] != self.lines


def main(options: argparse.Namespace) -> int:
    """Kill, and report."""
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options)
        bench.server.start()
        bench.begin()
        began, down, kills = time.perf_counter(), 0.0, 0
        starts: list[float] = []
        while (batch := bench.batch())["status"] not in ("completed", "failed", "expired"):
            done = sum(batch["request_counts"][name] for name in ("completed", "failed"))
            # Spread over the whole batch, each at some moment of its part.
            if kills < options.kills and done >= (kills + rng.random()) / options.kills * options.lines * 0.95:
                time.sleep(rng.uniform(0, 0.2))
                bench.kill()
                kills += 1
                starts.append(bench.server.ready_seconds)
                down += bench.server.ready_seconds
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        bench.verify(batch)
        time.sleep(2)  # the last charges come into the ledger
        bench.count["charges that are missing or doubled"] = abs(
            bench.one("SELECT count(*) FROM ledger") - batch["request_counts"]["completed"]
        )
        bench.server.stop()
    report = {
        "bench": "batch kills",
        "lines": options.lines,
        "kills": kills,
        "status": batch["status"],
        **bench.count,
        "seconds": round(seconds, 1),
        "lines a second while it was up": round(options.lines / max(0.1, seconds - down)),
        "seconds to start again, median": round(statistics.median(starts or [0]), 2),
    }
    print(json.dumps(report, indent=2))
    return int(any(bench.count.values()) or batch["status"] != "completed" or kills < options.kills)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(main(parser.parse_args()))
