"""Citations in replies: what they show, where they lead, and what a copy keeps of them."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.e2e.chatting import box, finished, open_chat, replies, say, scripted
from tests.e2e.library.parts import book, cited_chat, payload, stored_file
from tests.e2e.site import Session

NOTES = "The moon pulls the sea.\n\nالقمر يجذب البحر كل يوم.\n"


async def attach(page: Page, name: str, content: bytes | str) -> None:
    """Give a message a file, and wait until the server has read it."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach files").click()
    await (await chooser.value).set_files([payload(name, content)])
    attached = page.get_by_role("list", name="Attached files")
    await expect(attached).to_contain_text(name)
    await expect(attached.get_by_role("progressbar")).to_have_count(0)
    await expect(attached.get_by_role("status")).to_have_count(0)


async def test_a_citation_shows_its_words_and_opens_them(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await attach(page, "notes.md", NOTES)
    await say(page, scripted("What pulls the sea?", text="The moon does [1], each day [2]."))
    await finished(page)
    first = replies(page).get_by_role("button", name=re.compile(r"Citation 1: notes\.md.*The moon pulls the sea"))
    second = replies(page).get_by_role("button", name=re.compile("Citation 2: notes.md.*القمر يجذب البحر"))
    await expect(replies(page)).to_contain_text(re.compile(r"The moon does\s*1, each day\s*2\."))
    await first.hover()
    await expect(page.get_by_role("blockquote").filter(has_text="The moon pulls the sea.")).to_be_visible()
    await second.click()  # no card of another citation is in the way, and none stays open
    await expect(page.get_by_role("blockquote")).to_have_count(0)
    reader = page.get_by_role("region", name=re.compile("notes.md"))
    mark = reader.locator("mark[data-mark=cited]")
    await expect(mark.first).to_be_in_viewport()
    assert "القمر يجذب البحر" in "".join(await mark.all_inner_texts())
    await reader.get_by_role("button", name="Citation before").click()
    await expect(mark.first).to_contain_text("The moon pulls")


async def test_a_cited_page_of_a_pdf_is_opened_with_the_words_marked(page: Page, session: Session) -> None:
    await open_chat(page, session)
    await attach(page, "book.pdf", await book(page.context, 5))
    await say(page, scripted("What is in it?", text="It begins so [1], and goes on [12]."))
    await finished(page)
    cited = replies(page).locator("[data-citation]")
    await expect(cited).to_have_count(2)
    await cited.last.click()
    reader = page.get_by_role("region", name=re.compile("book.pdf"))
    await expect(reader.locator("canvas[data-drawn]").first).to_be_visible()
    await expect(reader.locator("[data-mark=cited]").first).to_be_in_viewport()
    await expect(box(page)).to_be_visible()


async def test_a_copy_has_footnotes(page: Page, session: Session) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await open_chat(page, session)
    await attach(page, "notes.md", NOTES)
    await say(page, scripted("What pulls the sea?", text="The moon does [1]."))
    await finished(page)
    await replies(page).get_by_role("button", name="Copy the reply").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("The moon does[^1]."), copied
    assert re.search(r"\[\^1\]: notes\.md.*“The moon pulls the sea\.”", copied), copied


async def test_a_shared_chat_has_footnotes(page: Page, session: Session) -> None:
    file = await stored_file(session, "notes.md", NOTES)
    turn = await cited_chat(session, "What pulls the sea?", file, "notes.md", "The moon does [1].")
    link = (await session.api("POST", f"/earthshine/v1/chats/{turn['chat_id']}/shares", {}))["url"]
    await page.goto(f"{session.site.url}{link}")
    notes = page.get_by_role("region", name="Footnotes")
    await expect(notes).to_contain_text(re.compile(r"notes\.md.*“The moon pulls the sea\.”"))
    # Nothing else of the file is to be had there.
    await expect(page.locator("[data-citation]")).to_have_count(0)
