"""The files of a person: listed, looked for, renamed, deleted; and read beside the page."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.library.parts import MARKDOWN, add_files, book, payload
from tests.e2e.site import Session, Site


async def names(session: Session) -> list[str]:
    """The names of this person's files, as the server has them."""
    return [file["filename"] for file in (await session.api("GET", "/v1/files"))["data"]]


async def test_files_are_added_found_renamed_and_deleted(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/")
    await page.get_by_role("link", name="Library").click()
    await add_files(page, payload("notes.md", MARKDOWN), payload("رسالة.txt", "مرحبا"))
    files = page.get_by_role("list", name="Files", exact=True).get_by_role("listitem")
    await page.get_by_role("searchbox", name="Search by name").fill("رساله")
    await expect(files).to_have_count(1)
    await page.get_by_role("searchbox", name="Search by name").fill("")
    await expect(files).to_have_count(2)
    await page.get_by_role("button", name="What to do with notes.md").click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.get_by_role("textbox", name="Name").fill("tides.md")
    await page.get_by_role("button", name="Save").click()
    await expect(files.filter(has_text="tides.md")).to_have_count(1)
    assert "tides.md" in await names(session)

    async def delete() -> None:
        await page.get_by_role("button", name="What to do with tides.md").click()
        await page.get_by_role("menuitem", name="Delete").click()
        await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(files.filter(has_text="tides.md")).to_have_count(0)

    await delete()
    await page.get_by_role("button", name="Undo").click()
    await expect(files.filter(has_text="tides.md")).to_have_count(1)
    assert "tides.md" in await names(session)
    await delete()
    await page.wait_for_timeout(7000)
    assert await names(session) == ["رسالة.txt"]


async def test_a_pdf_opens_at_the_page_that_is_looked_for(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/library/files")
    await add_files(page, payload("book.pdf", await book(page.context)))
    await page.get_by_role("button", name="book.pdf", exact=True).click()
    reader = page.get_by_role("region", name=re.compile("book.pdf"))
    await expect(reader.locator("canvas[data-drawn]").first).to_be_visible()
    await expect(reader).to_contain_text("of 12")
    await page.keyboard.press("/")
    await reader.get_by_role("searchbox", name="Search in this document").fill('"الفقرة 7"')
    mark = reader.locator("[data-mark=found][data-target]").first
    await expect(mark).to_be_in_viewport()
    await expect(reader.get_by_role("textbox", name="Page number")).to_have_value("7")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(reader).to_have_count(0)
    await expect(page.get_by_role("button", name="book.pdf", exact=True)).to_be_focused()


async def test_a_text_is_read_in_the_direction_of_its_words(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/library/files")
    await add_files(page, payload("notes.md", MARKDOWN))
    await page.get_by_role("button", name="notes.md", exact=True).click()
    reader = page.get_by_role("region", name=re.compile("notes.md"))
    await expect(reader.get_by_role("heading", name="Tides")).to_be_visible()
    arabic = reader.get_by_text("المد والجزر")
    assert await arabic.evaluate("each => getComputedStyle(each).direction") == "rtl"


async def test_what_cannot_be_read_says_why(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/library/files")
    await add_files(page, payload("broken.pdf", b"%PDF-1.7\nnothing"))
    await page.get_by_role("button", name="broken.pdf", exact=True).click()
    reader = page.get_by_role("region", name=re.compile("broken.pdf"))
    await expect(reader.get_by_role("alert")).to_be_visible()
    await expect(reader.get_by_role("button", name="Read it again")).to_be_visible()
