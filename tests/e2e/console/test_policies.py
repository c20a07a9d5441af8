"""Containers, their connections, and the rules on what tools may do."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.e2e.axe import grave, violations
from tests.e2e.console.parts import part, row
from tests.e2e.site import Site

LIVING = {
    "object": "living_container",
    "id": "cntr_0abcdefghijklmnopqrstuvwxyz0123456",
    "name": None,
    "project": "default",
    "user": {"id": "user_1", "name": "Amira", "email": "amira@example.org"},
    "state": "running",
    "memory": 52_000_000,
    "memory_limit": "1g",
    "disk": 3_000_000,
    "network_policy": {"type": "allowlist", "allowed_domains": ["pypi.example.org"]},
    "created_at": 1_790_000_000,
    "last_active_at": 1_790_000_100,
    "expires_at": 1_790_001_300,
}
CONNECTION = {
    "object": "egress.connection",
    "id": "egress_1",
    "project": "default",
    "container_id": LIVING["id"],
    "at": 1_790_000_100,
    "method": "CONNECT",
    "host": "evil.example.org",
    "port": 443,
    "address": "",
    "verdict": "not_allowed",
    "count": 12,
    "sent": 0,
    "received": 0,
    "milliseconds": 3,
}


async def with_one(page: Page) -> None:
    """A container that runs code, and a connection that was refused."""
    for place, item in (("living_containers", LIVING), ("egress", CONNECTION)):
        told = {"object": "list", "data": [item], "first_id": item["id"], "last_id": item["id"], "has_more": False}
        await answer(page, re.compile(f"/earthshine/v1/.*{place}([?]|$)"), told)


async def answer(page: Page, place: str | re.Pattern[str], told: Any) -> None:
    """Have requests to a place answered with this."""

    async def fulfill(route: Route) -> None:
        await route.fulfill(json=told)

    await page.route(place, fulfill)


async def test_a_container_is_seen_and_stopped(page: Page, site: Site) -> None:
    made = await site.api("POST", "/v1/containers", {"name": "numbers"})
    await page.goto(f"{site.url}/console/containers")
    mine = row(page, "numbers")
    await expect(mine).to_contain_text("1 GiB")
    await expect(mine).to_contain_text("None")
    await mine.get_by_role("button", name="Stop and delete numbers").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row(page, "numbers")).to_have_count(0)
    listed = await site.api("GET", "/v1/containers")
    assert made["id"] not in [each["id"] for each in listed["data"]]


async def test_what_a_container_takes_and_where_it_tried_to_go(page: Page, site: Site) -> None:
    await with_one(page)
    await page.goto(f"{site.url}/console/containers")
    living = row(page, "Amira")
    for words in ("Running", "52 MB", "3 MB", "pypi.example.org", "Default project"):
        await expect(living).to_contain_text(words)
    await page.goto(f"{site.url}/console/egress")
    await expect(row(page, "evil.example.org:443")).to_contain_text("Not on the list × 12")
    async with page.expect_request(re.compile("verdict=over_bytes")):
        await page.get_by_label("Outcome").select_option("Too many bytes")


async def test_rules_are_added_ordered_by_keyboard_tried_and_removed(page: Page, site: Site) -> None:
    await page.goto(f"{site.url}/console/policies")
    rules = page.get_by_role("list", name="Policies").locator("> li")
    # The one of the settings, which comes first and can only be read.
    await expect(rules).to_have_count(1)
    await expect(rules.nth(0)).to_contain_text("Settings file")
    await expect(rules.nth(0).get_by_role("button")).to_have_count(0)
    for decision, touches, tool in (("Ask", "reaches outside", "mcp"), ("Refuse", "connects to others", "web_*")):
        await page.get_by_role("button", name="Add a rule").click()
        form = page.get_by_role("dialog")
        await form.get_by_label("Decision").select_option(decision)
        await form.get_by_label("When the tool").select_option(touches)
        await form.get_by_label("Tool", exact=True).fill(tool)
        await form.get_by_role("button", name="Add a rule").click()
        await expect(form).to_have_count(0)
    await expect(rules.nth(1)).to_contain_text("Ask before the tool reaches outside")
    await expect(rules.nth(2)).to_contain_text("Refuse to let the tool connect to others")
    await page.get_by_role("button", name="Move rule 3 up").focus()
    await page.keyboard.press("Enter")
    await expect(rules.nth(1)).to_contain_text("web_*")
    await expect(page.get_by_role("button", name="Move rule 2 up")).to_be_focused()
    trial = part(page, "Try it")
    await trial.get_by_label("Tool").select_option("web_fetch")
    await trial.get_by_role("button", name="Try").click()
    await expect(trial.get_by_role("status")).to_contain_text("Decided by this rule of the project:")
    await expect(trial.get_by_role("status")).to_contain_text("connects to others")
    kept = await site.api("GET", "/earthshine/v1/projects/default/tool_rules")
    assert [rule["tool"] for rule in kept["rules"]] == ["web_*", "mcp"]
    for left in (2, 1):
        await page.get_by_role("button", name="Remove rule 2").click()
        await expect(rules).to_have_count(left)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("screen", ["containers", "egress", "policies"])
async def test_on_a_phone_in_arabic_nothing_is_wrong_or_cut_off(
    page: Page, site: Site, theme: str, screen: str
) -> None:
    somebody = await site.sign_in(page.context, await site.add_person())
    await somebody.api("POST", "/earthshine/v1/preferences", {"language": "ar", "theme": theme})
    await page.set_viewport_size({"width": 360, "height": 740})
    await with_one(page)
    if screen == "policies":
        rule = {"tool": "web_*", "touches": "outside", "host": "*.example.org", "project": "*"}
        told = {**rule, "after_untrusted": True, "decision": "ask"}
        listed = {"object": "tool_rules", "project": "default", "inherited": [{**told, "origin": "settings"}]}
        body = {**listed, "rules": [{**told, "decision": "refuse"}], "version": 1}
        await answer(page, "**/tool_rules", body)
    await page.goto(f"{site.url}/console/{screen}")
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(page.locator("main :is(table, ul, ol)").first).to_be_visible()
    if folder := os.environ.get("CONSOLE_SHOTS"):
        await page.screenshot(path=f"{folder}/{screen}-{theme}.png", full_page=True)
    assert grave(await violations(page)) == []
    assert await page.evaluate("document.scrollingElement.scrollWidth") == 360
