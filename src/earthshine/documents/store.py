"""Documents at rest: the parts that a reading has committed, and how far it is."""

from __future__ import annotations

import re
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import orjson
from sqlalchemy import Row, delete, insert, select, update

from earthshine.database import Connection
from earthshine.documents.document import BETWEEN, Heads, Part
from earthshine.documents.reading.part_json import layout_json
from earthshine.documents.tables import document_parts, documents
from earthshine.files.tables import files

_NOT_STORED = re.compile("[\0\ud800-\udfff]")
"""PostgreSQL takes no NUL, and no database takes half a surrogate pair."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a document is."""

    parts: int = 0
    """Parts that are committed: the number of the next one."""
    characters: int = 0
    """Of the canonical text of these."""
    ended: bool = False

    def after(self, parts: Sequence[Part], *, ended: bool) -> Progress:
        """Return how far it is with these parts."""
        joints = len(BETWEEN) * (len(parts) if self.parts else max(0, len(parts) - 1))
        more = joints + sum(len(part.text) for part in parts)
        return Progress(self.parts + len(parts), self.characters + more, ended)


def storable(part: Part) -> Part:
    """Return a part whose text every database takes; as many characters as before."""
    return replace(part, text=_clean(part.text), label=_clean(part.label))


def pack_layout(part: Part) -> bytes:
    """Return what a part has beside its text, as compressed JSON."""
    return zlib.compress(orjson.dumps(layout_json(part)), 6)


def unpack_layout(packed: bytes) -> dict[str, Any]:
    """Return what `pack_layout` packed."""
    return cast("dict[str, Any]", orjson.loads(zlib.decompress(packed)))


async def add_parts(
    connection: Connection,
    file_id: str,
    run_id: str,
    before: Progress,
    now: Progress,
    parts: Sequence[tuple[Part, bytes]],
    heads: Heads,
) -> bool:
    """Store parts with their packed layouts.

    Returns False, and stores nothing, when another run reads the file now. Storing the same again, as after a commit
    whose answer was lost, changes nothing.
    """
    # First the file, as who removes it does.
    await connection.execute(select(files.c.id).where(files.c.id == file_id).with_for_update(key_share=True))
    row = await lock(connection, file_id)
    if row is None or row.run_id != run_id:
        return False
    if row.parts_read != before.parts:
        return row.parts_read == now.parts
    rows: list[dict[str, Any]] = []
    start = before.characters + (len(BETWEEN) if before.parts else 0)
    doubts = dict(cast("Mapping[str, int]", row.doubts or {}))
    for place, (part, layout) in enumerate(parts):
        values = {"number": before.parts + place, "start": start, "end": start + len(part.text)}
        rows.append(
            {"file_id": file_id, **values, "kind": part.kind, "label": part.label, "text": part.text, "layout": layout}
        )
        start += len(part.text) + len(BETWEEN)
        for doubt in set(part.doubts):
            doubts[doubt] = doubts.get(doubt, 0) + 1
    if rows:
        await connection.execute(insert(document_parts), rows)
    known = {"kind": heads.kind[:32], "title": _clean(heads.title), "parts": max(heads.parts, now.parts)}
    if now.ended:
        known |= {"state": "read", "parts": now.parts, "ended_at": int(time.time())}
    changed = {**known, "parts_read": now.parts, "characters": now.characters, "doubts": doubts}
    await connection.execute(
        update(documents).where(documents.c.file_id == file_id).values({"state": "reading", **changed})
    )
    return True


async def lock(connection: Connection, file_id: str) -> Row[Any] | None:
    """Return a document's row, and keep it until the transaction ends."""
    query = select(documents).where(documents.c.file_id == file_id).with_for_update()
    return (await connection.execute(query)).one_or_none()


async def forget_parts(connection: Connection, file_id: str, run_id: str) -> None:
    """Let a run read a document from its beginning."""
    await connection.execute(delete(document_parts).where(document_parts.c.file_id == file_id))
    anew = {"kind": "", "title": "", "parts": 0, "parts_read": 0, "characters": 0, "doubts": None, "error": None}
    await connection.execute(
        update(documents)
        .where(documents.c.file_id == file_id)
        .values(run_id=run_id, state="queued", began_at=int(time.time()), ended_at=None, **anew)
    )


async def fail(connection: Connection, file_id: str, run_id: str, code: str, message: str) -> bool:
    """Say why a document cannot be read; False when another run reads it now."""
    failed = {"state": "failed", "error": {"code": code, "message": message}, "ended_at": int(time.time())}
    this = (documents.c.file_id == file_id) & (documents.c.run_id == run_id)
    return (await connection.execute(update(documents).where(this).values(**failed))).rowcount > 0


def _clean(text: str) -> str:
    return _NOT_STORED.sub("\ufffd", text)
