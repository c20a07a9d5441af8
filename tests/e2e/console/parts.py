"""What several screens of the console are looked at by."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, Page

from tests.e2e.site import Session


async def respond(session: Session, text: str = "Hello there", **body: Any) -> dict[str, Any]:
    """A stored response of this person."""
    return await session.api("POST", "/v1/responses", {"model": "scripted", "input": text, **body})


def row(page: Page, text: str | re.Pattern[str]) -> Locator:
    """A line of a table."""
    return page.get_by_role("row").filter(has_text=text)


def part(page: Page, heading: str) -> Locator:
    """The part of a screen that has this heading."""
    return page.locator("section").filter(has=page.get_by_role("heading", name=heading, exact=True, level=2))
