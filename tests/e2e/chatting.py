"""What people do in a chat, and what they find there, by the names that a screen reader says."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.e2e.site import Session
from tests.patience import PATIENCE

SLOW = {"tokens_per_second": 12}
"""A pace at which a reply is still running when the next thing is done."""

Said = tuple[str, str]
"""What the person said, and what the model replied."""


def scripted(words: str, /, **script: Any) -> str:
    """A message that tells the scripted model what to reply."""
    return f"{words}\n!script {json.dumps(script, ensure_ascii=False)}"


def box(page: Page) -> Locator:
    """Where the next message is written."""
    return page.get_by_role("textbox", name="Your message")


def replies(page: Page) -> Locator:
    """The replies on the page, oldest first."""
    return page.get_by_role("article", name="Reply")


def messages(page: Page) -> Locator:
    """What the person said, oldest first."""
    return page.get_by_role("article", name="Your message")


async def say(page: Page, text: str) -> None:
    """Write a message and send it by Enter."""
    await box(page).fill(text)
    await box(page).press("Enter")
    await expect(box(page)).to_have_value("")


async def new_chat(session: Session, model: str = "scripted", **settings: Any) -> dict[str, Any]:
    """A chat of this person that asks a model."""
    return await session.api("POST", "/earthshine/v1/chats", {"settings": {"model": model, **settings}})


async def open_chat(page: Page, session: Session, model: str = "scripted", **settings: Any) -> str:
    """Make a chat and go there; returns its id."""
    chat = await new_chat(session, model, **settings)
    await page.goto(f"{session.site.url}/c/{chat['id']}")
    await expect(box(page)).to_be_editable()
    return chat["id"]


def chat_id(page: Page) -> str:
    """The id of the chat that the page is at."""
    found = re.search(r"/c/([^/?#]+)", page.url)
    assert found, page.url
    return found[1]


async def finished(page: Page) -> None:
    """Wait until no reply runs any more."""
    # The default model may have to be loaded.
    await expect(page.get_by_role("button", name="Regenerate", exact=True).last).to_be_visible(timeout=60_000)
    await expect(page.get_by_role("button", name="Stop", exact=True)).to_have_count(0)


async def turns_of(session: Session, chat: str) -> list[dict[str, Any]]:
    """The turns of the branch that is looked at, as the server has them."""
    return (await session.api("GET", f"/earthshine/v1/chats/{chat}/turns"))["data"]


async def eventually(look: Callable[[], Awaitable[object]], expected: object) -> None:
    """Wait until the server has it: the page shows a change before it is stored."""
    deadline = time.monotonic() + PATIENCE
    while (found := await look()) != expected:
        assert time.monotonic() < deadline, f"{found!r} is not {expected!r}"


async def stored(session: Session, path: str, **expected: Any) -> None:
    """Wait until an object at the server has these fields."""

    async def fields() -> dict[str, Any]:
        found = await session.api("GET", path)
        return {name: found[name] for name in expected}

    await eventually(fields, expected)


async def texts_of(session: Session, chat: str) -> list[str]:
    """What the model said on the branch that is looked at, as it is stored."""
    return [reply_text(turn) for turn in await turns_of(session, chat)]


def reply_text(turn: dict[str, Any]) -> str:
    """What the model said, as it is stored."""
    output = (turn["response"] or {}).get("output", [])
    return "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])


async def import_chat(session: Session, title: str, said: Sequence[Said], **about: Any) -> str:
    """A chat that has been, by way of ChatGPT's form of an export; returns its id."""
    mapping: dict[str, Any] = {"root": {"id": "root", "parent": None, "message": None}}
    parent, at = "root", time.time() - 3600
    for number, (question, answer) in enumerate(said):
        for role, text in (("user", question), ("assistant", answer)):
            node = f"{role}{number}"
            at += 7
            message = {
                "author": {"role": role},
                "create_time": at,
                "content": {"content_type": "text", "parts": [text]},
                "metadata": {"model_slug": "kimi"},
            }
            mapping[node] = {"id": node, "parent": parent, "message": message}
            parent = node
    exported = {
        "id": f"{title}-{at}",
        "title": title,
        "create_time": at,
        "update_time": about.pop("at", at),
        "current_node": parent,
        "mapping": mapping,
        **about,
    }
    outcome = await session.api("POST", "/earthshine/v1/chats/import", [exported])
    assert outcome["imported"] == 1, outcome
    return outcome["chats"][0]["chat_id"]
