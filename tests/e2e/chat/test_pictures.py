"""Pictures of a message: added, opened large, kept, and held back from a model that would not see them."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import AsyncGenerator

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.chatting import box, messages, open_chat, turns_of
from tests.e2e.site import Session, Site


def png(width: int, height: int, red: int) -> list[int]:
    """A picture of one colour, as a page takes its bytes."""
    rows = (b"\0" + bytes((red, 90, 160)) * width) * height

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return list(b"\x89PNG\r\n\x1a\n" + b"".join(parts))


async def hand(page: Page, way: str, *files: tuple[str, str, list[int]]) -> None:
    """Paste files into the message, or drop them on the page."""
    held = await page.evaluate_handle(
        """(files) => { const held = new DataTransfer();
        for (const [name, type, bytes] of files) held.items.add(new File([new Uint8Array(bytes)], name, {type}));
        return held; }""",
        [list(each) for each in files],
    )
    if way == "drop":
        await page.locator("main header").first.dispatch_event("drop", {"dataTransfer": held})
    else:
        await box(page).evaluate(
            "(box, held) => box.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held, bubbles: true}))", held
        )


def attached(page: Page) -> Locator:
    return page.get_by_role("list", name="Attached files").get_by_role("listitem")


@pytest.fixture
async def seeing(site: Site) -> AsyncGenerator[str]:
    """The name of a model that is said to see."""
    server = {"base_url": f"{site.url}/v1", "api_key": site.server.key, "target": "scripted"}
    body = {"model": "atlas-eyes", "abilities": ["chat", "vision"], **server}
    made = await site.api("POST", "/earthshine/v1/deployments", body)
    yield "atlas-eyes"
    await site.api("DELETE", f"/earthshine/v1/deployments/{made['id']}")


async def test_pictures_are_pasted_and_dropped_opened_large_and_kept(page: Page, session: Session, seeing: str) -> None:
    chat = await open_chat(page, session, seeing)
    await hand(page, "paste", ("sea.png", "image/png", png(3000, 1500, 20)))
    await hand(page, "drop", ("moon.png", "image/png", png(40, 30, 200)))
    await expect(attached(page)).to_have_count(2)
    await page.get_by_role("button", name="Open sea.jpg large").click()
    large = page.get_by_role("dialog", name="sea.jpg")
    # What is sent is what was scaled, not the file.
    await expect(large).to_contain_text("Sent as 2,048 × 1,024 pixels")
    await page.keyboard.press("ArrowRight")
    moon = page.get_by_role("dialog", name="moon.png")
    await expect(moon).to_contain_text("Sent as 40 × 30 pixels")
    await page.keyboard.press("Escape")
    await expect(moon).to_have_count(0)
    await page.get_by_role("button", name="Remove moon.png").click()
    await expect(attached(page)).to_have_count(1)
    await hand(page, "paste", ("moon.png", "image/png", png(40, 30, 200)))
    await box(page).fill("Which sea?")
    await box(page).press("Enter")
    pictures = messages(page).get_by_role("img", name="Attached image")
    await expect(pictures).to_have_count(2)
    await expect(page.get_by_role("article", name="Reply")).to_have_count(1)
    await page.reload()
    await expect(pictures).to_have_count(2)
    await messages(page).get_by_role("button", name=re.compile("large")).last.click()
    await expect(page.get_by_role("dialog")).to_contain_text("2 of 2")
    (turn,) = await turns_of(session, chat)
    sea, moon, _ = turn["input"][0]["content"]
    assert [part["type"] for part in turn["input"][0]["content"]] == ["input_image", "input_image", "input_text"]
    # The message names them; their bytes are files of the person's.
    files = [await session.api("GET", f"/v1/files/{part['file_id']}") for part in (sea, moon)]
    assert [(file["filename"], file["purpose"]) for file in files] == [("sea.jpg", "vision"), ("moon.png", "vision")]
    assert "image_url" not in sea


async def test_a_model_without_eyes_says_so_before_sending_and_another_is_one_press_away(
    page: Page, session: Session, seeing: str
) -> None:
    await open_chat(page, session)
    await hand(page, "paste", ("moon.png", "image/png", png(40, 30, 200)))
    note = page.get_by_role("alert").filter(has_text="This model takes no images.")
    await expect(note).to_be_visible()
    await box(page).fill("What is this?")
    await box(page).press("Enter")
    await expect(messages(page)).to_have_count(0)
    await expect(box(page)).to_have_value("What is this?")
    await note.get_by_role("button", name=f"Use {seeing}").click()
    await expect(note).to_have_count(0)
    await expect(attached(page)).to_have_count(1)
    await box(page).press("Enter")
    await expect(messages(page).get_by_role("img")).to_have_count(1)


async def test_what_is_no_picture_is_said_plainly(page: Page, session: Session, seeing: str) -> None:
    await open_chat(page, session, seeing)
    await hand(page, "drop", ("IMG_1.HEIC", "", [0, 0, 0, 24, *b"ftypheic"]))
    await expect(page.get_by_text("IMG_1.HEIC is a HEIC photograph, which this browser cannot read.")).to_be_visible()
    await hand(page, "drop", ("half.png", "image/png", png(40, 30, 1)[:60]))
    await expect(page.get_by_text("half.png cannot be read as an image.")).to_be_visible()
    await expect(attached(page)).to_have_count(0)


async def test_in_arabic_the_next_picture_is_to_the_left(page: Page, session: Session, seeing: str) -> None:
    await session.api("POST", "/earthshine/v1/preferences", {"language": "ar"})
    chat = await session.api("POST", "/earthshine/v1/chats", {"settings": {"model": seeing}})
    await page.goto(f"{session.site.url}/c/{chat['id']}")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    first, second = ("a.png", "image/png", png(40, 30, 1)), ("b.png", "image/png", png(30, 40, 250))
    await page.locator("main header").first.wait_for()
    await page.locator("textarea").wait_for()
    await hand(page, "drop", first, second)
    await page.get_by_role("button", name="تكبير a.png").click()
    await expect(page.get_by_role("dialog", name="a.png")).to_be_visible()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("dialog", name="b.png")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("dialog", name="a.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
