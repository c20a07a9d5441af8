"""A server in a process of its own, with saved pages to search and a model that is played here."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.patience import PATIENCE
from tests.research.playing import Player, running_player
from tests.server_process import ServerProcess, start_server

PAGES = {
    "https://brel.example/bridge": "<title>The Brel bridge</title><p>The Brel bridge is 412 metres long. It was opened "
    "in 1931.</p><p>The Brel bridge was built by Ada Morn.</p>",
    "https://news.example/brel": "<title>News</title><p>The Brel bridge carries 9,000 cars a day.</p>",
    "https://jisr.example/brel": "<title>جسر بريل</title><p>يبلغ طول جسر بريل 412 مترا. افتتح جسر بريل عام 1931.</p>",
}


@asynccontextmanager
async def serving(data: Path) -> AsyncGenerator[tuple[ServerProcess, Player]]:
    """Start it."""
    with running_player() as player:
        running = await start_searching(data, player)
        try:
            yield running, player
        finally:
            code = await running.stop()
    assert code == 0, f"the server ended with {code}"


async def start_searching(data: Path, player: Player) -> ServerProcess:
    """Start a server with the pages, or start it again on its data."""
    folder = data / "pages"
    folder.mkdir(exist_ok=True)
    for number, (url, body) in enumerate(PAGES.items()):
        # As browsers save pages.
        (folder / f"{number}.html").write_text(f"<!-- saved from url=({len(url):04}){url} -->\n{body}", "utf-8")
    upstream = {"player": {"base_url": player.url, "models": {"player": "player"}}}
    env = {
        "EARTHSHINE_UPSTREAMS": json.dumps(upstream),
        "EARTHSHINE_ALLOW_PRIVATE_UPSTREAMS": "true",
        "EARTHSHINE_WEB_ARCHIVE": str(folder),
    }
    running = await start_server(data / "server", "--no-embedded-model", "--default-model", "player", env=env)
    await _until_indexed(running)
    return running


async def _until_indexed(running: ServerProcess) -> None:
    """Wait until the saved pages can be found: what is searched before finds nothing."""
    async with asyncio.timeout(PATIENCE):
        while "saved pages: " not in running.log.read_text(errors="replace"):
            await asyncio.sleep(0.05)
