"""Draw the pictures of the README, the assistant as it is now, in the tests' own site and browser.

    python -m bench.web.picture
    python -m bench.web.picture --weights qwen2.5-coder-1.5b-instruct-q4_k_m.gguf
    python -m bench.web.picture --weights qwen2.5-coder-1.5b-instruct-q4_k_m.gguf --task

The first draws assistant.png; the chats on it are imported, everything else is the app's own. The second draws
reading.png: that model answers a question about an Arabic file, and the passage that it cites is opened. The
third draws task.png: that model does a task with a table (minutes).
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from pathlib import Path

from playwright.async_api import Browser
from tests.e2e.chatting import import_chat
from tests.e2e.library.parts import stored_file
from tests.e2e.site import Site, chromium

from bench.library.corpus.small import as_page, as_pdf, blocks_of
from bench.web._browser import ROOT, open_site
from earthshine.catalog import Catalog
from earthshine.settings import Settings

IMAGES = ROOT / "docs" / "images"
SIZE = {"width": 1280, "height": 832}
DAY = 86_400

QUESTION = "Why does the dark side of the moon glow?"
REPLY = """The moon keeps one face towards us, and its dark part still glows faintly: that is **earthshine**,
sunlight that the Earth throws back.

| phase | lit by the sun | earthshine |
|---|---:|---|
| new moon | 0 % | brightest |
| first quarter | 50 % | faint |
| full moon | 100 % | none |

The light travels $d \\approx 384{,}400$ km, so it arrives after

$$t = \\frac{d}{c} \\approx 1.28\\ \\text{s}$$

```python
distance, light = 384_400, 299_792.458  # km, km/s
print(f"{distance / light:.2f} seconds")
```
"""
EARLIER = ("Prices of bread in 1789", "رسالة إلى المعلّمة", "Idées pour un jardin à l'ombre", "月亮为什么会发光")


ASKED = "في أي شهر بدأ العمل في المرصد؟"
FILE = "تقرير المرصد.pdf"


async def assistant(site: Site, browser: Browser) -> None:
    """Draw a chat, at as much as it needs."""
    context = await browser.new_context(locale="en-GB", viewport=SIZE)
    session = await site.sign_in(context, await site.administrator())
    for number, title in enumerate(EARLIER):
        then = time.time() - (len(EARLIER) - number) * DAY
        await import_chat(session, title, [(title, "…")], at=then)
    chat = await import_chat(session, "Why the moon's dark side glows", [(QUESTION, REPLY)])
    await session.api("POST", f"/earthshine/v1/chats/{chat}", {"pinned": True})
    page = await context.new_page()
    await page.goto(f"{site.url}/c/{chat}")
    await page.locator("main math mfrac").wait_for()
    await page.locator("main pre span").first.wait_for()
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=IMAGES / "assistant.png", animations="disabled")


async def reading(site: Site, browser: Browser) -> None:
    """Draw an answer of a real model, beside the page that it cites."""
    context = await browser.new_context(locale="en-GB", viewport=SIZE)
    session = await site.sign_in(context, await site.administrator())
    file_id = await stored_file(session, FILE, await as_pdf(browser, as_page("ar", blocks_of("ar"))))
    settings = {"model": "reader", "temperature": 0}
    chat = await session.api("POST", "/earthshine/v1/chats", {"title": "The observatory", "settings": settings})
    content = [
        {"type": "input_file", "file_id": file_id, "filename": FILE},
        {"type": "input_text", "text": ASKED},
    ]
    place = f"/earthshine/v1/chats/{chat['id']}/turns"
    item = {"type": "message", "role": "user", "content": content}
    turn = await session.api("POST", place, {"parent_id": None, "input": [item]})
    while turn["status"] in ("queued", "in_progress"):
        await asyncio.sleep(0.5)
        [turn] = (await session.api("GET", place))["data"]
    page = await context.new_page()
    await page.goto(f"{site.url}/c/{chat['id']}")
    await page.locator("[data-citation]").first.click()
    await page.locator("[data-mark=cited]").first.wait_for()
    await page.locator("canvas[data-drawn]").first.wait_for()
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(500)
    await page.screenshot(path=IMAGES / "reading.png", animations="disabled")


GOAL = "Add up the amounts of each region in sales.csv, and write region and total to regions.csv, the largest first."
SALES = """region,month,amount
North,January,1200
South,January,900
East,January,1500
North,February,800
South,February,1750
East,February,400
"""


async def task(site: Site, browser: Browser) -> None:
    """Draw a task that a real model has done, with the file that it made."""
    context = await browser.new_context(locale="en-GB", viewport=SIZE)
    await site.sign_in(context, await site.administrator())
    page = await context.new_page()
    await page.goto(f"{site.url}/tasks/new")
    await page.get_by_role("textbox", name="The goal").fill(GOAL)
    given = {"name": "sales.csv", "mimeType": "text/csv", "buffer": SALES.encode()}
    await page.locator("input[type=file]").set_input_files(files=[given])
    await page.get_by_role("button", name="Send", exact=True).click()
    await page.locator("main header").get_by_text("Done").wait_for(timeout=900_000)
    await page.get_by_role("tab", name="Files", exact=True).click()
    await page.get_by_role("button", name=re.compile("^regions")).first.wait_for()
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(500)
    await page.screenshot(path=IMAGES / "task.png", animations="disabled")


async def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, help="a chat model that reads Arabic; draws reading.png")
    parser.add_argument("--task", action="store_true", help="have the model do a task; draws task.png")
    asked = parser.parse_args()
    weights: Path | None = asked.weights
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        if weights is not None:
            await Catalog(Settings(data=data)).add(f"file:{weights.absolute()}", "reader")
        flags = ("--default-model", "reader") if asked.task else ()
        async with open_site(data, *flags) as site, chromium() as browser:
            draw = assistant if weights is None else task if asked.task else reading
            await draw(site, browser)


if __name__ == "__main__":
    asyncio.run(main())
