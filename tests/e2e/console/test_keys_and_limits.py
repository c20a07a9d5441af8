"""Keys and budgets."""

from __future__ import annotations

import re

import httpx2 as httpx
from playwright.async_api import Page, expect

from tests.e2e.console.parts import row
from tests.e2e.site import Site


async def test_a_key_is_made_used_renewed_and_deleted(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/keys")
    await page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog", name="New key")
    await dialog.get_by_role("textbox", name="Name", exact=True).fill("Harvester")
    await dialog.get_by_role("combobox", name="Expires").select_option("In a week")
    await dialog.get_by_role("button", name="Create").click()
    shown = page.get_by_role("dialog", name="The key “Harvester”")
    secret = (await shown.locator("code").first.inner_text()).strip()
    await shown.get_by_role("button", name="Done").click()
    assert await answers(site, secret)
    await expect(row(page, "Harvester")).to_be_visible()
    await expect(page.get_by_text(secret)).to_have_count(0)
    await page.get_by_role("button", name="Renew Harvester").click()
    renew = page.get_by_role("dialog", name="Renew Harvester")
    await renew.get_by_role("combobox", name="The old key ends").select_option("At once")
    await renew.get_by_role("button", name="Make the new key").click()
    renewed = (await page.get_by_role("dialog").locator("code").first.inner_text()).strip()
    await page.get_by_role("dialog").get_by_role("button", name="Done").click()
    assert await answers(site, renewed) and not await answers(site, secret)
    await page.get_by_role("button", name="Delete Harvester").last.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert not await answers(site, renewed)


async def answers(site: Site, key: str) -> bool:
    """Whether a key is taken."""
    async with httpx.AsyncClient() as client:
        reply = await client.get(f"{site.url}/v1/models", headers={"authorization": f"Bearer {key}"})
    assert reply.status_code in (200, 401), reply.text
    return reply.status_code == 200


async def test_a_budget_is_set_seen_and_taken_away(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/limits")
    await page.get_by_role("button", name="Set a limit").first.click()
    dialog = page.get_by_role("dialog", name="Set a limit")
    await dialog.get_by_role("combobox", name="For").select_option("Project")
    await dialog.get_by_role("combobox", name="Counts").select_option("Spending per month")
    await dialog.get_by_role("textbox", name="US dollars").fill("25.50")
    await dialog.get_by_role("button", name="Save").click()
    line = row(page, "Spending per month")
    await expect(line).to_contain_text("25.5")
    await expect(line.get_by_role("progressbar")).to_be_visible()
    await line.get_by_role("button", name=re.compile("Take away the limit")).click()
    await page.get_by_role("dialog").get_by_role("button").last.click()
    await expect(line).to_have_count(0)


async def test_a_client_is_set_up_with_a_key_of_its_own(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/connect?client=qwen-code")
    await page.get_by_role("combobox", name="Model").select_option("scripted")
    text = page.get_by_role("region", name="~/.qwen/.env").locator("code")
    await expect(text).to_contain_text(f"OPENAI_BASE_URL={site.url}/v1")
    await page.get_by_role("button", name="Make a key for Qwen Code").click()
    await expect(page.get_by_role("status").filter(has_text="Qwen Code")).to_be_visible()
    values = dict(line.split("=", 1) for line in (await text.inner_text()).splitlines())
    assert values["OPENAI_MODEL"] == "scripted"
    assert await answers(site, values["OPENAI_API_KEY"])
    await page.get_by_role("combobox", name="Client").select_option("aider")
    await expect(page.get_by_text(values["OPENAI_API_KEY"])).to_have_count(0)
