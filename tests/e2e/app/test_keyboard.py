"""Everything by the keyboard alone: no mouse is touched here."""

from __future__ import annotations

import re

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.e2e.chatting import box, chat_id, finished, messages, open_chat, replies, scripted, stored
from tests.e2e.site import PASSWORD, Person, Session, Site, Trouble


async def tab_to(page: Page, target: Locator, key: str = "Tab", most: int = 60) -> None:
    """Press Tab until the focus is there."""
    for _ in range(most):
        if await target.evaluate_all("(found) => found.includes(document.activeElement)"):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{most} times {key} do not lead to {target}")


async def test_from_the_door_to_a_reply_that_is_stopped_edited_and_asked_again(
    page: Page, site: Site, session: Session, person: Person, context: BrowserContext, trouble: Trouble
) -> None:
    trouble.expected = ("401 (Unauthorized)",)
    await session.api("POST", "/earthshine/v1/preferences", {"model": "scripted"})
    await context.clear_cookies()
    await page.goto(site.url)
    await tab_to(page, page.get_by_role("textbox", name="E-mail"))
    await page.keyboard.type(person.email)
    await tab_to(page, page.get_by_role("textbox", name="Password"))
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    # The keys that lead to the message box from everywhere.
    await page.keyboard.press("Shift+Escape")
    await tab_to(page, box(page))
    await page.keyboard.insert_text(scripted("Count", text="one " * 200, tokens_per_second=20))
    await page.keyboard.press("Enter")
    await expect(replies(page)).to_contain_text("one one")
    await page.keyboard.press("Escape")
    await expect(replies(page)).to_contain_text("Stopped")
    # Back in the empty box, the arrow up opens the last message.
    await tab_to(page, box(page))
    await page.keyboard.press("ArrowUp")
    editor = page.get_by_role("textbox", name="The message, to be changed")
    await expect(editor).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Just once")
    await page.keyboard.press("Control+Enter")
    await finished(page)
    await expect(replies(page)).to_contain_text("You said: Just once")
    said = page.get_by_role("group", name="Versions of the message")
    await expect(said).to_contain_text("Version 2 of 2")
    await tab_to(page, page.get_by_role("button", name="Regenerate", exact=True), "Shift+Tab")
    await page.keyboard.press("Enter")
    replied = page.get_by_role("group", name="Versions of the reply")
    await expect(replied).to_contain_text("Version 2 of 2")
    await finished(page)
    # The keys walk through all of them.
    await page.keyboard.press("Alt+PageUp")
    await expect(replied).to_contain_text("Version 1 of 2")
    await page.keyboard.press("Alt+PageUp")
    await expect(said).to_contain_text("Version 1 of 2")
    await expect(messages(page)).to_contain_text("Count")
    await page.keyboard.press("Alt+PageDown")
    await expect(messages(page)).to_contain_text("Just once")


async def test_queue_and_steer(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await tab_to(page, box(page))
    await page.keyboard.insert_text(scripted("Count", text="one " * 300, tokens_per_second=20))
    await page.keyboard.press("Enter")
    await expect(replies(page)).to_contain_text("one one")
    await tab_to(page, box(page))
    await page.keyboard.type("Afterwards")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Messages that wait")).to_contain_text("Afterwards")
    await page.keyboard.type("Now, rather")
    await page.keyboard.press("Control+Enter")
    await expect(messages(page).filter(has_text="Now, rather")).to_be_visible()
    await finished(page)
    assert chat_id(page)


async def test_the_list_of_chats_is_walked_renamed_and_cleared(page: Page, site: Site, session: Session) -> None:
    for title in ("Third", "Second", "First"):
        await session.api("POST", "/earthshine/v1/chats", {"title": title, "settings": {}})
    await page.goto(site.url)
    chats = page.get_by_role("navigation", name="Chats")
    await expect(chats.get_by_role("link", name="First")).to_be_visible()
    await tab_to(page, chats.get_by_role("link", name="First"))
    await page.keyboard.press("ArrowDown")
    await expect(chats.get_by_role("link", name="Second")).to_be_focused()
    await page.keyboard.press("F2")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("Renamed")
    await page.keyboard.press("Enter")
    await expect(chats.get_by_role("link", name="Renamed")).to_be_visible()
    await tab_to(page, chats.get_by_role("link", name="Renamed"))
    await page.keyboard.press("Delete")
    asked = page.get_by_role("dialog", name="Delete this chat?")
    await tab_to(page, asked.get_by_role("button", name="Delete", exact=True))
    await page.keyboard.press("Enter")
    await expect(chats.get_by_role("link", name="Renamed")).to_have_count(0)


async def test_palette_search_shortcuts_share_and_settings(page: Page, site: Site, session: Session) -> None:
    await session.api("POST", "/earthshine/v1/chats", {"title": "Two tides a day", "settings": {}})
    await page.goto(site.url)
    await expect(page.get_by_role("link", name="Two tides a day", exact=True)).to_be_visible()
    await page.keyboard.press("Control+K")
    palette = page.get_by_role("dialog", name="Command palette")
    await expect(palette.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type("tides")
    await expect(palette.get_by_role("option", selected=True)).to_contain_text("Two tides a day")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/c/chat_"))
    await tab_to(page, page.get_by_role("button", name="More about this chat"))
    await page.keyboard.press("Enter")
    await page.keyboard.type("Sh")
    await expect(page.get_by_role("menuitem", name="Share")).to_be_focused()
    await page.keyboard.press("Enter")
    share = page.get_by_role("dialog", name="Share this chat")
    await tab_to(page, share.get_by_role("button", name="Make a link"))
    await page.keyboard.press("Escape")
    await expect(share).to_have_count(0)
    await page.keyboard.press("Control+/")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(shortcuts).to_contain_text("Ctrl+Shift+O")
    await page.keyboard.press("Escape")
    await expect(shortcuts).to_have_count(0)
    await page.keyboard.press("Control+,")
    await expect(page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    await tab_to(page, page.get_by_role("combobox", name="Theme"))
    await page.keyboard.press("d")
    await stored(session, "/earthshine/v1/preferences", theme="dark")
    await page.keyboard.press("Control+Shift+O")
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()


async def test_the_first_stop_skips_to_the_page(page: Page, site: Site) -> None:
    await page.goto(site.url)
    await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the page")
    await expect(skip).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("main")).to_be_focused()


async def test_a_reply_is_announced(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await tab_to(page, box(page))
    await page.keyboard.insert_text(
        scripted("Tell", text="The first.\n\nThe second.", tokens_per_second=8, first_token_after=2)
    )
    await page.keyboard.press("Enter")
    log = page.get_by_role("log")
    await expect(log).to_contain_text("The reply begins.")
    await expect(log).to_contain_text("End of the reply.")
