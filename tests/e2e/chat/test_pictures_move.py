"""A picture goes where its chat goes: through edits, links, exports, imports and print; a deleted one says so."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.e2e.app.test_sharing import choose, import_file
from tests.e2e.chat.test_pictures import attached, hand, png, seeing
from tests.e2e.chatting import box, messages, open_chat, turns_of
from tests.e2e.site import Session, Site

__all__ = ["seeing"]

MOON = ("moon.png", "image/png", png(40, 30, 200))


async def width_of(picture: Locator) -> int:
    """The pixels of a picture that is really there."""
    await expect(picture).to_have_js_property("complete", True)
    return await picture.evaluate("(picture) => picture.naturalWidth")


@pytest.fixture
async def chat(page: Page, session: Session, seeing: str) -> str:
    """A chat with a picture that was sent in it."""
    made = await open_chat(page, session, seeing)
    await session.api("POST", f"/earthshine/v1/chats/{made}", {"title": "The moon"})
    await hand(page, "paste", MOON)
    await expect(attached(page)).to_have_count(1)
    await box(page).fill("Which moon?")
    await box(page).press("Enter")
    await expect(page.get_by_role("article", name="Reply")).to_have_count(1)
    return made


async def test_an_edited_message_keeps_its_picture(page: Page, session: Session, chat: str) -> None:
    said = messages(page)
    await said.hover()
    await said.get_by_role("button", name="Edit the message").click()
    await page.get_by_role("textbox", name="The message, to be changed").fill("Which sea on it?")
    await page.keyboard.press("Control+Enter")
    await expect(said).to_contain_text("Which sea on it?")
    assert await width_of(said.get_by_role("img", name="Attached image")) == 40
    (turn,) = await turns_of(session, chat)
    files = {part["file_id"] for part in turn["input"][0]["content"] if part["type"] == "input_image"}
    assert len(files) == 1
    assert [file["filename"] for file in (await session.api("GET", "/v1/files"))["data"]] == ["moon.png"]


async def test_a_link_shows_the_picture_to_anybody(
    page: Page, site: Site, session: Session, chat: str, browser: Browser
) -> None:
    link = await session.api("POST", f"/earthshine/v1/chats/{chat}/shares", {})
    stranger = await browser.new_context(locale="en-GB")
    reading = await stranger.new_page()
    await reading.goto(f"{site.url}{link['url']}")
    assert await width_of(reading.get_by_role("main").get_by_role("img", name="Picture")) == 40
    await stranger.close()


async def test_an_export_brings_the_picture_along_to_somebody_else(
    page: Page, site: Site, chat: str, browser: Browser, tmp_path: Path
) -> None:
    await choose(page, "Export")
    async with page.expect_download() as saved:
        await page.get_by_role("dialog").get_by_role("button", name="JSON").click()
    exported = json.loads(Path(await (await saved.value).path()).read_text())
    other = await browser.new_context(locale="en-GB")
    await site.sign_in(other, await site.add_person())
    theirs = await other.new_page()
    await import_file(theirs, site, tmp_path, exported)
    await expect(theirs.get_by_text("1 chat was imported.")).to_be_visible()
    await theirs.get_by_role("navigation", name="Chats").get_by_role("link", name="The moon").click()
    assert await width_of(messages(theirs).get_by_role("img", name="Attached image")) == 40
    await other.close()


async def test_a_picture_is_printed(page: Page, chat: str) -> None:
    await page.context.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")
    await page.goto(f"{page.url}?print")
    assert await width_of(page.get_by_role("img", name="Picture")) == 40
    await page.locator("html[data-printed=yes]").wait_for()


async def test_a_deleted_picture_says_so_in_the_chat_and_behind_its_link(
    page: Page, site: Site, session: Session, chat: str, trouble: object
) -> None:
    trouble.expected = ("404",)
    link = await session.api("POST", f"/earthshine/v1/chats/{chat}/shares", {})
    (file,) = (await session.api("GET", "/v1/files"))["data"]
    await session.api("DELETE", f"/v1/files/{file['id']}")
    await page.reload()
    await expect(messages(page).get_by_role("img", name="Attached image: deleted")).to_be_visible()
    await page.goto(f"{site.url}{link['url']}")
    await expect(page.get_by_text("A picture that was deleted")).to_be_visible()


@pytest.fixture
async def phone(browser: Browser, site: Site) -> AsyncGenerator[tuple[Page, Session]]:
    """A phone with somebody signed in."""
    context = await browser.new_context(
        locale="en-GB", viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True
    )
    session = await site.sign_in(context, await site.add_person())
    yield await context.new_page(), session
    await context.close()


async def test_a_phone_photographs_for_the_message(phone: tuple[Page, Session], seeing: str, tmp_path: Path) -> None:
    page, session = phone
    await open_chat(page, session, seeing)
    photograph = tmp_path / "photograph.png"
    photograph.write_bytes(bytes(png(50, 60, 9)))
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Take a photo").tap()
    asked = await chooser.value
    # The phone's own camera takes it, the one on its back; the page asks for no right to see.
    assert await asked.element.get_attribute("capture") == "environment"
    assert await asked.element.get_attribute("accept") == "image/*"
    await asked.set_files(photograph)
    assert await width_of(attached(page).get_by_role("img")) == 50
