"""Out and in: links that anybody can read, files that others can read, and what comes from elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.e2e.chatting import chat_id, import_chat, messages, replies, turns_of
from tests.e2e.site import Session, Site

SAID = [("What pulls the sea?", "The **moon** does."), ("And the sun?", "A little.")]


@pytest.fixture
async def chat(page: Page, site: Site, session: Session) -> str:
    """A chat of two turns, on the page."""
    made = await import_chat(session, "The moon", SAID)
    await page.goto(f"{site.url}/c/{made}")
    await expect(messages(page)).to_have_count(2)
    return made


async def choose(page: Page, action: str) -> None:
    """Choose from the menu at the head of the chat."""
    await page.get_by_role("button", name="More about this chat").click()
    await page.get_by_role("menuitem", name=action).click()


async def test_a_link_is_read_by_anybody_until_it_is_revoked(
    page: Page, site: Site, session: Session, chat: str
) -> None:
    await choose(page, "Share")
    dialog = page.get_by_role("dialog", name="Share this chat")
    await dialog.get_by_role("combobox", name="The link is good for").select_option("7 days")
    await dialog.get_by_role("button", name="Make a link").click()
    new = dialog.get_by_role("status").filter(has_text="The new link")
    address = (await new.inner_text()).split()[-1]
    assert address.startswith(f"{site.url}/s/")
    assert page.context.browser is not None
    stranger = await page.context.browser.new_context(locale="en-GB")
    reading = await stranger.new_page()
    await reading.goto(address)
    await expect(reading.get_by_role("heading", name="The moon")).to_be_visible()
    await expect(reading.get_by_role("main")).to_contain_text("What pulls the sea?")
    await expect(reading.get_by_role("main").locator("strong", has_text="moon")).to_be_visible()
    await expect(reading.get_by_text("A shared chat, read-only")).to_be_visible()
    await expect(reading.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    shares = (await session.api("GET", f"/earthshine/v1/chats/{chat}/shares"))["data"]
    assert shares[0]["expires_at"] - shares[0]["created_at"] == 7 * 86400
    # It is shown as long as it leads somewhere.
    await page.reload()
    await choose(page, "Share")
    await expect(dialog.get_by_text(address)).to_be_visible()
    await dialog.get_by_role("button", name="Revoke the link").click()
    await expect(page.get_by_text("The link leads nowhere now.")).to_be_visible()
    await expect(dialog.get_by_text(address)).to_have_count(0)
    await reading.reload()
    await expect(reading.get_by_text("This link leads nowhere")).to_be_visible()
    await stranger.close()


async def test_a_chat_is_saved_as_markdown_and_as_json(page: Page, chat: str) -> None:
    await choose(page, "Export")
    dialog = page.get_by_role("dialog", name="Export this chat")
    async with page.expect_download() as saved:
        await dialog.get_by_role("button", name="Markdown").click()
    text = Path(await (await saved.value).path()).read_text()
    assert (await saved.value).suggested_filename == "The moon.md"
    assert "The **moon** does." in text and "And the sun?" in text
    await choose(page, "Export")
    async with page.expect_download() as saved:
        await dialog.get_by_role("button", name="JSON").click()
    exported = json.loads(Path(await (await saved.value).path()).read_text())
    assert exported["chat"]["id"] == chat and len(exported["turns"]) == 2


async def test_a_chat_can_be_printed(page: Page, chat: str) -> None:
    await page.context.add_init_script("window.print = () => { document.documentElement.dataset.printed = 'yes'; }")
    await choose(page, "Export")
    async with page.context.expect_page() as opened:
        await page.get_by_role("dialog").get_by_role("button", name="Print or PDF").click()
    printed = await opened.value
    await expect(printed.get_by_role("heading", name="The moon")).to_be_visible()
    await expect(printed.get_by_text("A little.")).to_be_visible()
    await printed.emulate_media(media="print")
    await expect(printed.get_by_role("complementary")).to_have_count(0)
    assert (await printed.pdf())[:4] == b"%PDF"
    assert chat


async def test_chats_come_from_chatgpt(page: Page, site: Site, session: Session, tmp_path: Path) -> None:
    def node(name: str, parent: str | None, role: str, text: str) -> dict[str, object]:
        message = {
            "author": {"role": role},
            "create_time": 1.7e9,
            "content": {"content_type": "text", "parts": [text]},
        }
        return {"id": name, "parent": parent, "message": message}

    nodes = (node("a", None, "user", "Bonjour"), node("b", "a", "assistant", "Salut !"))
    export = {
        "id": "one",
        "title": "Une visite",
        "create_time": 1.7e9,
        "update_time": 1.7e9,
        "current_node": "b",
        "mapping": {str(each["id"]): each for each in nodes},
    }
    await import_file(page, site, tmp_path, [export])
    await expect(page.get_by_text("1 chat was imported.")).to_be_visible()
    await page.get_by_role("navigation", name="Chats").get_by_role("link", name="Une visite").click()
    await expect(messages(page)).to_contain_text("Bonjour")
    await expect(replies(page)).to_contain_text("Salut !")
    assert len(await turns_of(session, chat_id(page))) == 1


async def test_chats_come_from_open_webui_and_not_twice(page: Page, site: Site, tmp_path: Path) -> None:
    history = {
        "currentId": "b",
        "messages": {
            "a": {"id": "a", "parentId": None, "childrenIds": ["b"], "role": "user", "content": "你好", "timestamp": 1},
            "b": {
                "id": "b",
                "parentId": "a",
                "childrenIds": [],
                "role": "assistant",
                "content": "你好！",
                "model": "qwen",
                "timestamp": 2,
            },
        },
    }
    export = {"id": "one", "title": "问候", "created_at": 1700000000, "updated_at": 1700000000}
    export["chat"] = {"title": "问候", "history": history}
    await import_file(page, site, tmp_path, [export])
    await expect(page.get_by_text("1 chat was imported.")).to_be_visible()
    await page.get_by_role("navigation", name="Chats").get_by_role("link", name="问候").click()
    await expect(replies(page)).to_contain_text("你好！")
    await import_file(page, site, tmp_path, [export])
    await expect(page.get_by_text("1 chat was here already")).to_be_visible()


async def import_file(page: Page, site: Site, folder: Path, chats: object) -> None:
    """Choose a file of chats in the settings."""
    file = folder / "conversations.json"
    file.write_text(json.dumps(chats))
    await page.goto(f"{site.url}/settings/data")
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Choose a file").click()
    await (await chooser.value).set_files(file)


async def test_everything_is_exported_and_all_chats_deleted_after_a_word(
    page: Page, site: Site, session: Session
) -> None:
    for title in ("One", "Two"):
        await import_chat(session, title, [("Hello", "Hi")])
    await page.goto(f"{site.url}/settings/data")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="Export everything").click()
    lines = Path(await (await saved.value).path()).read_text().splitlines()
    assert {json.loads(line)["chat"]["title"] for line in lines} == {"One", "Two"}
    await page.get_by_role("button", name="Delete all chats").click()
    dialog = page.get_by_role("dialog", name="Delete all chats?")
    delete = dialog.get_by_role("button", name="Delete all chats")
    await expect(delete).to_be_disabled()
    await dialog.get_by_role("textbox").fill("delete")
    await delete.click()
    await expect(page.get_by_text("All chats are deleted.")).to_be_visible()
    assert (await session.api("GET", "/earthshine/v1/chats"))["data"] == []
