"""Public links of an organisation."""

from __future__ import annotations

import re

import httpx2 as httpx
from playwright.async_api import Page, expect

from tests.e2e.chatting import import_chat
from tests.e2e.console.parts import row
from tests.e2e.site import Session, Site


async def test_what_is_public_is_listed_and_closed_after_asking(page: Page, site: Site, session: Session) -> None:
    chat = await import_chat(session, "Public tides", [("What pulls the sea?", "The moon does.")])
    made = await session.api("POST", f"/earthshine/v1/chats/{chat}/shares", {"expires_in": 7 * 86400})
    await page.goto(site.url)
    await page.get_by_role("main").locator("textarea").wait_for()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Command palette").fill("Public links")
    await expect(page.get_by_role("option").first).to_contain_text("Public links")
    await page.keyboard.press("Enter")
    line = row(page, "Public tides")
    await expect(line).to_contain_text("Amira")
    await expect(line).to_contain_text("Open")
    close = line.get_by_role("button", name="Close the link to “Public tides”")
    await close.focus()
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Close the link to “Public tides”")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(line).to_have_count(1)
    await close.click()
    await dialog.get_by_role("button", name="Close the link").click()
    await expect(page.get_by_text("The link leads nowhere now.")).to_be_visible()
    await expect(line).to_have_count(0)
    async with httpx.AsyncClient() as client:
        assert (
            await client.get(f"{site.url}/earthshine/v1{made['url'].replace('/s/', '/shares/')}")
        ).status_code == 404


async def test_who_may_only_read_the_organisation_cannot_close_its_links(
    page: Page, site: Site, session: Session
) -> None:
    chat = await import_chat(session, "The tides", [("How many a day?", "Two.")])
    share = await session.api("POST", f"/earthshine/v1/chats/{chat}/shares", {})
    assert page.context.browser is not None
    reader = await site.add_person(role="viewer", name="Rami")
    other = await page.context.browser.new_context(locale="en-GB")
    await site.sign_in(other, reader)
    theirs = await other.new_page()
    await theirs.goto(f"{site.url}/console/people/links")
    await expect(row(theirs, "The tides")).to_contain_text("Amira")
    await expect(theirs.get_by_role("button", name=re.compile("^Close the link"))).to_have_count(0)
    await other.close()
    await session.api("DELETE", f"/v1/organization/shares/{share['id']}")
