"""A SQLite installation filled fast: responses with their events, and rows of the ledger."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from earthshine.database import Database

_WORDS = (
    "the",
    "moon",
    "turns",
    "and",
    "its",
    "dark",
    "side",
    "is",
    "lit",
    "by",
    "us",
    "قمر",
    "月",
    "lumière",
    "earth",
)
_BATCH = 50_000


def fill(path: Path, *, responses: int, events: int, ledger: int) -> float:
    """Make the database at `path`; returns the seconds that it took. The same numbers make the same rows."""
    begun = time.perf_counter()
    asyncio.run(_make(path))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-200000")
        _insert(connection, "responses", _responses(responses, events))
        _insert(connection, "run_events", _events(responses, events))
        _insert(connection, "ledger", _ledger(ledger))
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return time.perf_counter() - begun


async def _make(path: Path) -> None:
    await (await Database.open(f"sqlite:///{path}")).close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterator[dict[str, Any]]) -> None:
    batch: list[tuple[Any, ...]] = []
    statement = ""
    connection.execute("BEGIN")
    for row in rows:
        if not statement:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            statement = f"INSERT INTO {table} ({names}) VALUES ({marks})"
        batch.append(tuple(row.values()))
        if len(batch) == _BATCH:
            connection.executemany(statement, batch)
            batch.clear()
    if batch:
        connection.executemany(statement, batch)
    connection.execute("COMMIT")


def _text(rng: random.Random, words: int) -> list[str]:
    return rng.choices(_WORDS, k=words)


def _responses(count: int, words: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(1)
    for number in range(count):
        said = " ".join(_text(rng, words))
        message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": said[:200]}]}
        answer = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": said}]}
        yield {
            "id": f"resp_{number:034}",
            "project": "default",
            "status": "completed",
            "background": number % 2,
            "model": "default",
            "created_at": 1_700_000_000 + number,
            "request": json.dumps({"model": "default", "input": said[:200]}),
            "input": json.dumps([message]),
            "response": json.dumps({"id": f"resp_{number:034}", "object": "response", "output": [answer]}).encode(),
        }


def _events(responses: int, events: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(2)
    for number in range(responses):
        item = f"msg_{rng.getrandbits(128):032x}"
        for place, word in enumerate(_text(rng, events)):
            event = (
                f'{{"type":"response.output_text.delta","item_id":"{item}","output_index":0,"content_index":0,'
                f'"delta":"{word} ","logprobs":[],"sequence_number":{place}}}'
            )
            yield {
                "run_id": f"resp_{number:034}",
                "sequence_number": place,
                "event": event.encode(),
                "raw": word.encode(),
            }


def _ledger(count: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(3)
    for number in range(count):
        given, made = rng.randrange(20_000), rng.randrange(2_000)
        costs = {"input_cost": given * 150_000, "cached_cost": 0, "output_cost": made * 600_000, "time_cost": 0}
        yield {
            "id": f"resp_{number:034}",
            "created_at": 1_700_000_000 + number,
            "organization": "default",
            "project": f"proj_{number % 50:03}",
            "key_id": f"key_{number % 200:03}",
            "user": "",
            "model": "default",
            "deployment": "local",
            "endpoint": "responses",
            "requests": 1,
            "input_tokens": given,
            "cached_tokens": 0,
            "output_tokens": made,
            "reasoning_tokens": 0,
            **costs,
            "cost": sum(costs.values()),
            "hosted_cost": None if number % 3 else sum(costs.values()) * 7,
            "partial": 0,
        }
