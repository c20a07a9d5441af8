"""Reload, switch, cut and restart at random while replies are being written; compare the page with what is stored.

Every round asks a question whose reply takes some seconds, thinking included, and does to it what people and networks
do: reloads, second tabs, tabs that are closed and opened again, a network that is cut, a server that is killed and
started again. A draft of the next message is being typed meanwhile. At the end the text on the page must equal the
stored one, the parameters must be what they were, and the draft must be there.

python -m bench.web.reloads --events 500
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Error, Page
from tests.e2e.site import Person, Session, Site, chromium
from tests.server_process import start_server

from bench.web._browser import open_site

WORDS = (
    "moon",
    "earth",
    "light",
    "lune",
    "éclat",
    "مد",
    "جزر",
    "القمر",
    "月亮",
    "潮汐",
    "🌙",
    "stone",
    "e\u0301t\u00e9",
)
SETTINGS = {"model": "scripted", "temperature": 0.37, "top_p": 0.81, "max_output_tokens": 4000}
COMPOSER = "main textarea"


@dataclass
class Tally:
    """What happened, and what came of it."""

    events: Counter[str] = field(default_factory=Counter[str])
    replies: int = 0
    wrong_texts: list[str] = field(default_factory=list[str])
    wrong_settings: list[str] = field(default_factory=list[str])
    lost_drafts: list[str] = field(default_factory=list[str])
    broken: list[str] = field(default_factory=list[str])
    """Rounds that did not come to their end, and why: nothing was compared."""


class Patient:
    """Lets the rounds run, and stops them all while the server is away on purpose."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._turn = asyncio.Lock()

    async def restart(self) -> None:
        """`kill -9`, and start again on the same port."""
        async with self._turn:
            server = self._site.server
            port = int(server.url.rpartition(":")[2])
            await server.kill()
            self._site.server = await start_server(
                server.data, "--scripted", "--default-model", "scripted", port=port, patience=120
            )


def question(rng: random.Random) -> str:
    """A question whose reply is known to take a few seconds."""
    paragraphs = [" ".join(rng.choices(WORDS, k=rng.randrange(8, 20))) for _ in range(rng.randrange(3, 6))]
    script = {
        "reasoning": " ".join(rng.choices(WORDS, k=25)),
        "text": "\n\n".join(paragraphs),
        "tokens_per_second": rng.choice((20, 30, 40)),
        "first_token_after": rng.choice((0, 0.3, 1.0)),
    }
    return f"Tell me {rng.random()}\n!script {json.dumps(script, ensure_ascii=False)}"


async def shown(page: Page) -> str:
    """The last reply as the page shows it, its thinking left out."""
    return await page.locator("[data-reply-text]").last.inner_text()


def plain(text: str) -> str:
    """A text without the differences that a page cannot show."""
    return " ".join(text.split())


async def insist(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask; while the server is away on purpose, again and again, as people do."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return await ask()
        except Error:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)


async def visit(page: Page, url: str) -> None:
    """Go to an address."""
    await insist(lambda: page.goto(url, wait_until="commit"))


async def reopen(page: Page, url: str) -> Page:
    """Close the tab, and open the address in a new one."""
    context = page.context
    await page.close()
    fresh = await context.new_page()
    await visit(fresh, url)
    return fresh


async def disturb(kind: str, page: Page, url: str, rng: random.Random, patient: Patient) -> Page:
    """Do one thing to the page; returns the page to go on with."""
    context: BrowserContext = page.context
    match kind:
        case "reload":
            try:
                await page.reload(wait_until="commit")
            except Error:
                await visit(page, url)
        case "closed and opened":
            page = await reopen(page, url)
        case "second tab":
            other = await context.new_page()
            await visit(other, url)
            await other.wait_for_timeout(rng.randrange(200, 900))
            await other.close()
        case "tab switch":
            other = await context.new_page()
            await other.bring_to_front()
            await other.wait_for_timeout(rng.randrange(200, 900))
            await page.bring_to_front()
            await other.close()
        case "another chat and back":
            await visit(page, url.partition("/c/")[0] + "/")
            await page.wait_for_timeout(rng.randrange(100, 500))
            await visit(page, url)
        case "network cut":
            await context.set_offline(True)
            await asyncio.sleep(rng.uniform(0.2, 1.5))
            await context.set_offline(False)
        case "server killed":
            await patient.restart()
        case _:
            raise AssertionError(kind)
    return page


async def one_reply(
    session: Session, person_url: str, rng: random.Random, tally: Tally, patient: Patient, budget: int
) -> int:
    """Ask, disturb, compare; returns how many things were done to it."""
    chat = await insist(lambda: session.api("POST", "/earthshine/v1/chats", {"settings": SETTINGS}))
    url = f"{person_url}/c/{chat['id']}"
    page = await session.context.new_page()
    await visit(page, url)
    await page.locator(COMPOSER).fill(question(rng))
    await page.keyboard.press("Enter")
    await page.wait_for_function("() => document.querySelector('main textarea')?.value === ''")
    done = 0
    draft = f"draft {rng.random()} \u200f\u0645\u0633\u0648\u062f\u0629 e\u0301"
    await page.locator(COMPOSER).press_sequentially(draft)
    for _ in range(min(budget, rng.randrange(2, 6))):
        await asyncio.sleep(rng.uniform(0.1, 1.2))
        kind = rng.choices(
            (
                "reload",
                "closed and opened",
                "second tab",
                "tab switch",
                "another chat and back",
                "network cut",
                "server killed",
            ),
            weights=(5, 3, 3, 3, 3, 3, 1),
        )[0]
        page = await disturb(kind, page, url, rng, patient)
        tally.events[kind] += 1
        done += 1
    await compare(session, page, chat["id"], draft, tally)
    await page.close()
    return done


async def compare(session: Session, page: Page, chat_id: str, draft: str, tally: Tally) -> None:
    """Wait until the reply has ended everywhere, and hold the page against the server."""
    tally.replies += 1
    turn = await ended(session, chat_id)
    output = turn["response"]["output"]
    stored = "".join(part["text"] for item in output if item["type"] == "message" for part in item["content"])
    deadline = time.monotonic() + 30
    seen = ""
    while time.monotonic() < deadline:
        if await page.locator("[data-reply-text]").count():
            seen = plain(await shown(page))
        if seen == plain(stored) and turn["status"] == "completed":
            break
        await asyncio.sleep(0.1)
    if seen != plain(stored) or turn["status"] != "completed":
        tally.wrong_texts.append(f"{chat_id} {turn['status']}: stored {stored!r}, shown {seen!r}")
    chat = await insist(lambda: session.api("GET", f"/earthshine/v1/chats/{chat_id}"))
    if any(chat["settings"].get(name) != value for name, value in SETTINGS.items()):
        tally.wrong_settings.append(f"{chat_id}: {chat['settings']}")
    kept = await page.locator(COMPOSER).input_value()
    if kept != draft:
        tally.lost_drafts.append(f"{chat_id}: typed {draft!r}, kept {kept!r}")


async def ended(session: Session, chat_id: str) -> dict:
    """The chat's last turn, when its reply has ended."""
    deadline = time.monotonic() + 90
    while True:
        turns = (await insist(lambda: session.api("GET", f"/earthshine/v1/chats/{chat_id}/turns")))["data"]
        if turns and turns[-1]["status"] not in ("queued", "in_progress"):
            return turns[-1]
        assert time.monotonic() < deadline, f"{chat_id}: no end in 90 s"
        await asyncio.sleep(0.2)


async def worker(browser, site: Site, person: Person, seed: int, tally: Tally, patient: Patient, goal: int) -> None:
    rng = random.Random(seed)
    context = await browser.new_context()
    context.set_default_timeout(60_000)
    session = await site.sign_in(context, person)
    while tally.events.total() < goal:
        left = goal - tally.events.total()
        try:
            await one_reply(session, site.url, rng, tally, patient, left)
        except Exception as error:
            tally.broken.append(f"{type(error).__name__}: {error}")
            for page in context.pages:
                await page.close()
    await context.close()


async def main(events: int, people: int, seed: int) -> None:
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder), "--default-model", "scripted") as site, chromium() as browser:
            patient = Patient(site)
            persons = [await site.add_person() for _ in range(people)]
            started = time.monotonic()
            await asyncio.gather(
                *(
                    worker(browser, site, person, seed + index, tally, patient, events)
                    for index, person in enumerate(persons)
                )
            )
            minutes = (time.monotonic() - started) / 60
    print(f"{tally.events.total()} events in {tally.replies} replies, {minutes:.1f} minutes: {dict(tally.events)}")
    for name, found in (
        ("texts unlike the stored one", tally.wrong_texts),
        ("parameters changed", tally.wrong_settings),
        ("drafts lost", tally.lost_drafts),
        ("rounds that did not end", tally.broken),
    ):
        print(f"{name}: {len(found)}")
        for line in found[:5]:
            print(f"    {line[:400]}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=500)
    parser.add_argument("--people", type=int, default=2, help="browsers at once")
    parser.add_argument("--seed", type=int, default=1)
    asyncio.run(main(**vars(parser.parse_args())))
