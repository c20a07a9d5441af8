"""The web app below a path of its host, behind a proxy that takes the prefix away and one that leaves it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, expect

from tests.e2e.chatting import finished, replies, say
from tests.e2e.site import PASSWORD, Site
from tests.server_process import start_server

BASE = "/ai"


@asynccontextmanager
async def proxy(*, strips: bool) -> AsyncGenerator[tuple[str, dict[str, str]]]:
    """A proxy on loopback; what the dictionary says under `to` is where it sends what begins with the prefix."""
    to: dict[str, str] = {}
    async with aiohttp.ClientSession(auto_decompress=False) as client:

        async def pass_on(request: web.Request) -> web.StreamResponse:
            path = request.raw_path.removeprefix(BASE) if strips else request.raw_path
            headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
            async with client.request(
                request.method, to["to"] + path, headers=headers, data=await request.read(), allow_redirects=False
            ) as reply:
                gone = ("transfer-encoding", "content-length", "connection")
                kept = [(name, value) for name, value in reply.headers.items() if name.lower() not in gone]
                answer = web.StreamResponse(status=reply.status)
                for name, value in kept:
                    answer.headers.add(name, value)
                await answer.prepare(request)
                async for piece in reply.content.iter_any():
                    await answer.write(piece)
                await answer.write_eof()
                return answer

        app = web.Application(client_max_size=2**25)
        app.router.add_route("*", BASE + "/{rest:.*}", pass_on)
        runner = web.AppRunner(app)
        await runner.setup()
        place = web.TCPSite(runner, "127.0.0.1", 0)
        await place.start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}", to
        finally:
            await runner.cleanup()


@pytest.mark.parametrize("strips", [True, False], ids=["strips", "leaves"])
async def test_the_app_below_a_path(strips: bool, browser: Browser, tmp_path: Path) -> None:
    async with proxy(strips=strips) as (origin, to):
        flags = ("--scripted", "--no-embedded-model", "--default-model", "scripted", "--public-url", origin + BASE)
        running = await start_server(tmp_path, *flags)
        to["to"] = running.url
        context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
        context.set_default_timeout(20_000)
        outside: list[str] = []
        context.on("response", lambda reply: outside.append(reply.url) if reply.status == 404 else None)
        try:
            person = await Site(running).administrator()
            page = await context.new_page()
            await page.goto(f"{origin}{BASE}/")
            await expect(page).to_have_url(re.compile(f"^{origin}{BASE}/sign-in"))
            await page.get_by_label("E-mail").fill(person.email)
            await page.get_by_label("Password", exact=True).fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            await expect(page).to_have_url(re.compile(f"^{origin}{BASE}/"))
            await say(page, "Hello ```mermaid\ngraph TD; A-->B\n```")
            await finished(page)
            await expect(replies(page).locator("[data-reply-text]")).not_to_be_empty()
            await expect(page).to_have_url(re.compile(f"^{origin}{BASE}/c/"))
            await page.reload()
            await expect(replies(page).locator("[data-reply-text]")).not_to_be_empty()
            for path in ("/settings/general", "/library/assistants", "/console"):
                await page.goto(f"{origin}{BASE}{path}")
                await expect(page.get_by_role("heading").first).to_be_visible()
            cookies = await context.cookies(f"{origin}{BASE}/")
            assert {cookie["path"] for cookie in cookies} == {BASE}
            worker = "navigator.serviceWorker.ready.then((worker) => new URL(worker.scope).pathname)"
            assert await page.evaluate(worker) == f"{BASE}/"
            manifest = await page.evaluate(f"fetch('{BASE}/manifest.webmanifest').then((reply) => reply.json())")
            assert manifest["start_url"] == manifest["scope"] == f"{BASE}/"
            assert not outside
        finally:
            await context.close()
            await running.stop()
