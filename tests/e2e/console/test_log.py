"""The request log."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.chatting import scripted
from tests.e2e.console.parts import part, respond, row
from tests.e2e.site import Session, Site


async def test_the_log_leads_to_the_journal_and_the_journal_to_the_playground(
    page: Page, site: Site, session: Session
) -> None:
    response = await respond(session, scripted("Why?", reasoning="Well", text="Because of the moon."))
    await page.goto(f"{site.url}/console/log")
    await expect(row(page, "scripted").first).to_contain_text("Completed")
    await page.locator(f"a[href='/console/log/{response['id']}']").click()
    await expect(page.get_by_role("heading", name="Where the time went")).to_be_visible()
    await expect(page.get_by_text("Because of the moon.").first).to_be_visible()
    journal = page.get_by_role("combobox", name="Type")
    await journal.select_option("response.completed")
    await expect(page.get_by_text(re.compile(r"^\d+ of \d+ events"))).to_be_visible()
    figure = page.get_by_text(re.compile(r"\d+ in, \d+ out"))
    usage = response["usage"]
    await expect(figure).to_contain_text(f"{usage['input_tokens']} in, {usage['output_tokens']} out")
    await page.get_by_role("button", name="Open in the playground").click()
    await expect(page.get_by_role("textbox", name="Text of message 1")).to_have_value(re.compile("Because of the moon"))
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_role("tabpanel").get_by_text("Because of the moon.").last).to_be_visible()


async def test_a_response_shows_the_turns_that_it_goes_on_from(page: Page, site: Site, session: Session) -> None:
    first = await respond(session, "What is earthshine?", instructions="Answer briefly.")
    second = await respond(session, "In one word?", previous_response_id=first["id"], instructions="Whisper.")
    await page.goto(f"{site.url}/console/log/{second['id']}")
    given = part(page, "Input")
    for text in ("Whisper.", "What is earthshine?", "In one word?"):
        await expect(given.get_by_text(text).first).to_be_visible()
    # The instructions of an earlier response are not carried over.
    await expect(given.get_by_text("Answer briefly.")).to_have_count(0)
    talk = await session.api("POST", "/v1/conversations", {})
    await respond(session, "A word before", conversation=talk["id"])
    newest = await respond(session, "And now", conversation=talk["id"])
    await page.goto(f"{site.url}/console/log/{newest['id']}")
    await expect(given.get_by_text("A word before").first).to_be_visible()


async def test_a_row_of_the_log_is_a_way_to_its_response(page: Page, site: Site, session: Session) -> None:
    response = await respond(session, scripted("Say a list", text="- one\n- **two**"))
    await page.goto(f"{site.url}/console/log")
    # Not the link: the other end of its row.
    line = page.locator("tr", has=page.locator(f"a[href='/console/log/{response['id']}']"))
    await line.locator("td").last.click(force=True)
    await expect(page).to_have_url(re.compile(response["id"]))
    await expect(page.locator("[data-markdown] strong")).to_have_text("two")
