"""The console for developers: what it shows is what the server has, and what it changes is changed there."""

from __future__ import annotations

import re
from typing import Any

import httpx2 as httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.chatting import eventually, import_chat, open_chat, replies, say, scripted
from tests.e2e.site import PASSWORD, Person, Session, Site
from tests.servers.programs import OLLAMA, program


@pytest.fixture
async def person(site: Site) -> Person:
    """Who runs the installation: the only one who may change what it serves."""
    return await site.administrator()


async def respond(session: Session, text: str = "Hello there", **body: Any) -> dict[str, Any]:
    """A stored response of this person."""
    return await session.api("POST", "/v1/responses", {"model": "scripted", "input": text, **body})


def row(page: Page, text: str | re.Pattern[str]) -> Locator:
    """A line of a table."""
    return page.get_by_role("row").filter(has_text=text)


def part(page: Page, heading: str) -> Locator:
    """The part of a screen that has this heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True, level=2))


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
        return (await session.api("GET", f"/v1/chats/{chat}"))["settings"]["model"]

    # The page shows the choice before the server has it.
    await eventually(model, DEFAULT_MODEL)


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
        await site.api("POST", "/v1/settings/site_name", {"value": None})


async def test_the_playground_gives_the_code_of_what_was_run(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/playground")
    await page.get_by_role("combobox", name="Model").select_option("scripted")
    await page.get_by_role("textbox", name="Text of message 1").fill("Say it again")
    await page.get_by_role("textbox", name="Temperature").fill("0.25")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("tabpanel")).to_contain_text("Say it again")
    await page.get_by_role("tab", name="Events").click()
    await expect(page.get_by_role("tabpanel")).to_contain_text("response.output_text.delta")
    await page.get_by_role("tab", name="Code").click()
    await expect(page.get_by_text("The program that makes exactly the request that was just run.")).to_be_visible()
    for language, mark in (("Python", "from openai import OpenAI"), ("JavaScript", 'from "openai"'), ("curl", "curl ")):
        await page.get_by_text(language, exact=True).last.click()
        code = page.get_by_role("tabpanel").locator("pre").last
        await expect(code).to_contain_text(mark)
        await expect(code).to_contain_text("Say it again")
        await expect(code).to_contain_text("0.25")


async def test_a_request_that_is_not_valid_is_explained_before_it_is_sent(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/playground")
    await page.get_by_role("textbox", name="Text of message 1").fill("Hello")
    await page.get_by_role("textbox", name="Temperature").fill("warm")
    await page.get_by_role("button", name="Run").click()
    await expect(page.get_by_text("Write a number, such as 0.7.")).to_be_visible()


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


async def test_health_says_what_runs_and_where_each_setting_comes_from(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/health")
    await expect(page.get_by_text("Ready", exact=True).first).to_be_visible()
    await page.get_by_role("searchbox", name="Search").or_(page.get_by_role("textbox", name="Search")).fill("slots")
    line = row(page, "slots")
    await expect(line).to_contain_text("4")
    await expect(line).to_contain_text("Environment")


async def test_the_overview_shows_the_last_day(page: Page, site: Site, session: Session) -> None:
    await respond(session)
    await page.goto(f"{site.url}/console")
    await expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    await expect(page.get_by_role("heading", name="Latest requests")).to_be_visible()
    await page.get_by_role("link", name="Back to chat").click()
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()


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


async def test_a_row_of_the_log_is_a_way_to_its_response(page: Page, site: Site, session: Session) -> None:
    response = await respond(session, scripted("Say a list", text="- one\n- **two**"))
    await page.goto(f"{site.url}/console/log")
    # Not the link: the other end of its row.
    line = page.locator("tr", has=page.locator(f"a[href='/console/log/{response['id']}']"))
    await line.locator("td").last.click(force=True)
    await expect(page).to_have_url(re.compile(response["id"]))
    await expect(page.locator("[data-markdown] strong")).to_have_text("two")


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
    await somebody.api("POST", "/v1/preferences", {"language": "fr", "theme": "dark"})
    await page.goto(f"{site.url}/console/limits")
    await expect(page.locator("html")).to_have_attribute("lang", "fr")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


async def test_what_is_public_is_listed_and_closed_after_asking(page: Page, site: Site, session: Session) -> None:
    chat = await import_chat(session, "Public tides", [("What pulls the sea?", "The moon does.")])
    made = await session.api("POST", f"/v1/chats/{chat}/shares", {"expires_in": 7 * 86400})
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
        assert (await client.get(f"{site.url}/v1{made['url'].replace('/s/', '/shares/')}")).status_code == 404


async def test_who_may_only_read_the_organisation_cannot_close_its_links(
    page: Page, site: Site, session: Session
) -> None:
    chat = await import_chat(session, "The tides", [("How many a day?", "Two.")])
    share = await session.api("POST", f"/v1/chats/{chat}/shares", {})
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
