"""Draw docs/images/assistant.png, the assistant as it is now, in the tests' own site and browser.

    python -m bench.web.picture

The chats on it are imported; everything else is the app's own.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.e2e.chatting import import_chat
from tests.e2e.site import chromium

from bench.web._browser import ROOT, open_site

PICTURE = ROOT / "docs" / "images" / "assistant.png"
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


async def main() -> None:
    """Take the picture, at 1280 by 832: as much as the chat needs."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder)) as site, chromium() as browser:
            context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 832})
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
            await page.screenshot(path=PICTURE, animations="disabled")


if __name__ == "__main__":
    asyncio.run(main())
