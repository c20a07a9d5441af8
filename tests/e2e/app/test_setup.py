"""The first run of an installation, from the address that the server prints to the first chat."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import get_args

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import DEFAULT_MODEL, install_default_model
from tests.e2e.chatting import finished, replies, say
from tests.e2e.site import PASSWORD, Site
from tests.e2e.walk import Language, Walk, inspect
from tests.server_process import start_server

NAMES: dict[Language, str] = {"en": "English", "ar": "العربية", "fr": "Français", "zh": "中文"}


@pytest.fixture
async def fresh(default_model_path: Path, tmp_path: Path) -> AsyncGenerator[Site]:
    """An installation in which nobody has an account yet."""
    await install_default_model(tmp_path, default_model_path)
    running = await start_server(tmp_path, "--scripted", "--default-model", DEFAULT_MODEL)
    try:
        yield Site(running)
    finally:
        await running.stop()


async def test_the_first_run_leads_to_a_first_chat(browser: Browser, fresh: Site) -> None:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    context.set_default_timeout(20_000)
    page = await context.new_page()
    # Whoever comes is led to the wizard while there is nobody.
    await page.goto(fresh.url)
    await expect(page).to_have_url(re.compile("/setup"))
    found = await _every_language(page)
    await page.get_by_role("textbox", name="Key").fill("sk-not-the-key")
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_role("textbox", name="Key").fill(fresh.server.key)
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    await inspect(page, "setup-person", "en", found)
    await page.get_by_role("textbox", name="Your name").fill("Amira")
    await page.get_by_role("textbox", name="E-mail").fill("amira@example.org")
    await page.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    await page.get_by_role("button", name="Make the account").click()
    await expect(page.get_by_role("heading", name="A model that fits")).to_be_visible()
    await expect(page.get_by_text(re.compile("This machine has .* of memory"))).to_be_visible()
    await expect(page.get_by_text(f"{DEFAULT_MODEL} is ready to answer now.")).to_be_visible()
    await inspect(page, "setup-model", "en", found)
    await page.get_by_role("button", name="Begin the first chat").click()
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await say(page, "Say hello in one short sentence.")
    await finished(page)
    await expect(replies(page).locator("[data-reply-text]")).not_to_be_empty()
    assert found.problems == []
    # Once only: whoever comes later is led to the door.
    await page.goto(f"{fresh.url}/setup")
    await expect(page.get_by_text("This server is set up").or_(page.get_by_role("heading", level=1))).to_be_visible()
    await context.clear_cookies()
    await page.goto(fresh.url)
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    await context.close()


async def _every_language(page: Page) -> Walk:
    """Look at the first two steps in every language; ends at the second one in English."""
    found = Walk()
    for language in (*[each for each in get_args(Language) if each != "en"], "en"):
        await page.get_by_text(NAMES[language], exact=True).click()
        await expect(page.locator("html")).to_have_attribute("lang", language)
        await inspect(page, "setup-language", language, found)
        await page.locator("main form button[type=submit]").click()
        await page.locator("main input[type=password]").wait_for()
        await inspect(page, "setup-key", language, found)
        if language != "en":
            await page.locator("main form button[type=button]").first.click()
            await page.get_by_role("radio").first.wait_for()
    return found
