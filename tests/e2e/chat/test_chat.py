"""Asking, and reading what comes."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.conftest import DEFAULT_MODEL
from tests.e2e.chatting import (
    SLOW,
    box,
    chat_id,
    finished,
    messages,
    open_chat,
    replies,
    reply_text,
    say,
    scripted,
    stored,
    turns_of,
)
from tests.e2e.site import Session, Site, Trouble


async def test_a_first_question_is_answered_by_the_default_model(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await say(page, "Say hello in one short sentence.")
    await expect(page).to_have_url(re.compile(r"/c/chat_"))
    await finished(page)
    turn = (await turns_of(session, chat_id(page)))[0]
    assert turn["status"] == "completed"
    assert reply_text(turn).strip()
    shown = await replies(page).locator("[data-reply-text]").inner_text()
    assert shown.split() == reply_text(turn).split()
    await expect(page.get_by_role("navigation", name="Chats").get_by_role("link", name="Say hello")).to_be_visible()
    await page.get_by_role("button", name="What this reply took").click()
    took = page.get_by_role("dialog", name="What this reply took")
    usage = turn["response"]["usage"]
    await expect(took).to_contain_text(f"Prompt tokens{usage['input_tokens']}")
    await expect(took).to_contain_text(f"Reply tokens{usage['output_tokens']}")
    await expect(took).to_contain_text(re.compile(r"Speed[\d.]+ tokens/s"))
    await expect(took).to_contain_text(f"{DEFAULT_MODEL} on this server")
    added = (await session.api("GET", f"/earthshine/v1/chats/{chat_id(page)}/turns/{turn['id']}/tokens"))[
        "added_tokens"
    ]
    assert added <= 100
    await expect(took).to_contain_text(f"not written by you{added}")


async def test_thinking_is_shown_while_it_lasts_then_timed_and_folded(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, scripted("Why?", reasoning="Let me weigh it up. " * 6, text="Because.", **SLOW))
    thinking = page.get_by_role("region", name="Thinking")
    await expect(thinking.get_by_role("button", expanded=True)).to_be_visible()
    await expect(thinking).to_contain_text("Let me weigh it up.")
    await finished(page)
    folded = thinking.get_by_role("button", name=re.compile("Thought for"), expanded=False)
    await expect(folded).to_be_visible()
    await expect(thinking).not_to_contain_text("weigh")
    await folded.click()
    await expect(thinking).to_contain_text("Let me weigh it up.")
    await expect(replies(page).locator("[data-reply-text]").last).to_have_text("Because.")


async def test_a_reply_is_read_as_it_is_written(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await say(page, scripted("Count.", text="one two three four five six seven eight nine ten", tokens_per_second=3))
    await expect(replies(page)).to_contain_text("one two")
    await expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    await finished(page)
    await expect(replies(page)).to_contain_text("nine ten")
    assert reply_text((await turns_of(session, chat))[0]) == "one two three four five six seven eight nine ten"


async def test_stop_keeps_what_came_and_continue_goes_on_from_there(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    long = " ".join(f"word{number}" for number in range(240))
    await say(page, scripted("Much.", text=long, tokens_per_second=40))
    await expect(replies(page)).to_contain_text("word3")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(replies(page)).to_contain_text("Stopped")
    kept = reply_text((await turns_of(session, chat))[0])
    assert long.startswith(kept) and len(kept) < len(long)
    await page.get_by_role("button", name="Continue").click()
    await expect(replies(page)).to_contain_text("word239")
    await finished(page)
    assert reply_text((await turns_of(session, chat))[0]) == long
    # That was no other version, but the same reply.
    await expect(page.get_by_role("group", name="Versions of the reply")).to_have_count(0)


async def test_markdown_is_shown_as_it_is_meant(page: Page, session: Session) -> None:
    text = (
        "# Tides\n\n| Place | Range |\n|---|---|\n| Brest | 6.1 m |\n\n"
        "```python\nprint('moon')\n```\n\n"
        "Gravity falls with $\\frac{1}{r^2}$.\n\nالقمر يجذب البحر.\n\n"
        "- [x] seen\n- [ ] measured\n\n[the page](https://example.org/tides)"
    )
    await open_chat(page, session)
    await say(page, scripted("Tides?", text=text))
    reply = replies(page)
    await expect(reply.get_by_role("heading", name="Tides")).to_be_visible()
    await expect(reply.get_by_role("cell", name="6.1 m")).to_be_visible()
    await expect(reply.locator("pre")).to_contain_text("print('moon')")
    await expect(reply.get_by_role("button", name="Copy the code")).to_be_visible()
    await expect(reply.locator("math mfrac")).to_have_count(1)
    arabic = reply.get_by_text("القمر يجذب البحر.")
    assert await arabic.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert await reply.locator("pre code").evaluate("node => getComputedStyle(node).direction") == "ltr"
    await expect(reply.get_by_role("link", name="the page")).to_have_attribute("href", "https://example.org/tides")


async def test_a_diagram_is_drawn_without_an_origin(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, scripted("Draw.", text="```mermaid\ngraph LR; Moon-->Sea\n```"))
    frame = replies(page).locator("iframe")
    await expect(frame).to_be_visible()
    assert "allow-same-origin" not in (await frame.get_attribute("sandbox") or "")
    await expect(frame.content_frame.locator("#diagram").get_by_text("Moon")).to_be_visible()


async def test_a_diagram_fills_the_window_and_grows_by_keys(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, scripted("Draw.", text="```mermaid\ngraph LR; Moon-->Sea\n```"))
    await replies(page).get_by_role("button", name="Show large").click()
    dialog = page.get_by_role("dialog", name="Diagram")
    drawn = dialog.locator("iframe").content_frame.locator("#diagram svg")
    await expect(drawn).to_be_visible()
    before = await drawn.evaluate("svg => svg.getBoundingClientRect().width")
    room = dialog.get_by_role("region", name="Diagram")
    for _ in range(2):
        await page.keyboard.press("+")
    await expect(dialog.get_by_role("button", name="Fit to the window")).to_have_text("200%")
    assert await room.evaluate("room => room.scrollWidth > 1.9 * room.clientWidth")
    await expect(drawn).to_have_css("max-width", "none")
    assert await drawn.evaluate("svg => svg.getBoundingClientRect().width") > before
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def test_code_is_kept_as_a_file_of_its_language(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, scripted("Code.", text="```python\nprint('ليل')\n```"))
    await finished(page)
    async with page.expect_download() as download:
        await replies(page).get_by_role("button", name="Download as a file").click()
    file = await download.value
    assert file.suggested_filename == "code.py"
    assert (await file.path()).read_text(encoding="utf-8").rstrip() == "print('ليل')"


async def test_copying_gives_the_markdown(page: Page, session: Session) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await open_chat(page, session)
    await say(page, scripted("Short.", text="**Bold** words"))
    await finished(page)
    await page.get_by_role("button", name="Copy the reply").click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "**Bold** words"


async def test_a_reply_that_fails_says_why_and_can_be_tried_again(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await say(page, scripted("Break.", text="one two three four", error_after=2, error_always=True))
    alert = replies(page).get_by_role("alert")
    await expect(alert).to_contain_text("The script asked for a failure")
    await alert.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("group", name="Versions of the reply")).to_contain_text("Version 2 of 2")


async def test_a_long_chat_opens_at_its_end_and_older_turns_come_when_looked_for(
    page: Page, site: Site, session: Session
) -> None:
    from tests.e2e.chatting import import_chat

    said = [(f"Question {number}", f"Answer {number}\n\n" + "It goes on. " * 30) for number in range(80)]
    chat = await import_chat(session, "A long one", said)
    await page.goto(f"{site.url}/c/{chat}")
    await expect(messages(page).last).to_contain_text("Question 79")
    await expect(messages(page).last).to_be_in_viewport()
    thread = page.get_by_role("region", name="Conversation")
    await expect(messages(page)).not_to_have_count(80)
    await thread.focus()
    while (shown := await page.locator("article").count()) < 2 * len(said):
        await page.keyboard.press("Home")
        await page.wait_for_function("before => document.querySelectorAll('article').length > before", arg=shown)
    await page.keyboard.press("Home")
    await expect(messages(page).first).to_contain_text("Question 0")
    await page.get_by_role("button", name="To the newest").click()
    await expect(messages(page).last).to_be_in_viewport()


async def test_a_draft_survives_a_reload_and_follows_to_another_device(
    page: Page, site: Site, session: Session
) -> None:
    chat = await open_chat(page, session)
    await box(page).fill("Half a thought, نصف فكرة")
    await page.reload()
    await expect(box(page)).to_have_value("Half a thought, نصف فكرة")
    assert page.context.browser is not None
    elsewhere = await page.context.browser.new_context()
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await stored(session, f"/earthshine/v1/chats/{chat}", draft="Half a thought, نصف فكرة")
    cookies = await page.context.cookies()
    await elsewhere.add_cookies([{"name": c["name"], "value": c["value"], "url": site.url} for c in cookies])
    phone = await elsewhere.new_page()
    await phone.goto(f"{site.url}/c/{chat}")
    await expect(phone.locator("main textarea")).to_have_value("Half a thought, نصف فكرة")
    await elsewhere.close()


@pytest.mark.cuts
async def test_a_draft_that_the_server_never_got_is_stored_by_the_next_visit(
    page: Page, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_FAILED",)
    chat = await open_chat(page, session)

    async def lose(route: Route) -> None:
        if route.request.method == "POST":
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/earthshine/v1/chats/*", lose)
    await box(page).fill("Written in a tunnel")
    await page.reload()
    await expect(box(page)).to_have_value("Written in a tunnel")
    await page.unroute("**/earthshine/v1/chats/*", lose)
    await page.reload()
    await stored(session, f"/earthshine/v1/chats/{chat}", draft="Written in a tunnel")
