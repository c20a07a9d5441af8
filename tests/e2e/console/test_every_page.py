"""What holds on every page of the console and beside chats."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.chatting import eventually, open_chat
from tests.e2e.site import Session, Site


async def test_the_palette_switches_the_model_of_a_chat(page: Page, site: Site, session: Session) -> None:
    chat = await open_chat(page, session, "scripted")
    await page.keyboard.press("Control+k")
    find = page.get_by_role("combobox").last
    await find.fill("switch model")
    await expect(page.get_by_role("option", name="Switch the model").first).to_be_visible()
    await expect(page.get_by_role("option", name=re.compile(DEFAULT_MODEL))).to_be_visible()
    await find.fill(DEFAULT_MODEL)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name=re.compile(DEFAULT_MODEL)).first).to_be_visible()

    async def model() -> object:
        return (await session.api("GET", f"/earthshine/v1/chats/{chat}"))["settings"]["model"]

    # The page shows the choice before the server has it.
    await eventually(model, DEFAULT_MODEL)


async def test_the_palette_finds_pages_of_the_console_and_the_settings(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await page.get_by_role("main").locator("textarea").wait_for()
    # The console has a frame of its own, in which the palette is the same.
    for typed, where, title in (
        ("Limits and", "/console/limits", "Limits and budgets"),
        ("Ratings", "/console/ratings", "Ratings"),
        ("Account", "/settings/account", "Settings"),
    ):
        await page.keyboard.press("Control+k")
        palette = page.get_by_role("dialog", name="Command palette")
        await palette.get_by_role("combobox").fill(typed)
        await expect(palette.get_by_role("option").first).to_contain_text(typed)
        await page.keyboard.press("Enter")
        await expect(page).to_have_url(re.compile(where))
        await expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


async def test_the_console_follows_the_language_and_theme_of_the_person(page: Page, site: Site) -> None:
    somebody = await site.sign_in(page.context, await site.add_person())
    await somebody.api("POST", "/earthshine/v1/preferences", {"language": "fr", "theme": "dark"})
    await page.goto(f"{site.url}/console/limits")
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
