"""What was used, and what it cost."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.console.parts import respond
from tests.e2e.site import Session, Site


async def test_usage_and_cost_are_drawn_and_can_be_read(page: Page, site: Site, session: Session) -> None:
    await respond(session, "one two three")
    await page.goto(f"{site.url}/console/usage")
    await expect(page.get_by_role("heading", name="Usage and cost", level=1)).to_be_visible()
    by_day = page.get_by_role("figure", name="Requests by day")
    await expect(by_day).to_be_visible()
    await by_day.get_by_text("Show as a table").click()
    await expect(by_day.get_by_role("table")).to_contain_text("scripted")
    await page.get_by_role("combobox", name="Split by").select_option("Person")
    await expect(page).to_have_url(re.compile("user_id"))
    async with page.expect_download() as saved:
        await page.get_by_text("Download as CSV").click()
    assert (await saved.value).suggested_filename.endswith(".csv")


async def test_the_overview_shows_the_last_day(page: Page, site: Site, session: Session) -> None:
    await respond(session)
    await page.goto(f"{site.url}/console")
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    await expect(page.get_by_role("heading", name="Latest requests")).to_be_visible()
    await page.get_by_role("link", name="Back to chat").click()
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()


async def test_bars_begin_where_data_begins_and_say_their_figures(page: Page, site: Site, session: Session) -> None:
    await respond(session)
    await page.goto(f"{site.url}/console/usage?days=30")
    chart = page.get_by_role("listbox", name="Requests by day")
    await expect(chart.get_by_role("option")).to_have_count(7)
    bar = (
        await page.locator("figure", has=chart)
        .locator("svg rect")
        .first.evaluate("bar => bar.getBoundingClientRect().width")
    )
    assert 20 <= bar <= 40
    await chart.get_by_role("option").last.hover()
    await expect(page.locator("[data-hover]")).to_contain_text(re.compile(r"\d"))
