"""The first page is small: a bar that every new feature could break."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.e2e.first_load import measure
from tests.e2e.site import Person, Site


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
