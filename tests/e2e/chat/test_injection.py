"""What models and people write can be read, and can do nothing else: in a real browser, under the real policy."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence

import pytest
from playwright.async_api import BrowserContext, Page, Route

from tests.e2e.chat.hostile.samples import Sample, read_samples
from tests.e2e.chat.hostile.watching import Watch
from tests.e2e.shared_text import shared_chat
from tests.e2e.site import Site

pytestmark = pytest.mark.cuts

SAMPLES = read_samples()
QUIET = [sample for sample in SAMPLES if not sample.is_bomb]
BOMBS = [sample for sample in SAMPLES if sample.is_bomb]
AT_ONCE = 25

BOMBS_AT_ONCE = 4
HANG_S = 20
"""A page that shows these bombs later than this hangs; on two shared cores, the browser's start included."""


_DIAGRAM = ":is([data-state=drawing], [data-state=drawn], [data-state=wrong])"

_COME_NEAR = """count => {
  // A long text is rendered when somebody comes near to it.
  document.querySelector(".reply > :not([data-markdown])")?.scrollIntoView();
  return document.querySelectorAll("[data-markdown]").length === count;
}"""


@pytest.mark.parametrize("first", range(0, len(QUIET), AT_ONCE))
async def test_hostile_text_does_nothing(site: Site, context: BrowserContext, first: int) -> None:
    watch = Watch(site.url)
    await watch.start(context)
    await show(context, watch, QUIET[first : first + AT_ONCE])
    assert watch.notes == []


@pytest.mark.parametrize("first", range(0, len(BOMBS), BOMBS_AT_ONCE))
async def test_too_much_text_does_not_hang(site: Site, context: BrowserContext, first: int) -> None:
    bombs = BOMBS[first : first + BOMBS_AT_ONCE]
    watch = Watch(site.url)
    await watch.start(context)
    began = time.monotonic()
    await show(context, watch, bombs)
    assert time.monotonic() - began < HANG_S, [bomb.name for bomb in bombs]
    assert watch.notes == []


async def show(context: BrowserContext, watch: Watch, samples: Sequence[Sample]) -> Page:
    """Open a shared chat whose replies are the samples; only what the server would say of it is made up."""
    page = await context.new_page()
    watch.watch(page)

    async def answer(route: Route) -> None:
        await route.fulfill(
            body=json.dumps(shared_chat([(sample.name, sample.text) for sample in samples])),
            content_type="application/json",
        )

    await page.route("**/earthshine/v1/shares/*", answer)
    await page.goto(f"{watch.url}/s/hostile")
    await page.wait_for_function(_COME_NEAR, arg=len(samples))
    diagrams = page.locator(_DIAGRAM)
    for number in range(await diagrams.count()):
        await diagrams.nth(number).scroll_into_view_if_needed()
        await page.wait_for_function(
            "([diagram, number]) => document.querySelectorAll(diagram)[number].dataset.state !== 'drawing'",
            arg=[_DIAGRAM, number],
            timeout=30_000,
        )
    await watch.look(page)
    return page
