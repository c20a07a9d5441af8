"""An installation with something in every kind of column, made without a server."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import text

from earthshine.database import Database

BYTES = [b"{}", b"\xff\x00\xfe", "مرحبا 🌙".encode(), b"u:x", b"b:", b"", b"a\x00b"]
TEXTS = ["plain", "مرحبا", "🌙 月", 'quote " and \\ and \n', "null", ""]
JSONS = ['{"b": 1, "a":  [1.0, 1e5]}', '"\\u0000\\ud800"', "null", "5", "1.5", "{}", "[12345678901234567890123]"]


async def fill(url: str, *, events: int = 50) -> None:
    """Store conversations with items, responses with events, keys, and rows with NULLs."""
    database = await Database.open(url)
    async with database.write() as connection:
        for number, name in enumerate(TEXTS):
            await connection.execute(
                text(
                    "INSERT INTO keys (id, hash, prefix, project, name, created_at, expires_at) "
                    "VALUES (:id, :hash, 'sk-es-', 'default', :name, 9007199254740993, :expires)"
                ),
                {"id": f"key_{number}", "hash": f"h{number}", "name": name, "expires": number if number % 2 else None},
            )
        for number, json in enumerate(JSONS):
            # As text: the driver must not read it.
            await connection.exec_driver_sql(
                "INSERT INTO conversations (id, project, created_at, metadata, next_position) "
                f"VALUES ('conv_{number}', 'default', {number}, '{json}', 0)"
            )
        for number, content in enumerate(BYTES):
            await connection.execute(
                text(
                    "INSERT INTO conversation_items (conversation_id, position, item_id, item) VALUES (:c, :p, :i, :b)"
                ),
                {"c": f"conv_{number % len(JSONS)}", "p": number, "i": f"msg_{number}", "b": content},
            )
        # Ids that a language's rules would sort in another order.
        for number, name in enumerate(["resp_B", "resp_a", "resp_Z", "resp_z", "resp-é"]):
            await connection.execute(
                text(
                    "INSERT INTO responses "
                    "(id, project, status, background, model, created_at, request, input, response) "
                    "VALUES (:id, 'default', 'completed', :background, 'm', 1, '{}', '[]', :response)"
                ),
                {"id": name, "background": bool(number % 2), "response": b"{}"},
            )
            rows = [
                {"r": name, "n": place, "e": b'{"type":"response.output_text.delta"}', "w": b"w"}
                for place in range(events)
            ]
            await connection.execute(
                text("INSERT INTO run_events (run_id, sequence_number, event, raw) VALUES (:r, :n, :e, :w)"),
                rows,
            )
    await database.close()


def fill_data(data: Path) -> None:
    """Fill the SQLite database of a data directory, from where no loop runs."""
    data.mkdir(parents=True, exist_ok=True)
    asyncio.run(fill(f"sqlite:///{data / 'earthshine.db'}"))


def dump(data: Path) -> list[str]:
    """Return all statements that would make the database of a data directory again, in a fixed order."""
    with sqlite3.connect(data / "earthshine.db") as connection:
        return sorted(connection.iterdump())


def nothing(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""
