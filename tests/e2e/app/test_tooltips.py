"""What a button with a picture is called is shown to whoever points at it or comes to it by keyboard."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from tests.e2e.chatting import box, import_chat, open_chat
from tests.e2e.site import Session, Site


async def test_a_name_is_shown_while_the_pointer_is_there(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    tooltip = page.get_by_role("tooltip")
    attach, compare = (page.get_by_role("button", name=name) for name in ("Attach files", "Compare models"))
    await attach.hover()
    await expect(tooltip).to_have_text("Attach files")
    shown = page.locator("[data-tooltip-shown]")
    place, thing = await shown.bounding_box(), await attach.bounding_box()
    assert place and thing and abs(place["x"] + place["width"] / 2 - thing["x"] - thing["width"] / 2) < 30
    assert place["y"] + place["height"] <= thing["y"]
    # Whoever reads it may go over it with the pointer, also across what lies between; it stays.
    between = (place["y"] + place["height"] + thing["y"]) / 2
    await page.mouse.move(thing["x"] + thing["width"] / 2, between)
    await page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    await page.wait_for_timeout(300)
    await expect(tooltip).to_have_text("Attach files")
    await compare.hover()
    await expect(tooltip).to_have_text("Compare models")
    await box(page).hover()
    await expect(tooltip).to_have_count(0)
    await compare.hover()
    await expect(tooltip).to_have_text("Compare models")
    await page.keyboard.press("Escape")
    await expect(tooltip).to_have_count(0)


async def test_a_pressed_button_says_no_more(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    tooltip = page.get_by_role("tooltip")
    compare = page.get_by_role("button", name="Compare models")
    await compare.hover()
    await expect(tooltip).to_have_count(1)
    await compare.click()
    await expect(page.get_by_role("menu")).to_be_visible()
    await expect(tooltip).to_have_count(0)


async def test_a_name_goes_with_its_thing(page: Page, site: Site, session: Session) -> None:
    await open_chat(page, session)
    tooltip = page.get_by_role("tooltip")
    script = {"text": "word " * 90, "tokens_per_second": 20}
    await box(page).fill(f"Go on\n!script {json.dumps(script)}")
    await page.get_by_role("button", name="Send").click()
    # Stop comes under a pointer that rests: nobody asked what it is called.
    stop = page.get_by_role("button", name="Stop")
    await expect(stop).to_be_visible()
    await page.wait_for_timeout(800)
    await expect(tooltip).to_have_count(0)
    await box(page).hover()
    await stop.hover()
    await expect(tooltip).to_contain_text("Stop")
    await expect(stop).to_have_count(0)
    await expect(tooltip).to_have_count(0)


async def test_a_name_is_shown_with_its_keys_to_the_keyboard(page: Page, site: Site, session: Session) -> None:
    await page.goto(site.url)
    # It comes when it is known that there are several models.
    await expect(page.get_by_role("button", name="Compare models")).to_be_visible()
    await box(page).focus()
    tooltip = page.get_by_role("tooltip")
    await page.keyboard.press("Tab")
    await expect(tooltip).to_have_text("Attach files")
    await page.keyboard.press("Tab")
    await expect(tooltip).to_have_text("Temporary chat")
    await page.keyboard.press("Tab")
    await expect(tooltip).to_have_text("Tools: none is on")
    await page.keyboard.press("Tab")
    await expect(tooltip).to_have_text("Deep research")
    await page.keyboard.press("Tab")
    await expect(tooltip).to_have_text("Compare models")
    fold = page.get_by_role("button", name="Fold the sidebar")
    await fold.focus()
    await expect(tooltip).to_contain_text("Fold the sidebar")
    await expect(tooltip.locator("kbd")).to_have_text("Ctrl+B")


AT_ITS_MIDDLE = """
(element) => {
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
}
"""


async def test_names_and_news_are_over_a_dialog(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/c/{await import_chat(session, 'The moon', [('Why?', 'It pulls.')])}")
    await page.get_by_role("button", name="More about this chat").click()
    await page.get_by_role("menuitem", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share this chat")
    await dialog.get_by_role("button", name="Make a link").click()
    await expect(dialog.get_by_role("status").filter(has_text="/s/")).to_be_visible()
    await expect(dialog.get_by_role("button", name="Revoke the link")).to_be_visible()
    await dialog.get_by_role("button", name="Close", exact=True).hover()
    name = page.locator("[data-tooltip-shown]")
    await expect(name).to_have_text("Close")
    assert await name.evaluate(AT_ITS_MIDDLE), "it is dimmed"
    await name.click()
    await expect(dialog).to_be_visible()
    await dialog.get_by_role("button", name="Revoke the link").click()
    news = page.get_by_text("The link leads nowhere now.")
    await expect(news).to_be_visible()
    assert await news.evaluate(AT_ITS_MIDDLE), "it is dimmed"
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(news).to_be_visible()
