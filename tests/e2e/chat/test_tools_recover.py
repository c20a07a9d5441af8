"""A chat with tools loses its page and its server, twice: what was done was done once, and is shown once."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import ROOT
from tests.e2e.axe import violations
from tests.e2e.chatting import eventually, new_chat, turns_of
from tests.e2e.site import Session, Site, Trouble
from tests.server_process import ServerProcess, start_server
from tests.tools.mcp.servers import Shop, serve

CHART = """
import struct, zlib
bars, width, height = [3, 7, 4, 9, 6], 400, 200
def pixel(x, y):
    bar = bars[x * len(bars) // width] if x % (width // len(bars)) > 12 else 0
    return b"\\x2f\\x6f\\xde" if height - y < bar * 20 else b"\\xff\\xff\\xff"
rows = b"".join(b"\\0" + b"".join(pixel(x, y) for x in range(width)) for y in range(height))
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
data = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
open("chart.png", "wb").write(b"\\x89PNG\\r\\n\\x1a\\n" + data)
print("the sum is", sum(bars))
"""
"""No package for charts is in every sandbox: a few bars, by hand."""

ANSWER = " ".join(f"w{number}" for number in range(60))
SCRIPT: list[dict[str, Any]] = [
    {"tool_call": {"name": "code_interpreter", "arguments": {"code": CHART}}},
    {"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}},
    {"text": ANSWER, "tokens_per_second": 12},
]


@pytest.fixture
async def own_site(tmp_path: Path) -> AsyncGenerator[Site]:
    """An installation that may be killed."""
    site = Site(await _start(tmp_path / "data"))
    try:
        await site.administrator()
        yield site
    finally:
        await site.server.stop()


async def _start(data: Path, port: int = 0) -> ServerProcess:
    return await start_server(data, "--scripted", "--default-model", "scripted", port=port)


async def _kill_and_start(site: Site) -> None:
    await site.server.kill()
    site.server = await _start(site.server.data, int(site.url.rpartition(":")[2]))


def _words(language: str) -> dict[str, str]:
    return json.loads((ROOT / "web/src/features/chat/messages" / f"{language}.json").read_text())


@pytest.mark.parametrize(("language", "width", "height"), [("en", 1280, 800), ("ar", 360, 740)])
async def test_a_chart_and_a_call_that_was_allowed_survive_a_reload_and_two_kills(
    own_site: Site, browser: Browser, language: str, width: int, height: int
) -> None:
    words, shop, trouble = _words(language), Shop(), Trouble(expected=("ERR_", "Failed to load"))
    context = await browser.new_context(viewport={"width": width, "height": height})
    try:
        with serve(shop.app()) as url:
            session = await own_site.sign_in(context, await own_site.add_person())
            page = await context.new_page()
            trouble.watch(page, own_site.url)
            await page.add_init_script(f"localStorage.setItem('earthshine.language', '{language}')")
            chat = await _asked(page, session, words, url)
            await _seen_once(page, words, calls=0)
            await expect(page.get_by_role("button", name=words["approve"])).to_be_enabled()

            await page.reload()
            await _seen_once(page, words, calls=0)
            await _kill_and_start(own_site)
            assert shop.sold == []
            await page.get_by_role("button", name=words["approve"]).click()

            answer = page.locator("[data-reply-text]")
            await expect(answer).to_contain_text("w5", timeout=30_000)
            await _kill_and_start(own_site)
            await expect(answer).to_have_text(ANSWER, timeout=60_000)
            await _seen_once(page, words, calls=1)
            assert await violations(page) == []
            await page.reload()
            await expect(answer).to_have_text(ANSWER)
            await _seen_once(page, words, calls=1)
            assert shop.sold == ["lamp"]
            await _stored_once(session, chat)
            assert trouble.unexpected == []
    finally:
        await context.close()


async def _asked(page: Page, session: Session, words: dict[str, str], url: str) -> str:
    kept = await session.api("POST", "/earthshine/v1/connectors", {"name": "Shop", "url": url})
    switch = {"type": "mcp", "connector_id": kept["id"], "server_label": kept["server_label"]}
    chat = await new_chat(session, tools=[{"type": "code_interpreter"}, switch])
    await page.goto(f"{session.site.url}/c/{chat['id']}")
    box = page.get_by_role("textbox", name=words["your_message"])
    await box.fill(f"Draw it, and sell a lamp.\n!script {json.dumps(SCRIPT)}")
    await box.press("Enter")
    return chat["id"]


async def _seen_once(page: Page, words: dict[str, str], calls: int) -> None:
    """One picture and one row for each thing that was done; nothing is cut off at the side of the page."""
    picture = page.get_by_role("img", name=words["step_picture_named"].replace("{{file}}", "chart.png"))
    await expect(picture).to_have_count(1, timeout=60_000)
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 400
    rows = page.get_by_role("list", name=words["steps"]).get_by_role("button")
    await expect(rows).to_have_count(1 + calls)
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(overflow) == 0


async def _stored_once(session: Session, chat: str) -> None:
    async def types() -> list[str]:
        turns = await turns_of(session, chat)
        return [item["type"] for turn in turns for item in turn["response"]["output"]]

    once = ["mcp_list_tools", "code_interpreter_call", "mcp_approval_request", "mcp_call", "message"]
    await eventually(types, once)
