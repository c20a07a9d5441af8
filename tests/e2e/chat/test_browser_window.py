"""A person looks at the browser of a chat, types where the model may not, and signs out."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.conftest import ROOT
from tests.e2e.axe import violations
from tests.e2e.chatting import eventually, new_chat
from tests.e2e.site import Site, Trouble
from tests.responses.tools.browsing import a_site
from tests.server_process import start_server


@pytest.fixture
async def own_site(tmp_path: Path) -> AsyncGenerator[Site]:
    """An installation whose browsers may look at this machine."""
    flags = ("--scripted", "--default-model", "scripted")
    site = Site(await start_server(tmp_path / "data", *flags, env={"EARTHSHINE_WEB_FETCH": "private"}))
    try:
        await site.administrator()
        yield site
    finally:
        await site.server.stop()


async def _asked_for(paths: list[str], path: str) -> None:
    """Wait until the page has told its server."""

    async def found() -> bool:
        return path in paths

    await eventually(found, expected=True)


def _words(language: str) -> dict[str, str]:
    return json.loads((ROOT / "web/src/features/chat/messages" / f"{language}.json").read_text())


@pytest.mark.parametrize(("language", "width", "height"), [("en", 1280, 800), ("ar", 360, 740)])
async def test_a_person_types_where_the_model_may_not(
    own_site: Site, browser: Browser, language: str, width: int, height: int
) -> None:
    words, trouble = _words(language), Trouble(expected=("ERR_", "Failed to load"))
    context = await browser.new_context(viewport={"width": width, "height": height})
    try:
        with a_site() as (url, _, paths):
            session = await own_site.sign_in(context, await own_site.add_person())
            page = await context.new_page()
            trouble.watch(page, own_site.url)
            await page.add_init_script(f"localStorage.setItem('earthshine.language', '{language}')")
            chat = await new_chat(session, tools=[{"type": "browser"}])
            await page.goto(f"{own_site.url}/c/{chat['id']}")
            opened = {"tool_call": {"name": "browser_open", "arguments": {"url": f"{url}/big"}}}
            box = page.get_by_role("textbox", name=words["your_message"])
            await box.fill(f"Open {url}/big please.\n!script {json.dumps([opened, {'text': 'Please sign in.'}])}")
            await box.press("Enter")
            look = page.get_by_role("button", name=words["browser_look"])
            await look.click(timeout=90_000)
            window = page.get_by_role("dialog", name=words["browser"])
            await expect(window.get_by_text(words["browser_asks"])).to_be_visible(timeout=30_000)
            assert await violations(page) == []

            await window.get_by_label(words["browser_text"]).fill("noor")
            await window.get_by_role("button", name=words["browser_type"], exact=True).click()
            await _asked_for(paths, "/typed?noor")
            await expect(window.get_by_label(words["browser_text"])).to_have_value("")
            # Into the other field, by a click on the picture; back, and one letter away.
            screen = window.get_by_label(words["browser_screen"])
            frame = await screen.bounding_box()
            assert frame is not None
            shown = (await session.api("GET", "/earthshine/v1/browsers"))["data"][0]
            at = {"x": 100 * frame["width"] / shown["width"], "y": 320 * frame["height"] / shown["height"]}
            await screen.click(position={"x": at["x"], "y": at["y"]})
            await window.get_by_role("button", name=words["key_Backspace"]).click()
            await _asked_for(paths, "/typed?noo")

            await window.get_by_role("button", name=words["browser_sign_out"]).click()
            await expect(window.get_by_text(words["browser_none"])).to_be_visible()
            assert (await session.api("GET", "/earthshine/v1/browsers"))["data"] == []
            assert "noor" not in json.dumps(await session.api("GET", f"/earthshine/v1/chats/{chat['id']}/turns"))
            assert trouble.unexpected == []
    finally:
        await context.close()
