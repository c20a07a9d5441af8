"""Tools of a chat: switched on by the person, and asked about where the operator wants it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.axe import violations
from tests.e2e.chatting import box, chat_id, eventually, finished, messages, open_chat, replies, say, stored, turns_of
from tests.e2e.site import Session, Site, Trouble

READS = [{"type": "web_fetch"}]
PAGE = "http://127.0.0.1:9/page"
"""Nothing answers there: that it was asked for is what counts."""


def tools(page: Page) -> Locator:
    """The button in the message box."""
    return page.get_by_role("button", name="Tools:")


def asking(*after: dict[str, Any]) -> str:
    """A message upon which the model wants to read a page."""
    call = {"tool_call": {"name": "open_page", "arguments": {"url": PAGE}}}
    return f"Read {PAGE}\n!script {json.dumps([call, *after])}"


async def test_a_tool_is_switched_on_before_a_chat_begins_and_off_in_it(
    page: Page, site: Site, session: Session
) -> None:
    await page.goto(site.url)
    await tools(page).focus()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Tools")
    switch = panel.get_by_role("switch", name="Read pages")
    await expect(switch).not_to_be_checked()
    await expect(switch).to_have_accessible_description("Opens pages whose addresses are in the chat, and cites them.")
    await switch.press("Space")
    await expect(switch).to_be_checked()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(tools(page)).to_be_focused()
    await expect(tools(page)).to_have_accessible_name("Tools: 1 is on")
    await say(page, "Hello")
    await finished(page)
    path = f"/earthshine/v1/chats/{chat_id(page)}"
    assert (await session.api("GET", path))["settings"]["tools"] == READS
    await tools(page).click()
    await page.get_by_role("switch", name="Read pages").click()
    await expect(tools(page)).to_have_accessible_name("Tools: none is on")

    async def stored_tools() -> object:
        return (await session.api("GET", path))["settings"]["tools"]

    await eventually(stored_tools, [])


async def test_an_assistant_brings_tools_which_its_form_switches(page: Page, site: Site, session: Session) -> None:
    made = await session.api("POST", "/earthshine/v1/assistants", {"name": "Reader"})
    await page.goto(f"{site.url}/library/assistants")
    await page.get_by_role("button", name="Reader").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_role("switch", name="Read pages").click()
    await form.get_by_role("button", name="Save").click()
    await stored(session, f"/earthshine/v1/assistants/{made['id']}", tools=READS)
    await page.goto(f"{site.url}/?assistant={made['id']}")
    await expect(tools(page)).to_have_accessible_name("Tools: 1 is on")


async def test_the_switches_are_a_sheet_on_a_phone(page: Page, site: Site, session: Session) -> None:
    await page.set_viewport_size({"width": 360, "height": 640})
    await page.goto(site.url)
    await tools(page).click()
    sheet = page.get_by_role("dialog", name="Tools")
    await sheet.get_by_role("switch", name="Read pages").click()
    place = await sheet.bounding_box()
    assert place is not None
    assert (place["x"], place["width"]) == (0, 360)
    assert place["y"] + place["height"] == pytest.approx(640, abs=1)
    await sheet.get_by_role("button", name="Close").click()
    await expect(tools(page)).to_have_accessible_name("Tools: 1 is on")


async def test_a_call_is_made_after_it_was_allowed_also_after_a_reload(page: Page, session: Session) -> None:
    chat = await open_chat(page, session, tools=READS)
    await say(page, asking({"text": "Nobody answers there."}))
    await finished(page)
    card = replies(page).last.get_by_role("region", name="The model asks whether it may use a tool")
    await expect(card).to_contain_text(PAGE)
    await expect(page.get_by_text("The model said nothing.")).to_have_count(0)
    await page.reload()
    await expect(card.get_by_role("button", name="Allow")).to_be_enabled()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert await violations(page) == []
    await card.get_by_role("button", name="Allow").click()
    await expect(replies(page).last).to_contain_text("Nobody answers there.")
    await expect(page.get_by_text("You allowed the call")).to_be_visible()
    await expect(messages(page)).to_have_count(1)
    await expect(page.get_by_role("button", name="Allow")).to_have_count(0)
    asked, allowed = await turns_of(session, chat)
    request = asked["response"]["output"][-1]
    assert [(each["approval_request_id"], each["approve"]) for each in allowed["input"]] == [(request["id"], True)]
    assert allowed["response"]["output"][0]["type"] == "web_search_call"


async def test_a_call_that_was_refused_is_not_made(page: Page, session: Session) -> None:
    chat = await open_chat(page, session, tools=READS)
    await say(page, asking({"text": "Then I leave it."}))
    await finished(page)
    await page.get_by_role("button", name="Refuse").click()
    await expect(replies(page).last).to_contain_text("Then I leave it.")
    await expect(page.get_by_text("You refused the call")).to_be_visible()
    _, refused = await turns_of(session, chat)
    assert [item["type"] for item in refused["response"]["output"]] == ["message"]


async def test_a_reply_to_what_was_allowed_is_asked_for_anew_without_making_the_call_again(
    page: Page, session: Session
) -> None:
    chat = await open_chat(page, session, tools=READS)
    await say(page, asking({"text": "Nobody answers there."}))
    await page.get_by_role("button", name="Allow").click()
    await expect(replies(page).last).to_contain_text("Nobody answers there.")
    await finished(page)
    await page.get_by_role("button", name="Regenerate", exact=True).last.click()
    await expect(page.get_by_role("button", name="Allow")).to_be_enabled()
    await expect(replies(page)).to_have_count(1)
    (again,) = await turns_of(session, chat)
    assert [item["type"] for item in again["response"]["output"]] == ["mcp_approval_request"]


_PICTURE = """
import base64, time
time.sleep({seconds})
open("chart.png", "wb").write(base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="))
print("7 * 6 is", 7 * 6)
"""


async def test_code_is_watched_while_it_runs_and_folded_then_with_its_picture_in_sight(
    page: Page, session: Session
) -> None:
    await open_chat(page, session, tools=[{"type": "code_interpreter"}])
    call = {"tool_call": {"name": "code_interpreter", "arguments": {"code": _PICTURE.replace("{seconds}", "4")}}}
    await say(page, f"Draw it.\n!script {json.dumps([call, {'text': 'It is drawn.'}])}")
    reply = replies(page).last
    row = reply.get_by_role("list", name="What was done for this reply").get_by_role("button").first
    await expect(row).to_have_accessible_name("Python Running…")
    await expect(row).to_have_attribute("aria-expanded", "true")
    await expect(reply).to_contain_text("time.sleep(4)")
    await expect(reply).to_contain_text("It is drawn.", timeout=30_000)
    await expect(row).to_have_accessible_name("Python")
    await expect(row).to_have_attribute("aria-expanded", "false")
    picture = reply.get_by_role("img", name="Picture that the code made: chart.png")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
    async with page.expect_download() as begun:
        await reply.get_by_role("link", name="Download chart.png").click()
    assert (await begun.value).suggested_filename == "chart.png"
    await row.press("Enter")
    await expect(reply.get_by_role("region", name="What came back")).to_contain_text("7 * 6 is 42")
    assert await violations(page) == []
    await page.reload()
    await expect(picture).to_be_visible()


async def test_a_file_that_code_made_is_offered_under_the_answer_that_names_it(
    page: Page, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("status of 404",)
    chat = await open_chat(page, session, tools=[{"type": "code_interpreter"}])
    code = 'open("sales.csv", "w").write("month,sum\\nNovember,7\\n")'
    call = {"tool_call": {"name": "code_interpreter", "arguments": {"code": code}}}
    await say(page, f"A table.\n!script {json.dumps([call, {'text': 'The table is in sales.csv.'}])}")
    files = replies(page).last.get_by_role("list", name="Files of this reply")
    async with page.expect_download() as begun:
        await files.get_by_role("button", name="Download sales.csv").click()
    kept = await begun.value
    assert (kept.suggested_filename, (await kept.path()).read_text()) == ("sales.csv", "month,sum\nNovember,7\n")
    assert await violations(page) == []
    (turn,) = await turns_of(session, chat)
    container = turn["response"]["output"][0]["container_id"]
    await session.api("DELETE", f"/v1/containers/{container}")
    await files.get_by_role("button").click()
    await expect(files.get_by_role("alert")).to_have_text("sales.csv is gone: what code made is kept only for a while.")


async def test_a_page_that_could_not_be_read_says_why(page: Page, session: Session) -> None:
    await open_chat(page, session, tools=READS)
    await say(page, asking({"text": "Nobody answers there."}))
    await page.get_by_role("button", name="Allow").click()
    row = replies(page).last.get_by_role("list", name="What was done for this reply").get_by_role("button")
    await expect(row).to_have_accessible_name("Page: 127.0.0.1:9 Failed")
    await row.click()
    await expect(replies(page).last.get_by_role("link", name=PAGE)).to_be_visible()
    await expect(replies(page).last.get_by_role("list", name="What was done for this reply")).to_contain_text(
        "127.0.0.1"
    )


async def test_the_box_still_takes_words_while_a_call_waits(page: Page, session: Session) -> None:
    await open_chat(page, session, tools=READS)
    await say(page, asking())
    await finished(page)
    await expect(page.get_by_role("button", name="Allow")).to_be_visible()
    await say(page, "Never mind.")
    await expect(messages(page)).to_have_count(2)
    await finished(page)
    await expect(page.get_by_role("button", name="Allow")).to_have_count(0)
    await expect(box(page)).to_be_editable()
