"""Chromium and a site to look at, for the benches of the web app: the tests' own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.conftest import DEFAULT_MODEL, install_default_model
from tests.e2e.site import Site
from tests.server_process import start_server

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def open_site(data: Path, *flags: str, port: int = 0) -> AsyncGenerator[Site]:
    """Start a server with the built web app, the default model and `scripted`, and end it."""
    weights = sorted((ROOT / ".cache" / "models").rglob("*.gguf"))
    if not weights:
        raise SystemExit("The default model is not here; `make setup` fetches it.")
    await install_default_model(data, weights[0])
    running = await start_server(data, "--scripted", "--default-model", DEFAULT_MODEL, *flags, port=port)
    site = Site(running)
    try:
        yield site
    finally:
        # A bench may have killed the first one and started another.
        await site.server.stop()
