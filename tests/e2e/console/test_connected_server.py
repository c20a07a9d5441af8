"""Chats with a model of a connected server, which is this server itself here."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.e2e.chatting import finished, messages, open_chat, replies, reply_text, say, scripted, turns_of
from tests.e2e.site import Session, Site


@pytest.fixture
async def connected(site: Site) -> AsyncGenerator[str]:
    """The name of such a model."""
    server = {"base_url": f"{site.url}/v1", "api_key": site.server.key, "target": "scripted"}
    made = await site.api("POST", "/earthshine/v1/deployments", {"model": "atlas-large", **server})
    yield "atlas-large"
    await site.api("DELETE", f"/earthshine/v1/deployments/{made['id']}")


async def test_continue_makes_no_version_and_hides_nothing(page: Page, session: Session, connected: str) -> None:
    chat = await open_chat(page, session, connected)
    words = " ".join(f"word{number}" for number in range(240))
    await say(page, scripted("Much.", text=words, tokens_per_second=40))
    await expect(replies(page)).to_contain_text("word3")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(replies(page)).to_contain_text("Stopped")
    kept = reply_text((await turns_of(session, chat))[0])
    await page.get_by_role("button", name="Continue").click()
    await expect(replies(page)).not_to_contain_text("Stopped")
    await finished(page)
    (turn,) = await turns_of(session, chat)
    assert reply_text(turn).startswith(kept) and turn["versions"] == [[turn["id"]]]
    await expect(messages(page)).to_have_count(1)
    await expect(page.get_by_role("group", name=re.compile("^Versions"))).to_have_count(0)


async def test_where_nothing_is_kept_continue_asks_for_the_rest(page: Page, site: Site, session: Session) -> None:
    await session.api("POST", "/earthshine/v1/preferences", {"model": "scripted"})
    await page.goto(f"{site.url}/?temporary")
    words = " ".join(f"word{number}" for number in range(2000))
    await say(page, scripted("Much.", text=words, tokens_per_second=40))
    await expect(replies(page)).to_contain_text("word3")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await page.get_by_role("button", name="Continue").click()
    await expect(messages(page).last).to_contain_text("go on exactly where you stopped")
    await finished(page)
    # What is no longer the end is not gone on with.
    await expect(page.get_by_role("button", name="Continue")).to_have_count(0)
    await replies(page).last.get_by_role("button", name="What this reply took").click()
    await expect(page.get_by_role("dialog", name="What this reply took")).to_contain_text("Reply tokens")


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
async def test_what_a_reply_took_is_a_small_table_in_words(
    page: Page, session: Session, connected: str, size: Any
) -> None:
    await page.set_viewport_size(size)
    await open_chat(page, session, connected)
    await say(page, "Hello")
    await finished(page)
    await page.get_by_role("button", name="What this reply took").click()
    took = page.get_by_role("dialog", name="What this reply took")
    await expect(took).to_contain_text("Served byscripted on a connected server")
    place = await took.bounding_box()
    assert place is not None and place["y"] >= 0 and place["x"] >= 0
    assert place["y"] + place["height"] <= size["height"] and place["x"] + place["width"] <= size["width"]
    # No line is broken inside of a word.
    heights = await took.locator("dt").evaluate_all("terms => terms.map((term) => term.offsetHeight)")
    assert max(heights) <= 45, heights


async def test_models_stand_under_their_servers_and_fit_on_a_phone(
    page: Page, site: Site, session: Session, connected: str
) -> None:
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(site.url)
    await page.get_by_role("button", name="Model: Default model. Choose another").click()
    models = page.get_by_role("listbox", name="Models")
    await expect(models.get_by_role("group", name="On connected servers").get_by_role("option")).to_have_text(
        [connected]
    )
    await expect(models.get_by_role("group", name="On this server").get_by_role("option")).to_have_count(2)
    await expect(models.get_by_role("option", name=re.compile("^default"))).to_have_count(0)
    await expect(models.get_by_role("option", name="embedding")).to_have_count(0)
    place = await models.bounding_box()
    assert place is not None and place["x"] >= 0 and place["x"] + place["width"] <= 360
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("End")
    await models.get_by_role("option", name=connected).click()
    await expect(page.get_by_role("button", name=f"Model: {connected}. Choose another")).to_be_visible()
