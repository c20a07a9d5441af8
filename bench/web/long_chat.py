"""A chat of 1,248 messages and 36 MB in the browser: opening it, sending in it, typing and streaming in it.

`open` is from the click in the sidebar until the last reply is painted; `send` is from pressing Enter until the request
leaves for the server; long tasks are those over 50 ms while a reply streams at 200 tokens a second and somebody types.

python -m bench.web.long_chat --rounds 5
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page
from tests.e2e.site import Session, Site, chromium

from bench.web._browser import open_site

TURNS, MEGABYTES = 624, 36.0
COMPOSER = "main textarea"
WORDS = ("moon", "earth", "light", "lune", "éclat", "القمر", "月亮", "stone", "and", "the", "of", "is", "*tide*", "`x`")
LAST = "The last words of the last reply"

_WATCH = """
() => {
  window.__long = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.__long.push(Math.round(entry.duration));
  }).observe({ type: "longtask" });
}
"""

_OPEN = """
([href, last]) => new Promise((resolve) => {
  const link = document.querySelector(`a[href="${href}"]`);
  const begun = performance.now();
  const look = () => {
    if (!document.querySelector("main")?.textContent.includes(last)) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  link.click();
})
"""

_SEND = """
() => {
  window.__sent = null;
  let pressed = null;
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") pressed = performance.now(); }, true);
  const original = window.fetch;
  window.fetch = (...given) => {
    const request = given[0];
    const method = request.method ?? given[1]?.method ?? "GET";
    if (method === "POST" && String(request.url ?? request).includes("/turns") && pressed !== null) {
      window.__sent ??= performance.now() - pressed;
    }
    return original(...given);
  };
}
"""


def message(rng: random.Random, characters: int) -> str:
    """Markdown like that of long replies: paragraphs, lists, code, tables."""
    parts: list[str] = []
    size = 0
    while size < characters:
        words = " ".join(rng.choices(WORDS, k=60))
        match rng.randrange(6):
            case 0:
                part = "\n".join(f"- {line}" for line in words.split(" and "))
            case 1:
                part = "```python\n" + "\n".join(f"value_{n} = {n} * moon" for n in range(12)) + "\n```"
            case 2:
                part = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | {words[:20]} |" for n in range(6))
            case _:
                part = words
        parts.append(part)
        size += len(part.encode())
    return "\n\n".join(parts)


def conversation(rng: random.Random) -> list[dict[str, Any]]:
    """The chat as ChatGPT exports one."""
    each = int(MEGABYTES * 1e6 / TURNS / 2)
    mapping: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": []}}
    parent = "root"
    for number in range(2 * TURNS):
        role = ("user", "assistant")[number % 2]
        text = message(rng, each)
        if number == 2 * TURNS - 1:
            text += f"\n\n{LAST}"
        name = f"node-{number}"
        mapping[parent]["children"].append(name)
        mapping[name] = {
            "id": name,
            "parent": parent,
            "children": [],
            "message": {
                "id": name,
                "author": {"role": role},
                "create_time": 1_700_000_000 + number,
                "content": {"content_type": "text", "parts": [text]},
                "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
            },
        }
        parent = name
    return [
        {
            "title": "A very long chat",
            "id": "long",
            "create_time": 1_700_000_000,
            "update_time": 1_700_001_000,
            "mapping": mapping,
            "current_node": parent,
        }
    ]


async def fill(session: Session) -> str:
    """Import the chat; returns its id."""
    body = json.dumps(conversation(random.Random(1)))
    print(f"importing {len(body) / 1e6:.1f} MB", flush=True)
    reply = await session.context.request.post(
        f"{session.site.url}/earthshine/v1/chats/import",
        data=body,
        headers={"x-csrf-token": session.csrf, "content-type": "application/json"},
        timeout=300_000,
    )
    assert reply.ok, await reply.text()
    chats = await session.api("GET", "/earthshine/v1/chats")
    return chats["data"][0]["id"]


async def open_chat(page: Page, site: Site, chat: str, *, cold: bool) -> float:
    """Milliseconds from the click in the sidebar until the last reply is there."""
    await page.goto(f"{site.url}/", wait_until="commit")
    await page.locator(f'a[href="/c/{chat}"]').wait_for()
    await page.wait_for_load_state("networkidle")
    if not cold:
        await page.evaluate(_OPEN, [f"/c/{chat}", LAST])
        await page.locator('a[href="/"]').first.click()
        await page.locator(f'a[href="/c/{chat}"]').wait_for()
    return await page.evaluate(_OPEN, [f"/c/{chat}", LAST])


async def talk(page: Page, seconds: float) -> tuple[float, list[int]]:
    """Send a message whose reply streams at 200 tokens a second, type meanwhile; returns send ms and long tasks."""
    await page.evaluate(_SEND)
    words = " ".join(random.Random(2).choices(WORDS, k=int(200 * seconds)))
    script = json.dumps({"text": words, "tokens_per_second": 200, "pieces": int(200 * seconds)}, ensure_ascii=False)
    await page.locator(COMPOSER).fill(f"Go on\n!script {script}")
    await page.evaluate(_WATCH)
    await page.keyboard.press("Enter")
    await page.wait_for_timeout(1000)
    await page.locator(COMPOSER).press_sequentially("and while you write, I type the next question " * 3, delay=40)
    await page.wait_for_timeout(max(0, seconds * 1000 - 7000))
    return await page.evaluate("window.__sent"), await page.evaluate("window.__long")


async def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder), "--default-model", "scripted") as site, chromium() as browser:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(60_000)
            session = await site.sign_in(context, await site.add_person())
            chat = await fill(session)
            opened: list[float] = []
            again: list[float] = []
            for _ in range(rounds):
                page = await context.new_page()
                opened.append(await open_chat(page, site, chat, cold=True))
                await page.close()
            page = await context.new_page()
            for _ in range(rounds):
                again.append(await open_chat(page, site, chat, cold=False))
            await page.goto(f"{site.url}/c/{chat}")
            await page.get_by_text(LAST).wait_for()
            sends: list[float] = []
            long: list[int] = []
            for _ in range(rounds):
                await page.reload()
                await page.locator(COMPOSER).wait_for()
                await page.wait_for_timeout(1500)
                sent, tasks = await talk(page, 9)
                sends.append(sent)
                long += tasks
                await page.wait_for_timeout(4000)
    for name, values, bar in (("open, first time", opened, 500), ("open again", again, 500), ("send", sends, 100)):
        median = statistics.median(values)
        verdict = "reached" if median < bar else "NOT REACHED"
        print(f"{name}: median {median:.0f} ms, max {max(values):.0f} ms (bar {bar}: {verdict})")
    print(f"tasks over 50 ms in {rounds} x 9 s of streaming and typing: {len(long)} {sorted(long)[-10:]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    asyncio.run(main(parser.parse_args().rounds))
