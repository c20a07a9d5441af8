"""What a page costs before it can be used: bytes, requests, time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, Page

_WATCH = """
(() => {
  window.__usable = null;
  const look = () => {
    const found = document.querySelector("main textarea, main input[type=password]");
    if (found && !found.disabled && window.__usable === null) {
      requestAnimationFrame(() => { window.__usable = performance.now(); });
    }
  };
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
"""


@dataclass(frozen=True)
class Load:
    """One load of one page."""

    requests: int
    kilobytes: float
    """On the wire, bodies and heads."""
    usable_ms: float
    """From the start of the navigation until a field can be typed into."""
    first_paint_ms: float


async def measure(context: BrowserContext, url: str) -> Load:
    """Open a page in a new tab and count what it takes until something can be typed, and what follows at once."""
    page = await context.new_page()
    try:
        return await _measure(page, url)
    finally:
        await page.close()


async def _measure(page: Page, url: str) -> Load:
    await page.add_init_script(_WATCH)
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("Network.enable")  # pyright: ignore[reportUnknownMemberType] - its parameters are a bare Dict
    sizes: list[float] = []

    def finished(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    devtools.on("Network.loadingFinished", finished)
    await page.goto(url, wait_until="commit")
    await page.wait_for_selector("main textarea, main input[type=password]")
    # What is still on its way belongs to the load.
    await page.wait_for_load_state("networkidle")
    usable = await page.evaluate("window.__usable")
    paint = await page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()"
    )
    return Load(len(sizes), sum(sizes) / 1000, usable, paint)
