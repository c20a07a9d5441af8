"""Kill the server again and again while it ingests 50 mixed files; count passages that are missing or come twice.

    python -m bench.faults.ingestion_kills --kills 100

After each kill the database is looked at as it was left: which parts were committed. Each child that reads tells of
each part that it reads (`_logged_worker`), so that one that is read again after it was committed is seen. When all
files of a round have ended, another 50 are sent. Bars: each file is completed, or failed with a reason; the passages
of each are its document's text, each once; no part is read again that was committed; the text of each is found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2

from bench.shared.server import KEY, Server

HERE = Path(__file__).parent
FILES = 50
WORDS = {
    "en": ["the", "moon", "is", "lit", "by", "the", "earth", "and", "the", "sea", "rises", "at", "night"],
    "fr": ["la", "lune", "est", "éclairée", "par", "la", "terre", "et", "la", "mer", "monte", "la", "nuit"],
    "ar": ["القمر", "يضيئه", "نور", "الأرض", "ويرتفع", "البحر", "في", "الليل", "والكتاب", "على", "الطاولة"],
    "zh": ["月亮", "在夜里", "发光", "，", "海水", "上涨", "。", "书", "在桌上", "。"],
}


class Parts:
    """What the children that read have told of."""

    def __init__(self, folder: Path) -> None:
        os.mkfifo(folder / "parts")
        self.read: list[str] = []
        self._pipe = os.open(folder / "parts", os.O_RDWR)
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        rest = b""
        while True:
            rest += os.read(self._pipe, 65536)
            *lines, rest = rest.split(b"\n")
            self.read += [line.decode() for line in lines]


def text(rng: random.Random, mark: str, size: int) -> str:
    """Return a text like no other, of about so many characters, in paragraphs."""
    words = WORDS[rng.choice(sorted(WORDS))]
    paragraphs = [f"The mark is {mark}."]
    while sum(map(len, paragraphs)) < size:
        sentence = " ".join(rng.choices(words, k=30))
        paragraphs.append(f"{sentence} {rng.randrange(10**9)}. " * 3)
    return "\n\n".join(paragraphs)


def files(rng: random.Random, number: int, scale: float) -> list[tuple[str, bytes, str]]:
    """Return 50 files: name, content, and the mark by which each is found; empty for what cannot be read."""
    made: list[tuple[str, bytes, str]] = []
    for place in range(FILES):
        mark = f"mark{number}x{place}"
        match place % 10:
            case 0:
                made.append((f"{place}.txt", text(rng, mark, int(400_000 * scale)).encode(), mark))
            case 1:
                made.append(
                    (f"{place}.md", f"# Heading {mark}\n\n{text(rng, mark, int(60_000 * scale))}".encode(), mark)
                )
            case 2:
                made.append((f"{place}.txt", text(rng, mark, int(20_000 * scale)).encode("utf-16"), mark))
            case 3:
                made.append((f"{place}.docx", b"PK\x03\x04" + rng.randbytes(200), ""))
            case 4:
                made.append((f"{place}.bin", bytes(range(256)) * 20, ""))
            case _:
                made.append((f"{place}.txt", text(rng, mark, int(rng.randrange(200, 60_000) * scale)).encode(), mark))
    return made


class Bench:
    """One server, its rounds, and what came of them."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.parts = Parts(folder)
        self.rng, self.scale = random.Random(options.seed), options.scale
        paths = [str(HERE / "_logged_worker"), str(folder)]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
        self.server = Server(
            folder / "data", scripted="true", default_model="scripted", default_embedding_model="scripted"
        )
        self.database = folder / "data" / "earthshine.db"
        self.rounds: list[tuple[str, dict[str, str]]] = []
        self.count: Counter[str] = Counter()
        self.committed: set[str] = set()
        self.told = 0
        """Of what the children told, what was looked at."""
        self.recovery: list[float] = []

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send a request."""
        with httpx2.Client(base_url=self.server.url, headers={"authorization": f"Bearer {KEY}"}, timeout=60) as http:
            reply = http.request(method, path, **more)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def begin_round(self) -> None:
        """Send 50 files, and put them into a new store."""
        ids: dict[str, str] = {}
        for name, content, mark in files(self.rng, len(self.rounds), self.scale):
            form = {"files": {"file": (name, content)}, "data": {"purpose": "assistants"}}
            ids[self.ask("POST", "/v1/files", **form)["id"]] = mark
        store = self.ask("POST", "/v1/vector_stores", json={"name": "round"})["id"]
        self.ask("POST", f"/v1/vector_stores/{store}/file_batches", json={"file_ids": list(ids)})
        self.rounds.append((store, ids))

    def going_on(self) -> bool:
        """Tell whether files of the last round have not ended."""
        store, _ = self.rounds[-1]
        return self.ask("GET", f"/v1/vector_stores/{store}")["file_counts"]["in_progress"] > 0

    def kill(self) -> None:
        """Kill the server, look at what it left, and start it again."""
        self.server.kill()
        time.sleep(0.1)  # its children end with it
        self._look()
        began = time.perf_counter()
        self.server.start()
        self.recovery.append(time.perf_counter() - began)

    def _look(self) -> None:
        """Compare what was read since the last look with what had been committed by then."""
        told = self.parts.read[self.told :]
        self.told += len(told)
        self.count["parts read"] += len(told)
        self.count["read again though committed"] += sum(each in self.committed for each in told)
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            rows = database.execute("SELECT text FROM document_parts").fetchall()
        self.committed = {hashlib.sha256(row[0].encode()).hexdigest() for row in rows}

    def verify(self) -> None:
        """Count what is wrong in all rounds, with nobody writing."""
        self._look()
        for store, marks in self.rounds:
            for file_id, mark in marks.items():
                file = self.ask("GET", f"/v1/vector_stores/{store}/files/{file_id}")
                self.count[file["status"]] += 1
                wanted = "completed" if mark else "failed"
                self.count["ended otherwise than it should"] += file["status"] != wanted
                self.count["failed without a reason"] += file["status"] == "failed" and not file["last_error"]
                if mark and file["status"] == "completed":
                    self._verify_file(store, file_id, mark, file["passages"])

    def _verify_file(self, store: str, file_id: str, mark: str, count: int) -> None:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as database:
            parts = database.execute(
                "SELECT number, text FROM document_parts WHERE file_id = ? ORDER BY number", (file_id,)
            ).fetchall()
            passages = database.execute(
                'SELECT number, part, text, "change" FROM passages WHERE vector_store_id = ? AND file_id = ? '
                "ORDER BY number",
                (store, file_id),
            ).fetchall()
        self.count["passages"] += len(passages)
        self.count["files with a passage missing or twice"] += [row[0] for row in passages] != list(range(count))
        self.count["passages that are not shown"] += sum(row[3] is None for row in passages)
        self.count["parts missing or twice"] += [row[0] for row in parts] != list(range(len(parts)))
        for number, content in parts:
            joined = "".join(row[2] for row in passages if row[1] == number)
            self.count["parts whose passages differ from them"] += joined != content and not content.isspace()
        found = self.ask("POST", f"/v1/vector_stores/{store}/search", json={"query": mark, "max_num_results": 3})[
            "data"
        ]
        self.count["files that are not found"] += file_id not in [each["file_id"] for each in found]


def main(options: argparse.Namespace) -> int:
    """Kill, and report."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options)
        bench.server.start()
        began = time.perf_counter()
        bench.begin_round()
        for _ in range(options.kills):
            time.sleep(bench.rng.uniform(0.05, options.longest))
            if not bench.going_on():
                bench.begin_round()
                time.sleep(bench.rng.uniform(0.05, options.longest))
            bench.kill()
        while bench.going_on():
            time.sleep(0.2)
        bench.verify()
        bench.server.stop()
    bad = (
        "ended otherwise than it should",
        "failed without a reason",
        "files with a passage missing or twice",
        "passages that are not shown",
        "parts missing or twice",
        "parts whose passages differ from them",
        "read again though committed",
        "files that are not found",
    )
    report = {
        "bench": "ingestion kills",
        "kills": options.kills,
        "rounds of 50 files": len(bench.rounds),
        **{name: bench.count[name] for name in ("completed", "failed", "passages", "parts read")},
        **{name: bench.count[name] for name in bad},
        "seconds to start again, median": round(statistics.median(bench.recovery), 2),
        "seconds": round(time.perf_counter() - began),
    }
    print(json.dumps(report, indent=2))
    return int(any(bench.count[name] for name in bad))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--longest", type=float, default=2.0, help="seconds from a start to the kill, at most")
    parser.add_argument("--scale", type=float, default=1.0, help="of the files' sizes")
    parser.add_argument("--seed", type=int, default=1)
    raise SystemExit(main(parser.parse_args()))
