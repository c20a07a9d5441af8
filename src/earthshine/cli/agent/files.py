"""Files that go into an agent's container, and those that come out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from earthshine.cli.api import Api
from earthshine.cli.chat.client import ChatClient, ChatError
from earthshine.cli.chat.made_files import save_as
from earthshine.text.filenames import safe_filename

Json = dict[str, Any]


async def send_files(api: Api, container_id: str, files: tuple[Path, ...]) -> None:
    """Put files into a container. Raises `Failure`."""
    for file in files:
        await api.upload(f"/v1/containers/{container_id}/files", file, {}, lambda _done, _total: None)


def with_files(goal: str, files: tuple[Path, ...]) -> str:
    """Return what the agent is told of the files, too: names that it finds where it works."""
    names = ", ".join(file.name for file in files)
    return f"{goal}\n\nFiles in the current folder: {names}" if files else goal


async def fetch_files(client: ChatClient, session: Json, into: Path) -> list[Path]:
    """Save what a session made: its artifacts, or else the files that code made in its container.

    Raises `ChatError`, also where there is a file of a name already.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - the command does nothing else
    except OSError as error:
        raise ChatError(f"{into} cannot be made ({error.strerror}).") from None
    found = await _artifacts(client, session["id"])
    environment: Json = session["environment"]
    if not found and environment["type"] != "none":
        place = f"/v1/containers/{environment['id']}/files"
        files = (await client.json("GET", f"{place}?limit=100&order=asc"))["data"]
        made = [each for each in files if each["source"] == "assistant"]
        found = [(f"{place}/{each['id']}/content", Path(each["path"]).name) for each in made]
    return [await save_as(client, path, into / safe_filename(name)) for path, name in found]


async def _artifacts(client: ChatClient, session_id: str) -> list[tuple[str, str]]:
    """Return where a session's artifacts are, and their names; none where the server keeps none."""
    path = f"/v1/agents/sessions/{session_id}/artifacts"
    try:
        found = await client.json("GET", f"{path}?limit=100&order=asc")
    except ChatError as error:
        if error.status == 404:
            return []
        raise
    return [(f"{path}/{each['id']}/content", Path(each["path"]).name) for each in found["data"]]
