"""How a walk gets to a screen, and when that is settled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Page

from tests.e2e.scene import Scene

Bring = Callable[[Page, Scene], Awaitable[None]]


@dataclass(frozen=True)
class Screen:
    """One screen. `bring` goes there; the page is settled when it returns."""

    name: str
    bring: Bring
    empty: bool = False
    """Whether it belongs to somebody who has nothing yet."""
    stranger: bool = False
    """Whether it is seen without a session."""


async def settled(page: Page) -> None:
    """Wait until nothing is on its way and nothing moves."""
    await page.wait_for_function(
        """() => !document.querySelector('main [role=status] .animate-spin, dialog[open] [role=status] .animate-spin')
        && document.querySelector('main, dialog[open]')"""
    )
    # What follows from a change begins to move in the next frame.
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await page.evaluate(
        """() => document.fonts.ready.then(() => Promise.all(document.getAnimations()
        .filter((each) => each.effect?.getTiming().iterations !== Infinity).map((each) => each.finished
        .catch(() => undefined))))"""
    )


def at(path: str, ready: str = "main h1") -> Bring:
    """A screen that has an address."""

    async def bring(page: Page, scene: Scene) -> None:
        await visit(page, scene.at(path.format(scene=scene)))
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring


async def visit(page: Page, url: str) -> None:
    """Go to an address: inside the app where the page is in it already, as links do."""
    if not page.url.startswith(url.split("/", 3)[0] + "//") or not await page.locator("#root > *").count():
        await page.goto(url)
        return
    for _ in range(3):
        if not await page.locator("dialog[open], [role=menu], [role=dialog]").count():
            break
        await page.keyboard.press("Escape")
    while await page.locator("aside [role=document]").count():
        await page.locator("aside [role=document]").press("Escape")
    await page.evaluate("(url) => history.pushState(null, '', url)", url)


def clicking(path: str, *places: str, ready: str = "dialog[open]", first: str = "main h1, main textarea") -> Bring:
    """A screen that is reached by clicks, on places that have the same names in every language."""

    async def bring(page: Page, scene: Scene) -> None:
        await at(path, first)(page, scene)
        for place in places:
            await page.locator(place).first.click()
        await page.locator(ready).first.wait_for()
        await settled(page)

    return bring
