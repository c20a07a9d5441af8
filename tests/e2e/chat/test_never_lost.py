"""A reply runs at the server: whatever happens to the page, the chat shows what exists and streams on."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.e2e.chatting import (
    box,
    eventually,
    finished,
    messages,
    open_chat,
    replies,
    say,
    scripted,
    texts_of,
)
from tests.e2e.site import Session, Site, Trouble

WORDS = " ".join(f"w{number}" for number in range(60))


async def begin(page: Page, session: Session, **script: object) -> str:
    """A reply that takes a few seconds and has begun; returns the chat."""
    chat = await open_chat(page, session)
    await say(page, scripted("Slowly.", text=WORDS, tokens_per_second=20, **script))
    await expect(replies(page)).to_contain_text("w5")
    return chat


async def whole(page: Page, session: Session, chat: str) -> None:
    """The reply on the page is the one that is stored, to the last word."""
    await finished(page)
    await expect(page.locator("[data-reply-text]")).to_have_text(WORDS)
    assert await texts_of(session, chat) == [WORDS]


async def test_a_reload_in_the_middle_of_a_reply(page: Page, session: Session) -> None:
    chat = await begin(page, session, reasoning="Thinking it over")
    await page.reload()
    await expect(replies(page)).to_contain_text("w9")
    await expect(page.get_by_role("region", name="Thinking")).to_be_visible()
    await whole(page, session, chat)


async def test_a_tab_that_is_closed_and_a_second_one(page: Page, session: Session, site: Site) -> None:
    chat = await begin(page, session)
    second = await page.context.new_page()
    await second.goto(f"{site.url}/c/{chat}")
    await page.close()
    await expect(replies(second)).to_contain_text("w12")
    await whole(second, session, chat)


async def test_a_message_sent_in_one_tab_appears_in_another(page: Page, session: Session, site: Site) -> None:
    chat = await open_chat(page, session)
    second = await page.context.new_page()
    await second.goto(f"{site.url}/c/{chat}")
    await expect(box(second)).to_be_editable()
    await say(page, "From the first")
    await expect(replies(second)).to_contain_text("You said: From the first")


async def test_the_network_goes_and_comes_back(page: Page, session: Session, trouble: Trouble) -> None:
    trouble.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK")
    chat = await begin(page, session)
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await box(page).fill("Kept while away")
    await page.context.set_offline(False)
    await expect(page.get_by_text("You are offline.")).to_have_count(0)
    await whole(page, session, chat)
    await expect(box(page)).to_have_value("Kept while away")


async def test_what_is_sent_offline_goes_when_the_network_is_back(
    page: Page, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK")
    chat = await open_chat(page, session)
    await page.context.set_offline(True)
    await say(page, "Into the wind")
    await expect(page.get_by_role("alert")).to_contain_text("the server cannot be reached")
    await expect(messages(page)).to_contain_text("Into the wind")
    await page.context.set_offline(False)
    await expect(replies(page)).to_contain_text("You said: Into the wind")
    await expect(page.get_by_role("alert")).to_have_count(0)
    await eventually(lambda: texts_of(session, chat), ["You said: Into the wind"])


@pytest.mark.cuts
async def test_nothing_is_sent_twice_when_an_answer_is_lost(page: Page, session: Session, trouble: Trouble) -> None:
    trouble.expected = ("ERR_FAILED", "net::ERR")
    chat = await open_chat(page, session)
    lost: list[Request] = []

    async def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request)
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route("**/turns", lose_the_first)
    await say(page, "Only once")
    await expect(replies(page)).to_contain_text("You said: Only once", timeout=20_000)
    await expect(messages(page)).to_have_count(1)
    assert len(lost) == 1
    assert await texts_of(session, chat) == ["You said: Only once"]


async def test_the_app_opens_without_a_network_once_it_was_there(
    page: Page, site: Site, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "Failed to load", "fetch")
    await page.goto(site.url)
    manifest = await page.evaluate("fetch('/manifest.webmanifest').then((reply) => reply.json())")
    assert manifest["display"] == "standalone" and manifest["icons"]
    await page.evaluate("navigator.serviceWorker.ready")
    await page.reload()
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    await page.reload()
    await page.wait_for_load_state("networkidle")
    await page.context.set_offline(True)
    await page.reload()
    await expect(
        page.get_by_text("The server cannot be reached.").or_(page.get_by_text("You are offline"))
    ).to_be_visible()
    await page.context.set_offline(False)
