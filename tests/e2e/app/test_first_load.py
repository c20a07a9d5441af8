"""The first page is small: a bar that every new feature could break."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.e2e.chatting import box
from tests.e2e.first_load import measure
from tests.e2e.site import Person, Session, Site


async def test_the_first_chat_is_usable_after_few_requests_and_bytes(
    browser: Browser, site: Site, person: Person
) -> None:
    context = await browser.new_context(service_workers="block")
    await site.sign_in(context, person)
    load = await measure(context, f"{site.url}/")
    await context.close()
    assert load.requests <= 20, load
    assert load.kilobytes <= 250, load


async def test_the_door_is_smaller_still(browser: Browser, site: Site, person: Person) -> None:
    context = await browser.new_context(service_workers="block")
    load = await measure(context, f"{site.url}/sign-in")
    await context.close()
    assert load.requests <= 20, load
    assert load.kilobytes <= 250, load


@pytest.mark.cuts
async def test_the_box_stays_where_it_is_while_the_rest_arrives(page: Page, site: Site, session: Session) -> None:
    arrived = asyncio.Event()

    async def late(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route(re.compile(r"/v1/(models|assistants|chats|spaces)\b"), late)
    await page.goto(site.url)
    places = [await box(page).bounding_box()]
    attach, temporary = (page.get_by_role("button", name=name) for name in ("Attach files", "Temporary chat"))
    places += [await attach.bounding_box(), await temporary.bounding_box()]
    arrived.set()
    await expect(page.get_by_role("button", name="Compare models")).to_be_visible()
    await expect(page.get_by_role("complementary", name="About this model")).to_be_visible()
    await expect(page.get_by_role("button", name="Writing coach")).to_be_visible()
    assert places == [await each.bounding_box() for each in (box(page), attach, temporary)]
