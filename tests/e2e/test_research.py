"""A research in the assistant: planned, watched, left, killed, come back to, and each sentence followed to its page."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Browser, Locator, Page, expect

from tests.conftest import ROOT
from tests.e2e.axe import grave, violations
from tests.e2e.site import Site, Trouble
from tests.server_process import ServerProcess, start_server
from tests.web_searches.archive.saved import html

HARBOURS = ("Belmar", "Dorvin", "Kestal", "Lumira", "Orvest", "Pelgon", "Tarsen", "Ulmen")
FACTS = (
    "The harbour of {0} was opened in 16{1}1.",
    "{0} has {1}2 quays of grey stone.",
    "The lighthouse of {0} is {1}3 metres high.",
    "The market of {0} sells olives from {1}4 villages.",
    "The pilots of {0} guide {1}5 ships a day.",
)
WORDS = json.loads((ROOT / "web/src/features/research/messages/en.json").read_text())
NUMBERED = re.compile(r"^(?P<text>.+?) \[(?P<number>\d+)\]$", re.MULTILINE)


def asked(name: str) -> str:
    return f"What is known of the harbour of {name}?"


def facts(name: str) -> list[str]:
    return [each.format(name, HARBOURS.index(name) + 2) for each in FACTS]


@dataclass
class Player:
    """A model behind an OpenAI-compatible API that reads well; it writes nothing before it may."""

    may_write: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        prompt = "\n".join(str(each["content"]) for each in (await request.json())["messages"])
        if "Question of this section" in prompt:
            await self.may_write.wait()
        pieces = [{"delta": {"content": self._said(prompt)}}, {"delta": {}, "finish_reason": "stop"}]
        reply = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await reply.prepare(request)
        for choice in ({"index": 0, "finish_reason": None, **each} for each in pieces):
            await reply.write(b"data: " + json.dumps({"id": "x", "choices": [choice]}).encode() + b"\n\n")
        await reply.write(b"data: [DONE]\n\n")
        return reply

    def _said(self, prompt: str) -> str:
        lines = list(NUMBERED.finditer(prompt))
        question = prompt.rpartition("Question: ")[2].partition("\n")[0]
        name = next((each for each in HARBOURS if each in question), "?")
        if "Which 2 to" in prompt:
            return json.dumps([asked(each) for each in HARBOURS[:6]])
        if "search query" in prompt:
            wanted = prompt.rpartition("look up: ")[2]
            return next((each for each in HARBOURS if each in wanted), "harbour")
        if "Which sentences" in prompt:
            return json.dumps([int(line["number"]) for line in lines if name in line["text"]][:5])
        if "Question of this section" in prompt:
            return " ".join(line[0] for line in lines)
        return "[]"


@asynccontextmanager
async def played(player: Player) -> AsyncGenerator[str]:
    app = web.Application()
    app.router.add_post("/v1/chat/completions", player.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    await runner.cleanup()


async def serve(data: Path, upstream: str, port: int = 0) -> ServerProcess:
    env = {
        "EARTHSHINE_WEB_ARCHIVE": str(data.parent / "saved"),
        "EARTHSHINE_UPSTREAMS": json.dumps({"played": {"base_url": upstream, "models": {"reader": "reader"}}}),
    }
    return await start_server(data, "--default-model", "reader", port=port, env=env)


@pytest.fixture
async def research_site(tmp_path: Path) -> AsyncGenerator[tuple[Site, Player, str]]:
    """An installation with a page of the web for each harbour, which may be killed."""
    saved, player = tmp_path / "saved", Player()
    saved.mkdir()
    for name in HARBOURS:
        text = f"<title>{name} harbour</title>" + "".join(f"<p>{each}</p>" for each in facts(name))
        (saved / f"{name}.html").write_bytes(html(f"https://{name.lower()}.example.org/harbour", text))
    async with played(player) as upstream:
        site = Site(await serve(tmp_path / "data", upstream))
        try:
            await site.administrator()
            yield site, player, upstream
        finally:
            player.may_write.set()
            await site.server.stop()


async def test_a_research_through_a_closed_tab_and_a_kill_to_each_passage(
    research_site: tuple[Site, Player, str], browser: Browser
) -> None:
    site, player, upstream = research_site
    trouble = Trouble(expected=("ERR_", "Failed to load"))
    context = await browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    try:
        await site.sign_in(context, await site.add_person())
        page = await context.new_page()
        trouble.watch(page, site.url)
        await begin(page, site)
        await plan(page)

        # All is read, and nothing is written yet: a source is dropped, and everybody goes away.
        await page.get_by_role("link", name=WORDS["open_research"]).click()
        await page.get_by_role("tab", name=re.compile(WORDS["sources"])).click()
        kept = kept_in(page)
        await expect(kept.filter(has_text="Tarsen harbour")).to_be_visible(timeout=60_000)
        await expect(kept.filter(has_text="Ulmen harbour")).to_be_visible(timeout=60_000)
        assert grave(await violations(page)) == []
        await page.get_by_role("button", name=WORDS["drop"].replace("{{name}}", "Kestal harbour")).click()
        await expect(page.get_by_text(WORDS["heard_next"])).to_be_visible()
        address = page.url
        await page.close()
        await site.server.kill()
        site.server = await serve(site.server.data, upstream, int(site.url.rpartition(":")[2]))
        player.may_write.set()

        page = await context.new_page()
        trouble.watch(page, site.url)
        await page.goto(address)
        report = page.get_by_role("article", name=WORDS["report"])
        await expect(report).to_be_visible(timeout=120_000)
        await expect(report).not_to_contain_text("Kestal has")
        assert await to_their_passages(page, report) >= 30
        await page.get_by_role("tab", name=re.compile(WORDS["sources"])).click()
        await expect(kept_in(page).filter(has_text=WORDS["dropped_person"])).to_contain_text("Kestal harbour")
        await page.get_by_role("tab", name=WORDS["coverage"]).click()
        none = page.get_by_role("region", name=WORDS["coverage_none"])
        await expect(none.get_by_role("button")).to_have_count(0)
        assert grave(await violations(page)) == []
    finally:
        await context.close()
    assert trouble.unexpected == []


def kept_in(page: Page) -> Locator:
    return page.get_by_role("list", name=WORDS["sources"]).get_by_role("listitem")


async def begin(page: Page, site: Site) -> None:
    """Ask for a research in a new chat, with its plan to be seen first."""
    await page.goto(f"{site.url}/research")
    await page.get_by_role("link", name=WORDS["begin"]).click()
    await page.get_by_role("button", name=re.compile("^Deep research")).click()
    await page.get_by_role("switch").click()
    await page.get_by_role("combobox", name=WORDS["depth"]).select_option("high")
    await page.keyboard.press("Escape")
    await page.get_by_role("textbox", name="Message").fill("What is known of the harbours of the north?")
    await page.get_by_role("button", name="Send", exact=True).click()


async def plan(page: Page) -> None:
    """Change the questions, and let it begin with them."""
    questions = page.get_by_role("region", name=WORDS["plan"], exact=True)
    await questions.get_by_role("button", name=WORDS["plan_edit"]).click(timeout=60_000)
    box = questions.get_by_role("textbox")
    lines = (await box.input_value()).split("\n")
    assert asked("Belmar") in lines
    # The person's own words lead nowhere; one question is dropped, and another is asked in its place.
    wanted = [asked(each) for each in HARBOURS if each != "Orvest"]
    await box.fill("\n".join(wanted))
    await questions.get_by_role("button", name=WORDS["plan_save_begin"]).click()
    await expect(questions.get_by_text(asked("Tarsen"))).to_be_visible()


async def to_their_passages(page: Page, report: Locator) -> int:
    """Press each sentence and open its passages; returns how many sentences were marked in their pages."""
    sentences = report.locator("section a[data-claim]")
    followed = 0
    for place in range(await sentences.count()):
        sentence = sentences.nth(place)
        said = await sentence.inner_text()
        await sentence.click()
        evidence = report.get_by_role("region", name=WORDS["evidence"])
        await expect(evidence.get_by_text(WORDS["verified"]).first).to_be_visible()
        await evidence.get_by_role("button", name=WORDS["open_passage"]).first.click()
        mark = page.locator("aside mark[data-mark=cited]")
        await expect(mark.filter(has_text=said).first).to_be_in_viewport()
        followed += 1
    return followed
