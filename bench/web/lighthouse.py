"""Lighthouse's scores of the sign-in page, of a new chat and of a chat with replies, as a computer and as a phone.

Lighthouse 12 comes through npx at the first run, from the registry that npm is set to.

python -m bench.web.lighthouse
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.chatting import open_chat, say
from tests.e2e.site import chromium, chromium_path

from bench.web._browser import open_site

CATEGORIES = ("performance", "accessibility", "best-practices")
FACTS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift")


async def lighthouse(url: str, cookie: str, *, desktop: bool, tries: int = 3) -> dict[str, Any]:
    """Let Lighthouse look at a page with a session; returns its report. Its own trace fails now and then."""
    process = await asyncio.create_subprocess_exec(
        *("npx", "--yes", "lighthouse@12", url, "--quiet", "--output=json", "--chrome-flags=--headless --no-sandbox"),
        *(f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={json.dumps({'cookie': cookie})}"),
        *(["--preset=desktop"] if desktop else []),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "CHROME_PATH": chromium_path()},
    )
    written, _ = await process.communicate()
    if process.returncode != 0 and tries > 1:
        return await lighthouse(url, cookie, desktop=desktop, tries=tries - 1)
    if process.returncode != 0:
        raise SystemExit(f"lighthouse ended with {process.returncode}")
    return json.loads(written)


def told(report: dict[str, Any]) -> str:
    """The scores, the times, and every audit that costs points."""
    scores = ", ".join(f"{name} {100 * report['categories'][name]['score']:.0f}" for name in CATEGORIES)
    facts = ", ".join(f"{name} {report['audits'][name]['displayValue']}" for name in FACTS)
    lost = [
        f"    {audit['title']}: {audit.get('displayValue', '')}".rstrip(": ")
        for category in CATEGORIES
        for reference in report["categories"][category]["auditRefs"]
        if reference["weight"] > 0
        for audit in [report["audits"][reference["id"]]]
        if audit["score"] is not None and audit["score"] < 0.9
    ]
    return "\n".join([scores, f"    {facts}", *lost])


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder)) as site:
            async with chromium() as browser:
                context = await browser.new_context()
                session = await site.sign_in(context, await site.add_person())
                page = await context.new_page()
                await page.goto(site.url)
                chat = await open_chat(page, session)
                await say(page, "A table of the planets, please.")
                await page.locator("[data-reply-text]").first.wait_for()
                await page.wait_for_timeout(3000)
                cookie = "; ".join(f"{each['name']}={each['value']}" for each in await context.cookies())
            for name, path, carried in (
                ("sign in", "/sign-in", ""),
                ("new chat", "/", cookie),
                ("a chat", f"/c/{chat}", cookie),
            ):
                for desktop in (True, False):
                    report = await lighthouse(site.url + path, carried, desktop=desktop)
                    print(f"{name}, {'computer' if desktop else 'phone'}: {told(report)}", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
