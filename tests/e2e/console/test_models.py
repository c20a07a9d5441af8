"""Models and the servers that answer."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.chatting import open_chat, replies, say
from tests.e2e.console.parts import row
from tests.e2e.site import Session, Site
from tests.servers.programs import OLLAMA, program


async def test_models_are_loaded_unloaded_and_what_fits_is_shown(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/models")
    line = row(page, DEFAULT_MODEL)
    await expect(line).to_be_visible()
    if await line.get_by_role("button", name="Unload").count():
        await line.get_by_role("button", name="Unload").click()
        await expect(line).to_contain_text("Not loaded")
    await line.get_by_role("button", name="Load", exact=True).click()
    await expect(line).to_contain_text("Ready", timeout=60_000)
    await expect(page.get_by_text("Processor cores")).to_be_visible()
    await page.get_by_role("tab", name="Catalog").click()
    await expect(page.get_by_text("Needs memory").first).to_be_visible()
    # A test's server cannot reach the hubs, and says so once it has looked.
    await expect(page.get_by_text(re.compile("^(Fits|Not reachable from here)")).first).to_be_visible()
    await expect(page.get_by_role("button", name=re.compile("^Download")).first).to_be_enabled()


async def test_a_server_is_connected_tested_and_chatted_with(page: Page, site: Site, session: Session) -> None:
    async with program(OLLAMA) as at:
        await page.goto(f"{site.url}/console/deployments")
        await page.get_by_role("button", name="Connect a server").first.click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_role("textbox", name="Address").fill(at.removeprefix("http://"))
        await dialog.get_by_role("button", name="List its models").click()
        await expect(dialog.get_by_text(f"{at}/v1")).to_be_visible()
        for other in ("qwen3:8b", "llama3.2:latest", "nomic-embed-text:latest"):
            await dialog.get_by_role("checkbox", name=other).uncheck()
        await expect(dialog.get_by_text("4,096 tokens of context")).to_be_visible()
        await dialog.get_by_text("Name, abilities and context").click()
        await dialog.get_by_role("textbox", name="Name here").fill("seer")
        await dialog.get_by_role("button", name="Test 1 model").click()
        await expect(dialog.get_by_text("Answered in")).to_be_visible()
        await dialog.get_by_role("button", name="Offer 1 model").click()
        line = row(page, "seer")
        await expect(line).to_contain_text("Not yet asked")
        await page.goto(f"{site.url}/console/models")
        await expect(row(page, "seer")).to_contain_text("Served elsewhere")
        await expect(row(page, "seer").get_by_role("button", name="Load")).to_have_count(0)
        await open_chat(page, session, "seer")
        await say(page, "Hello there")
        await expect(replies(page).locator("[data-reply-text]")).to_contain_text("Hello!")
    await page.goto(f"{site.url}/console/deployments")
    await line.get_by_role("button", name=re.compile("^Check .* now")).click()
    await expect(page.get_by_text("does not answer")).to_be_visible()
    await line.get_by_role("button", name=re.compile("^Remove ")).click()
    await page.get_by_role("dialog").get_by_role("button").last.click()
    await expect(line).to_have_count(0)
