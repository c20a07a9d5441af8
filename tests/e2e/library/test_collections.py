"""Collections: made, filled by dropping, searched without a model, shared, searched by chats of a space, removed."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from playwright.async_api import Browser, Page, Route, expect

from tests.e2e.chatting import chat_id, eventually, finished, say, turns_of
from tests.e2e.library.parts import collection, drop_files, stored_file
from tests.e2e.site import Session, Site

NOTES = "The moon pulls the sea twice a day.\n\nالقمر يجذب البحر مرتين كل يوم.\n"


async def made(session: Session, name: str) -> str:
    """A collection with one file that can be searched; returns its id."""
    return await collection(session, name, await stored_file(session, "notes.md", NOTES))


async def test_a_collection_is_made_filled_searched_and_removed(page: Page, site: Site, session: Session) -> None:
    await page.goto(f"{site.url}/library/collections")
    await expect(page.get_by_text("No collections yet")).to_be_visible()
    await page.get_by_role("button", name="New collection").click()
    await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("Tides")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="Tides").click()
    # What is on its way can be seen for as long as it is.
    arrive = asyncio.Event()

    async def hold(route: Route) -> None:
        await arrive.wait()
        await route.continue_()

    await page.route("**/v1/files", hold)
    await drop_files(page, ("notes.md", NOTES), ("broken.pdf", "%PDF-1.7 and nothing more"))
    on_the_way = page.get_by_role("list", name="Files on their way")
    await expect(on_the_way.get_by_role("progressbar", name="Sending notes.md")).to_be_visible()
    arrive.set()
    await expect(on_the_way).to_have_count(0)
    files = page.get_by_role("list", name="Files", exact=True).get_by_role("listitem")
    await expect(files.filter(has_text="notes.md")).to_contain_text("1 passage", timeout=30_000)
    broken = files.filter(has_text="broken.pdf")
    await expect(broken).to_contain_text("It cannot be searched.", timeout=30_000)
    await expect(broken).to_contain_text("damaged")
    await expect(broken.get_by_role("button", name="Take broken.pdf in again")).to_be_visible()

    # Another form of the word finds it, and no model was asked.
    asked = (await session.api("GET", "/earthshine/v1/responses"))["data"]
    field = page.get_by_role("searchbox", name="Search in this collection")
    await field.fill("البحار")
    await field.press("Enter")
    found = page.get_by_role("list", name="Passages found").get_by_role("button")
    await expect(found.first).to_contain_text("القمر يجذب البحر")
    await found.first.click()
    reader = page.get_by_role("region", name=re.compile("notes.md"))
    await expect(reader.locator("mark[data-mark=cited]").first).to_be_in_viewport()
    await page.keyboard.press("Escape")
    assert (await session.api("GET", "/earthshine/v1/responses"))["data"] == asked

    await broken.get_by_role("button", name="Take broken.pdf out of the collection").click()
    await expect(files).to_have_count(1)
    await page.get_by_role("link", name="Collections").first.click()
    await page.get_by_role("button", name="Delete Tides").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No collections yet")).to_be_visible()
    assert len((await session.api("GET", "/v1/files"))["data"]) == 2


async def test_a_collection_is_shared_with_the_project(
    page: Page, site: Site, session: Session, browser: Browser
) -> None:
    name = f"Shared by {session.csrf[:8]}"
    await made(session, name)
    await page.goto(f"{site.url}/library/collections")
    await page.get_by_role("button", name=f"Edit {name}").click()
    await page.get_by_role("switch", name="Share with your project").click()
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name=name)).to_contain_text("Shared")

    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    await site.sign_in(context, await site.add_person(name="Badr"))
    other = await context.new_page()
    await other.goto(f"{site.url}/library/collections")
    await expect(other.get_by_role("heading", name=name)).to_contain_text("Shared by Amira")
    await expect(other.get_by_role("button", name=f"Edit {name}")).to_have_count(0)
    await other.get_by_role("link", name=name).click()
    await expect(other.get_by_text("Amira shares this collection")).to_be_visible()
    await expect(other.get_by_role("button", name="Add files")).to_have_count(0)
    await other.get_by_role("searchbox", name="Search in this collection").fill("sea")
    await other.keyboard.press("Enter")
    await other.get_by_role("list", name="Passages found").get_by_role("button").first.click()
    reader = other.get_by_role("region", name=re.compile("notes.md"))
    await expect(reader.locator("mark[data-mark=cited]").first).to_contain_text("pulls the sea")
    await context.close()


async def test_the_chats_of_a_space_search_its_collections(page: Page, site: Site, session: Session) -> None:
    store = await made(session, "Tides")
    await page.goto(f"{site.url}/library/spaces")
    await page.get_by_role("button", name="New space").click()
    editor = page.get_by_role("dialog", name="New space")
    await editor.get_by_role("textbox", name="Name", exact=True).fill("Harbour")
    await editor.get_by_role("checkbox", name="Tides").check()
    await editor.get_by_role("button", name="Save").click()
    await page.get_by_role("main").get_by_role("link", name="New chat Harbour").click()
    searched = page.get_by_role("list", name="Collections that are searched")
    await expect(searched).to_contain_text("Tides")
    await page.get_by_role("button", name=re.compile("^Model:")).click()
    await page.get_by_role("option", name="scripted").click()
    await say(page, "What pulls the sea?")
    await expect(page).to_have_url(re.compile("/c/chat_"))
    await finished(page)
    await expect(page.locator("[data-citation]").first).to_be_visible()
    [turn] = await turns_of(session, chat_id(page))
    [search] = [item for item in turn["response"]["output"] if item["type"] == "file_search_call"]
    assert search["results"][0]["filename"] == "notes.md"
    # The chat may leave it.
    await searched.get_by_role("button", name="Do not search Tides").click()
    await expect(searched).to_have_count(0)

    async def own() -> Any:
        return (await session.api("GET", f"/earthshine/v1/chats/{chat_id(page)}"))["settings"]["vector_store_ids"]

    await eventually(own, [])
    await say(page, "And now?")

    async def kinds() -> list[str]:
        response = (await turns_of(session, chat_id(page)))[-1]["response"] or {}
        return [item["type"] for item in response.get("output", ())]

    await eventually(kinds, ["message"])
    assert store in (await session.api("GET", "/earthshine/v1/spaces"))["data"][0]["vector_store_ids"]
