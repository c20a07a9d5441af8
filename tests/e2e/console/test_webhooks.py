"""Webhook endpoints: made, told, looked at, and told once more."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import pytest
from openai import OpenAI
from playwright.async_api import Page, expect

from tests.e2e.axe import grave, violations
from tests.e2e.console.parts import part, row
from tests.e2e.site import Site


@dataclass
class Receiver:
    """Answers as it is told, and keeps what it was sent."""

    url: str
    status: str = "503 Service Unavailable"
    got: list[bytes] = field(default_factory=list[bytes])


@pytest.fixture
async def receiver() -> AsyncGenerator[Receiver]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        assert length is not None
        made.got.append(head + await reader.readexactly(int(length[1])))
        writer.write(f"HTTP/1.1 {made.status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        made = Receiver(f"http://127.0.0.1:{port}/hook")
        yield made


async def test_an_endpoint_is_made_told_and_told_once_more(page: Page, site: Site, receiver: Receiver) -> None:
    await page.goto(f"{site.url}/console/webhooks")
    await page.get_by_role("button", name="New endpoint").click()
    form = page.get_by_role("dialog")
    await form.get_by_label("Name").fill("My service")
    await form.get_by_label("Address").fill(receiver.url)
    await form.get_by_label("response.completed").check()
    await form.get_by_role("button", name="Create").click()
    told = page.get_by_role("dialog", name="The secret of My service")
    secret = await told.locator("code").inner_text()
    await told.get_by_role("button", name="Done").click()
    await expect(row(page, "My service")).to_contain_text("On")

    written = await site.api("POST", "/v1/responses", {"model": "scripted", "input": "Hello.", "background": True})
    deliveries = part(page, "Last deliveries to My service")
    first = deliveries.get_by_role("row").filter(has_text="response.completed").first
    await expect(first).to_contain_text("On its way", timeout=20_000)
    await expect(first).to_contain_text("503")
    receiver.status = "200 OK"
    await first.get_by_role("button", name="Deliver response.completed once more").click()
    await expect(page.get_by_text("It is on its way again.")).to_be_visible()
    delivered = deliveries.get_by_role("row").filter(has_text="Delivered")
    await expect(delivered.first).to_contain_text("200", timeout=20_000)
    head, _, body = receiver.got[-1].decode().partition("\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:])
    event = OpenAI(api_key="unused").webhooks.unwrap(body, headers, secret=secret)
    assert event.type == "response.completed" and event.data.id == written["id"]

    await page.get_by_role("button", name="Send an example to My service").click()
    await expect(page.get_by_text("It answered 200.")).to_be_visible()
    await page.get_by_role("button", name="Delete My service").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row(page, "My service")).to_have_count(0)


async def test_on_a_phone_in_arabic_and_the_dark_nothing_is_wrong_or_cut_off(
    page: Page, site: Site, receiver: Receiver
) -> None:
    body = {"name": "خدمتي", "url": receiver.url, "event_types": ["response.completed", "agent.session.idle"]}
    made = await site.api("POST", "/v1/webhook_endpoints", body)
    await site.api("POST", "/v1/responses", {"model": "scripted", "input": "Hello.", "background": True})
    somebody = await site.sign_in(page.context, await site.add_person())
    await somebody.api("POST", "/earthshine/v1/preferences", {"language": "ar", "theme": "dark"})
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{site.url}/console/webhooks")
    await expect(page.get_by_text("503")).to_be_visible(timeout=20_000)
    assert grave(await violations(page)) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    if folder := os.environ.get("CONSOLE_SHOTS"):
        await page.screenshot(path=f"{folder}/webhooks.png")
        await page.get_by_text("503").scroll_into_view_if_needed()
        await page.screenshot(path=f"{folder}/webhooks-deliveries.png")
    await site.api("DELETE", f"/v1/webhook_endpoints/{made['id']}")
