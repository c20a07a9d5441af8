"""Files for the tests of the library, made by the browser that they are read in."""

from __future__ import annotations

import asyncio
from typing import Any

from playwright.async_api import BrowserContext, FilePayload, Page, expect

from tests.e2e.chatting import scripted
from tests.e2e.site import Session

MARKDOWN = "# Tides\n\nThe moon pulls the sea.\n\nالمد والجزر في البحر كل يوم.\n"


async def book(context: BrowserContext, chapters: int = 12) -> bytes:
    """A PDF with one Arabic chapter on each page."""
    pages = "".join(
        f"<section><h1>الفصل {number}</h1><p>يدور القمر حول الأرض. هذه هي الفقرة {number} من الكتاب.</p>"
        f"<p>Chapter {number} is about the moon.</p></section>"
        for number in range(1, chapters + 1)
    )
    style = "<style>body{font:16pt serif}section{break-after:page}</style>"
    made = await context.new_page()
    await made.set_content(f"<html dir=rtl lang=ar><body>{style}{pages}</body></html>")
    content = await made.pdf()
    await made.close()
    return content


async def stored_file(session: Session, name: str, content: bytes | str) -> str:
    """Store a file as this person, and have it read; returns its id."""
    reply = await session.context.request.post(
        f"{session.site.url}/v1/files",
        headers={"x-csrf-token": session.csrf},
        multipart={"purpose": "user_data", "file": payload(name, content)},
    )
    file_id = (await reply.json())["id"]
    status = await session.api("POST", f"/earthshine/v1/documents/{file_id}")
    while status["status"] in ("queued", "reading"):
        await asyncio.sleep(0.1)
        status = await session.api("GET", f"/earthshine/v1/documents/{file_id}")
    return file_id


async def collection(session: Session, name: str, *file_ids: str, **more: Any) -> str:
    """Make a collection of files, and wait until they can be searched, or not; returns its id."""
    store = await session.api("POST", "/v1/vector_stores", {"name": name, "file_ids": [*file_ids], **more})
    while store["status"] == "in_progress":
        await asyncio.sleep(0.1)
        store = await session.api("GET", f"/v1/vector_stores/{store['id']}")
    return store["id"]


async def cited_chat(session: Session, title: str, file_id: str, name: str, text: str) -> dict[str, Any]:
    """A chat in which a scripted reply cites a file by the numbers of its sentences; returns its one turn."""
    chat = await session.api("POST", "/earthshine/v1/chats", {"title": title, "settings": {"model": "scripted"}})
    content = [
        {"type": "input_file", "file_id": file_id, "filename": name},
        {"type": "input_text", "text": scripted(title, text=text)},
    ]
    place = f"/earthshine/v1/chats/{chat['id']}/turns"
    item = {"type": "message", "role": "user", "content": content}
    turn = await session.api("POST", place, {"parent_id": None, "input": [item]})
    while turn["status"] in ("queued", "in_progress"):
        await asyncio.sleep(0.1)
        [turn] = (await session.api("GET", place))["data"]
    return turn


def payload(name: str, content: bytes | str, kind: str = "application/octet-stream") -> FilePayload:
    """A file as a chooser takes it."""
    return {"name": name, "mimeType": kind, "buffer": content.encode() if isinstance(content, str) else content}


async def add_files(page: Page, *files: FilePayload) -> None:
    """Choose files in the library, and wait until they are listed."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Add files").click()
    await (await chooser.value).set_files([*files])
    for file in files:
        await expect(page.get_by_role("list", name="Files", exact=True)).to_contain_text(file["name"])
    await expect(page.get_by_role("list", name="Files on their way")).to_have_count(0)


async def drop_files(page: Page, *files: tuple[str, str]) -> None:
    """Drop text files, each a name and what is in it, anywhere on the page."""
    dropped = await page.evaluate_handle(
        """(files) => { const held = new DataTransfer();
        for (const [name, content] of files) held.items.add(new File([content], name));
        return held; }""",
        [[*file] for file in files],
    )
    target = page.get_by_role("main")
    await target.dispatch_event("dragenter", {"dataTransfer": dropped})
    await expect(page.get_by_text("Drop the files anywhere")).to_be_visible()
    await target.dispatch_event("drop", {"dataTransfer": dropped})
