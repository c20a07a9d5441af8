"""People, and what they may do."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.console.parts import row
from tests.e2e.site import PASSWORD, Session, Site


async def test_somebody_is_invited_and_gets_a_role(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/people/invites")
    await page.get_by_role("button", name="Invite somebody").first.click()
    dialog = page.get_by_role("dialog", name="Invite somebody")
    await dialog.get_by_role("textbox", name="E-mail").fill("newcomer@example.org")
    await dialog.get_by_role("button", name="Make the link").click()
    made = page.get_by_role("dialog", name="The invitation’s link")
    link = (await made.locator("code").inner_text()).strip()
    assert page.context.browser is not None
    newcomer = await page.context.browser.new_context(locale="en-GB")
    theirs = await newcomer.new_page()
    await theirs.goto(link)
    await theirs.get_by_role("textbox", name="Your name").fill("Noor")
    await theirs.get_by_role("textbox", name="Choose a password").fill(PASSWORD)
    await theirs.get_by_role("button", name="Join").click()
    await expect(theirs.get_by_role("heading", name="Hello Noor, what can I help with?")).to_be_visible()
    await newcomer.close()
    await made.get_by_role("button", name="Done").click()
    await page.get_by_role("tab", name="People").click()
    await page.reload()
    await page.get_by_role("combobox", name="Role of Noor").select_option("Viewer")
    await page.goto(f"{site.url}/console/audit")
    await expect(row(page, "user.updated").first).to_be_visible()


async def test_the_console_is_offered_only_to_those_who_may_use_it(page: Page, site: Site, session: Session) -> None:
    assert page.context.browser is not None
    reader = await site.add_person(role="member", name="Rami")
    other = await page.context.browser.new_context(locale="en-GB")
    await site.sign_in(other, reader)
    theirs = await other.new_page()
    await theirs.goto(site.url)
    await theirs.get_by_role("button", name=re.compile("Your account.*Rami")).click()
    await expect(theirs.get_by_role("menuitem", name="Settings")).to_be_visible()
    await expect(theirs.get_by_role("menuitem", name="Developer console")).to_have_count(0)
    await other.close()


async def test_the_removal_of_a_person_says_what_is_erased_and_what_goes_on(page: Page, site: Site) -> None:
    builder = await site.add_person(role="owner", name="Basil")
    assert page.context.browser is not None
    other = await page.context.browser.new_context(locale="en-GB")
    theirs = await site.sign_in(other, builder)
    made = await theirs.api("POST", "/v1/organization/projects/default/service_accounts", {"name": "Robot"})
    await other.close()
    await page.goto(f"{site.url}/console/people/users")
    await row(page, builder.email).get_by_role("button", name="Remove Basil").click()
    dialog = page.get_by_role("dialog", name="Remove Basil")
    await expect(dialog).to_contain_text("What they wrote is erased: chats, responses, memories")
    await dialog.get_by_role("button", name="Remove", exact=True).click()
    told = page.get_by_role("dialog", name="What Basil made goes on")
    await expect(told).to_contain_text("Basil is removed, and what they wrote is erased.")
    await expect(told).to_contain_text("Robot")
    for goes_on in (made["id"], made["api_key"]["id"]):
        await expect(told).to_contain_text(goes_on)
    await told.get_by_role("button", name="Done").click()
    await expect(row(page, builder.email)).to_have_count(0)
    await site.api("DELETE", f"/v1/organization/projects/default/service_accounts/{made['id']}")
