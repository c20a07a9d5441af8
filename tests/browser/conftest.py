"""A browser, and a server with the pages that it looks at."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from earthshine.browser.browser import Browser
from earthshine.browser.options import BrowserOptions, find_program
from tests.browser.pages import PAGES


class Place:
    """A browser at work, its pages and its folders."""

    def __init__(self, browser: Browser, url: str, downloads: Path, uploads: Path) -> None:
        self.browser, self.url, self.downloads, self.uploads = browser, url, downloads, uploads

    async def act(self, action: str, **more: object) -> str:
        """Do something, and return what the page shows then."""
        return (await self.browser.act({"action": action, **more})).text

    async def open(self, page: str) -> str:
        """Open one of the pages."""
        return await self.act("open", url=f"{self.url}/{page}")


@pytest.fixture(scope="session")
async def pages() -> AsyncGenerator[str]:
    async def answer(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name == "file.bin":
            headers = {"content-disposition": 'attachment; filename="../../moon report.bin"'}
            return web.Response(body=b"moon" * 100, headers=headers)
        if name not in PAGES:
            raise web.HTTPNotFound()
        return web.Response(text=PAGES[name], content_type="text/html")

    app = web.Application()
    app.router.add_get("/{name}", answer)
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture(scope="session")
async def place(pages: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Place]:
    downloads, uploads = tmp_path_factory.mktemp("downloads"), tmp_path_factory.mktemp("uploads")
    options = BrowserOptions(find_program(), downloads=downloads, uploads=uploads, seconds=6)
    async with Browser.opened(options) as browser:
        yield Place(browser, pages, downloads, uploads)
