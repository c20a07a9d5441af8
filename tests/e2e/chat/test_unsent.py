"""Words and files that did not reach the server: they wait where they were, and go when they can, or are given back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from tests.e2e.chatting import box, eventually, finished, messages, open_chat, replies, say, turns_of
from tests.e2e.site import Session, Site, Trouble

pytestmark = pytest.mark.cuts

TIDES = "# Tides\nمد وجزر"


async def attach(page: Page, *files: tuple[str, str]) -> None:
    """Attach text files, each a name and what is in it, and wait until the server has them."""
    payloads: list[FilePayload] = [
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()} for name, content in files
    ]
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files(payloads)
    await expect(page.get_by_role("button", name="Remove")).to_have_count(len(files))
    attached = page.get_by_role("list", name="Attached files")
    await expect(attached.get_by_role("progressbar")).to_have_count(0, timeout=30_000)


@asynccontextmanager
async def no_way(page: Page, pattern: str) -> AsyncGenerator[None]:
    """Whatever is posted to such an address does not arrive."""

    async def cut(route: Route) -> None:
        if route.request.method == "POST":
            await route.abort()
        else:
            await route.continue_()

    await page.route(pattern, cut)
    yield
    await page.unroute(pattern, cut)


async def test_files_of_an_unsent_message_survive_a_reload(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    await attach(page, ("tides.md", TIDES), ("moon.md", "Full"))
    await page.reload()
    files = page.get_by_role("list", name="Attached files")
    await expect(files).to_contain_text("tides.md")
    await files.get_by_role("button", name="Remove moon.md").click()
    await page.get_by_role("link", name="New chat").click()
    await expect(box(page)).to_be_editable()
    await expect(files).to_have_count(0)
    await page.go_back()
    await expect(files).to_contain_text("tides.md")
    await expect(files).not_to_contain_text("moon.md")
    await say(page, "What does it say?")
    await finished(page)
    await page.reload()
    await expect(messages(page)).to_contain_text("tides.md")
    await expect(files).to_have_count(0)
    assert await _files_of(session, chat) == [len(TIDES.encode())]


async def test_what_is_taken_back_comes_with_its_files(page: Page, session: Session, trouble: Trouble) -> None:
    trouble.expected = ("ERR_FAILED",)
    await open_chat(page, session)
    async with no_way(page, "**/turns"):
        await attach(page, ("tides.md", TIDES))
        await say(page, "What does it say?")
        await page.get_by_role("alert").get_by_role("button", name="Take back").click()
        await expect(messages(page)).to_have_count(0)
    await expect(box(page)).to_have_value("What does it say?")
    await expect(page.get_by_role("list", name="Attached files")).to_contain_text("tides.md")


async def test_the_first_message_of_a_chat_can_be_taken_back(
    page: Page, site: Site, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_FAILED",)
    await session.api("POST", "/earthshine/v1/preferences", {"model": "scripted"})
    await page.goto(site.url)
    async with no_way(page, "**/earthshine/v1/chats"):
        await attach(page, ("tides.md", TIDES))
        await say(page, "What does it say?")
        await page.get_by_role("alert").get_by_role("button", name="Take back").click()
        await expect(page.get_by_role("heading", name="Hello Amira, what can I help with?")).to_be_visible()
    await expect(box(page)).to_have_value("What does it say?")
    await expect(page.get_by_role("list", name="Attached files")).to_contain_text("tides.md")
    await box(page).press("Enter")
    await expect(messages(page)).to_contain_text("tides.md")
    await expect(replies(page)).to_contain_text("What does it say?")


async def test_more_than_a_browser_keeps_for_a_page_survives_a_reload_unsent(
    page: Page, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("ERR_FAILED",)
    chat = await open_chat(page, session)
    files = [(f"part-{number}.txt", f"{number} " + "tide " * 380_000) for number in range(3)]
    async with no_way(page, "**/turns"):
        await attach(page, *files)
        await say(page, "All of it.")
        await expect(page.get_by_role("alert")).to_contain_text("the server cannot be reached")
        await page.reload()
        await expect(messages(page)).to_contain_text("part-2.txt")
    await eventually(lambda: _files_of(session, chat), [len(content.encode()) for _, content in files])


async def _files_of(session: Session, chat: str) -> list[int]:
    """Return the sizes of the files that a chat's messages name, in bytes."""
    parts = [part for turn in await turns_of(session, chat) for part in turn["input"][0]["content"]]
    ids = [part["file_id"] for part in parts if part["type"] == "input_file"]
    return [(await session.api("GET", f"/v1/files/{each}"))["bytes"] for each in ids]


async def test_enter_sends_a_message_when_its_files_have_arrived(page: Page, session: Session) -> None:
    chat = await open_chat(page, session)
    arrive = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrive.wait()
        await route.continue_()

    await page.route("**/v1/files", hold)
    await choose_file(page, "tides.md")
    await box(page).fill("What does it say?")
    await box(page).press("Enter")
    waiting = page.get_by_text("The message is sent as soon as its files have arrived.")
    await expect(waiting).to_be_visible()
    await expect(box(page)).to_have_value("What does it say?")
    # It can be written on.
    await page.keyboard.press("Escape")
    await expect(waiting).to_have_count(0)
    await box(page).press("End")
    await box(page).press_sequentially(" Briefly.")
    await box(page).press("Enter")
    await expect(waiting).to_be_visible()
    arrive.set()
    await expect(messages(page)).to_contain_text("What does it say? Briefly.")
    await expect(box(page)).to_have_value("")
    await finished(page)
    [turn] = await turns_of(session, chat)
    assert [part["type"] for part in turn["input"][0]["content"]] == ["input_file", "input_text"]


async def test_a_message_whose_file_does_not_arrive_stays(page: Page, session: Session, trouble: Trouble) -> None:
    trouble.expected = ("ERR_FAILED",)
    chat = await open_chat(page, session)
    cut = asyncio.Event()

    async def lose(route: Route) -> None:
        await cut.wait()
        await route.abort()

    await page.route("**/v1/files", lose)
    await choose_file(page, "tides.md")
    await box(page).fill("What does it say?")
    await box(page).press("Enter")
    cut.set()
    await expect(page.get_by_text("The message was not sent: tides.md did not arrive.")).to_be_visible()
    await expect(box(page)).to_have_value("What does it say?")
    await expect(box(page)).to_be_editable()
    assert await turns_of(session, chat) == []
    # Asked again, it says so again; without the file it goes.
    await page.unroute("**/v1/files", lose)
    await box(page).press("Enter")
    await expect(page.get_by_text("The message was not sent: tides.md did not arrive.")).to_have_count(2)
    await page.get_by_role("button", name="Send tides.md again").click()
    await box(page).press("Enter")
    await expect(messages(page)).to_contain_text("What does it say?")
    await finished(page)


async def choose_file(page: Page, name: str) -> None:
    """Choose a file for the message, and do not wait for it."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files([{"name": name, "mimeType": "text/plain", "buffer": TIDES.encode()}])
    await expect(page.get_by_role("list", name="Attached files")).to_contain_text(name)
