"""The check of `earthshine doctor` that looks at stored files: whether they can be written, and are what they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from earthshine.catalog.downloads.progress import Progress, Step
from earthshine.cli.diagnosis.findings import Finding
from earthshine.errors import EarthshineError
from earthshine.settings import Settings

if TYPE_CHECKING:
    from earthshine.blobs import Store

_SHOWN = 5
"""Damaged files that are named; there may be many."""


async def check_blobs(settings: Settings, *, deep: bool, progress: Progress) -> list[Finding]:
    """The store can be written to, and no content is known to be damaged; `deep` reads all of them again."""
    from earthshine.blobs import open_store

    try:
        store = open_store(settings, "doctor")
        where = await store.check()
    except EarthshineError as error:
        mend = "Make that place writable, or name another one by the setting `blobs`."
        return [Finding("stored files", "broken", error.message, mend)]
    if not settings.database_url and not (settings.data / "earthshine.db").exists():
        return [Finding("stored files", "ok", f"{where} (none yet)")]
    try:
        rows = await _rows(settings)
        damaged = [row.sha256 for row in rows if row.damaged_at is not None]
        if deep:
            damaged += await _read_again([row for row in rows if row.damaged_at is None], store, progress)
    except EarthshineError as error:
        return [Finding("stored files", "warning", f"{where}: {error.message}", "Mend the database first.")]
    if damaged:
        names = ", ".join(damaged[:_SHOWN]) + (" …" if len(damaged) > _SHOWN else "")
        mend = "Restore a backup, or send the same files again, which mends them."
        return [Finding("stored files", "broken", f"{where}: {len(damaged)} of {len(rows)} damaged: {names}", mend)]
    return [Finding("stored files", "ok", f"{where}: {len(rows)}" + (", all hashes right" if deep else ""))]


async def _rows(settings: Settings) -> list[Any]:
    from sqlalchemy import inspect, select

    from earthshine.blobs.tables import blobs
    from earthshine.database.bulk_connections import reading
    from earthshine.database.url import driver_url

    async with reading(driver_url(settings.database)) as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("blobs")):
            return []
        return list((await connection.execute(select(blobs).order_by(blobs.c.sha256))).all())


async def _read_again(rows: list[Any], store: Store, progress: Progress) -> list[str]:
    from earthshine.blobs.scan import find_damage

    total, done, damaged = sum(row.size for row in rows), 0, list[str]()
    for row in rows:
        if await find_damage(store, row):
            damaged.append(row.sha256)
        done += row.size
        progress(Step("verifying", done, total, "stored files"))
    return damaged
