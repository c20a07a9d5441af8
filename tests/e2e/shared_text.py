"""Any text as a reply, shown on the page of a shared chat: for what depends on the text alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

from playwright.async_api import BrowserContext, Page, Route


def shared_chat(turns: Sequence[tuple[str, str]], title: str = "Hostile") -> dict[str, object]:
    """Return what `GET /earthshine/v1/shares/{token}` says of a chat with these messages and replies."""
    said = [
        {
            "created_at": 1_700_000_000 + number,
            "user": user,
            "pictures": [],
            "model": "scripted",
            "reasoning": None,
            "reply": reply,
            "status": "completed",
        }
        for number, (user, reply) in enumerate(turns)
    ]
    return {"title": title, "created_at": 1_700_000_000, "expires_at": None, "turns": said}


async def open_shared(
    context: BrowserContext, url: str, turns: Sequence[tuple[str, str]], *, language: str = "en", title: str = "A chat"
) -> Page:
    """Open a shared chat of these messages and replies; only what the server would say of it is made up."""
    page = await context.new_page()
    await page.add_init_script(f"localStorage.setItem('earthshine.language', '{language}')")

    async def answer(route: Route) -> None:
        await route.fulfill(body=json.dumps(shared_chat(turns, title)), content_type="application/json")

    await page.route("**/earthshine/v1/shares/*", answer)
    await page.goto(f"{url}/s/any")
    await page.locator("[data-markdown]").nth(len(turns) - 1).wait_for()
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready")
    return page
