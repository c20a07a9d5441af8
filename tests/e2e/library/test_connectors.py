"""Connectors: kept with a secret, looked into, tried, switched on in a chat, asked about, removed."""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest
from playwright.async_api import Page, expect

from tests.connectors.oauth.guarded_shop import guarded_shop
from tests.e2e.axe import violations
from tests.e2e.chatting import box, chat_id, eventually, finished, open_chat, replies, say
from tests.e2e.site import Session, Site, Trouble
from tests.tools.mcp.servers import TOKEN, Shop, serve

TRIED = ("price", "sell", "fail")


@pytest.fixture
def shop() -> Shop:
    """A server that wants a token."""
    return Shop()


@pytest.fixture
def shop_url(shop: Shop) -> Generator[str]:
    """Where it is."""
    with serve(shop.app(token=TOKEN)) as url:
        yield url


async def kept(session: Session, url: str, **fields: object) -> str:
    """A connector to that server; returns its id."""
    body = {"name": "Shop", "url": url, "headers": {"Authorization": f"Bearer {TOKEN}"}, **fields}
    return (await session.api("POST", "/earthshine/v1/connectors", body))["id"]


async def test_a_connector_is_added_tried_and_removed(
    page: Page, site: Site, session: Session, shop: Shop, shop_url: str
) -> None:
    await page.goto(f"{site.url}/library/connectors")
    await expect(page.get_by_text("No connectors yet")).to_be_visible()
    await page.get_by_role("button", name="New connector").click()
    form = page.get_by_role("dialog")
    await form.get_by_role("textbox", name="Name").fill("Shop")
    await form.get_by_role("textbox", name="Address").fill(shop_url)
    await form.get_by_label("Its value").fill(f"Bearer {TOKEN}")
    await form.get_by_role("combobox", name="Ask before calls").select_option("Before calls that may change something")
    assert await violations(page) == []
    await form.get_by_role("button", name="Save").click()

    tools = page.get_by_role("list", name="Tools of this server").get_by_role("listitem")
    price, sell, fail = (tools.filter(has=page.get_by_role("button", name=f"Try {each}")) for each in TRIED)
    await expect(price).to_contain_text("Return what a thing costs.")
    await expect(price).to_contain_text("Does not ask")
    await expect(sell).to_contain_text("Asks first")
    await expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
    assert await violations(page) == []

    await sell.get_by_role("button", name="Try sell").click()
    form = page.get_by_role("dialog", name="Try sell")
    await form.get_by_role("button", name="Call").click()
    # What is needed is said by the form, before anything is called.
    await expect(form.get_by_role("textbox", name="Thing")).to_have_attribute("aria-invalid", "true")
    await form.get_by_role("textbox", name="Thing").fill("lamp")
    await form.get_by_role("spinbutton", name="Number").fill("3")
    assert shop.sold == []
    await form.get_by_role("button", name="Call").click()
    await expect(form.get_by_role("region", name="What came back")).to_have_text("Sold 3 lamp.")
    assert shop.sold == ["lamp"]
    assert await violations(page) == []
    await page.keyboard.press("Escape")

    await fail.get_by_role("button").click()
    await page.get_by_role("dialog").get_by_role("button", name="Call").click()
    await expect(page.get_by_role("region", name="The tool failed")).to_contain_text("Error executing tool fail")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Delete Shop").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No connectors yet")).to_be_visible()
    assert (await session.api("GET", "/earthshine/v1/connectors"))["data"] == []


async def test_a_change_of_the_name_keeps_the_secret(page: Page, site: Site, session: Session, shop_url: str) -> None:
    connector = await kept(session, shop_url)
    await page.goto(f"{site.url}/library/connectors?connector={connector}")
    await expect(page.get_by_role("list", name="Tools of this server")).to_be_visible()
    await page.locator("main .lucide-pencil").click()
    form = page.get_by_role("dialog")
    await expect(form).to_contain_text("Kept and sent with each request: Authorization.")
    await form.get_by_role("textbox", name="Name").fill("Bazaar")
    await form.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="Bazaar")).to_be_visible()
    await expect(page.get_by_role("list", name="Tools of this server")).to_be_visible()


async def test_a_server_that_does_not_answer_is_told(
    page: Page, site: Site, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("status of 5", "status of 4")
    connector = await kept(session, "http://127.0.0.1:9/mcp", headers={})
    await page.goto(f"{site.url}/library/connectors?connector={connector}")
    await expect(page.get_by_role("alert")).to_contain_text("Shop")
    await expect(page.get_by_role("button", name="Try again")).to_be_visible()
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible()


async def test_a_connector_is_switched_on_in_a_chat_and_asked_about(
    page: Page, session: Session, shop: Shop, shop_url: str
) -> None:
    connector = await kept(session, shop_url)
    await open_chat(page, session)
    await page.get_by_role("button", name="Tools:").click()
    panel = page.get_by_role("dialog", name="Tools")
    switch = panel.get_by_role("switch", name="Shop")
    await expect(switch).to_have_accessible_description(shop_url)
    await switch.click()
    await expect(switch).to_be_checked()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Tools: 1 is on")).to_be_visible()
    path = f"/earthshine/v1/chats/{chat_id(page)}"

    async def on() -> object:
        return (await session.api("GET", path))["settings"]["tools"]

    await eventually(on, [{"type": "mcp", "connector_id": connector, "server_label": "shop"}])
    await expect(box(page)).to_be_editable()
    call = {"tool_call": {"name": "shop__sell", "arguments": {"thing": "lamp"}}}
    await say(page, f"Sell it.\n!script {json.dumps([call, {'text': 'It is sold.'}])}")
    card = replies(page).last.get_by_role("region", name="The model asks whether it may call sell on the server shop")
    await expect(card).to_contain_text("lamp")
    assert shop.sold == []
    await card.get_by_role("button", name="Allow").click()
    await expect(replies(page).last).to_contain_text("It is sold.")
    await finished(page)
    assert shop.sold == ["lamp"]


async def test_a_person_signs_in_at_the_server_comes_back_and_signs_out(
    page: Page, site: Site, session: Session, trouble: Trouble
) -> None:
    trouble.expected = ("left the site", "status of 5", "status of 4")
    with guarded_shop() as guarded:
        connector = await kept(session, guarded.url, headers={})
        await page.goto(f"{site.url}/library/connectors?connector={connector}")
        # Without a token there is nothing to see.
        await expect(page.get_by_role("alert")).to_contain_text("signed in")
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        assert page.url == f"{site.url}/library/connectors?connector={connector}"
        tools = page.get_by_role("list", name="Tools of this server").get_by_role("listitem")
        await expect(tools).to_contain_text("sell")
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        await expect(page.get_by_role("alert")).to_contain_text("signed in")
