"""Health and settings."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.e2e.console.parts import part, row
from tests.e2e.site import Site


async def test_the_installation_is_named_in_the_app(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/health")
    chosen = part(page, "This installation")
    # A flag of this server gives it.
    await expect(chosen.get_by_role("combobox", name="Default model")).to_be_disabled()
    name = chosen.get_by_role("textbox", name="Name")
    await name.fill("House of Wisdom")
    await chosen.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved and in force")).to_be_visible()
    try:
        await page.goto(f"{site.url}/")
        await expect(page).to_have_title("House of Wisdom")
        await expect(page.get_by_role("link", name="House of Wisdom")).to_be_visible()
    finally:
        await site.api("POST", "/earthshine/v1/settings/site_name", {"value": None})


async def test_health_says_what_runs_and_where_each_setting_comes_from(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/health")
    await expect(page.get_by_text("Ready", exact=True).first).to_be_visible()
    await page.get_by_role("searchbox", name="Search").or_(page.get_by_role("textbox", name="Search")).fill("slots")
    line = row(page, "slots")
    await expect(line).to_contain_text("4")
    await expect(line).to_contain_text("Environment")
