"""Files of this machine that a research searches: sent to the server, into a vector store made for it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from earthshine.cli.api import Api
from earthshine.cli.console import Failure, refuse
from earthshine.cli.library.sending import send_files, wait_until_read
from earthshine.cli.remote import remove_each

MOST_FILES = 500
KEPT_DAYS = 30
"""After it was searched last, the store goes; its files stay, for the report's quotations stand in them."""


def files_of(paths: Sequence[Path]) -> list[Path]:
    """Return the files, and those in the folders, each once; without hidden ones. Ends the command where none is."""
    found = list(dict.fromkeys(each for path in paths for each in _files(path)))
    if not found:
        refuse(f"there is no file in {', '.join(map(str, paths))}.")
    if len(found) > MOST_FILES:
        refuse(f"--sources has {len(found)} files, and {MOST_FILES} is the most. Name a smaller folder.")
    return found


async def make_store(api: Api, files: Sequence[Path], name: str) -> tuple[str, list[str]]:
    """Send files and wait until they can be searched: the store's id, and what could not be read. Raises `Failure`."""
    sent = await send_files(api, files, "assistants")
    ids = [each["id"] for each in sent]
    made = await api.post(
        "/v1/vector_stores", {"name": name, "expires_after": {"anchor": "last_active_at", "days": KEPT_DAYS}}
    )
    path = f"/v1/vector_stores/{made['id']}"
    batch = await api.post(f"{path}/file_batches", {"file_ids": ids})
    await wait_until_read(api, f"{path}/file_batches/{batch['id']}")
    added: list[Any] = await api.every(f"{path}/file_batches/{batch['id']}/files")
    names = {each["id"]: each["filename"] for each in sent}
    unread = [each for each in added if each["status"] != "completed"]
    failed = [f"{names[each['id']]}: {each['last_error']['message']}" for each in unread if each["last_error"]]
    if len(failed) == len(added):
        await remove_each(api, "/v1/vector_stores", [made["id"]])
        await remove_each(api, "/v1/files", ids)
        raise Failure(f"none of the files could be read. {failed[0]}")
    return made["id"], failed


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        yield from (Path(folder) / each for each in sorted(names) if not each.startswith("."))
