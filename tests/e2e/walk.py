"""A walk past every screen in one language, which notes what is wrong with each."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

from playwright.async_api import Browser, Page
from playwright.async_api import Error as PlaywrightError

from tests.e2e.axe import grave, violations
from tests.e2e.scene import Scene, full_scene
from tests.e2e.screens import SCREENS, Screen, settled
from tests.e2e.site import Site, Trouble

Language = Literal["en", "ar", "fr", "zh"]
LOCALES: dict[Language, str] = {"en": "en-GB", "ar": "ar-MA", "fr": "fr-FR", "zh": "zh-CN"}

NARROW = ({"width": 360, "height": 740}, {"width": 640, "height": 400})
"""A small phone; and a page of 1280 pixels at 200%."""

_CUT_OFF = """
() => {
  const width = document.documentElement.clientWidth;
  const scrolls = (node) => {
    for (let at = node; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/auto|scroll/.test(style.overflowX) && at.scrollWidth > at.clientWidth) return true;
      // Shortened on purpose, or there for screen readers only.
      if (style.textOverflow === 'ellipsis' || style.position === 'fixed' && !at.closest('dialog') && at !== node)
        return true;
      if (at.offsetWidth <= 1) return true;
    }
    return false;
  };
  const page = document.scrollingElement.scrollWidth;
  const found = page > width ? [`the page is ${page} wide`] : [];
  const parts = 'button, a, input, select, textarea, h1, h2, h3, p, td, th, dt, dd, label';
  for (const node of document.querySelectorAll(parts)) {
    if (!node.checkVisibility({ visibilityProperty: true })) continue;
    const box = node.getBoundingClientRect();
    if (box.width === 0 || box.height === 0) continue;
    if ((box.right > width + 1 || box.left < -1) && !scrolls(node))
      found.push(`${node.tagName} from ${Math.round(box.left)} to ${Math.round(box.right)}: ` +
        (node.getAttribute('aria-label') ?? node.textContent).trim().slice(0, 60));
  }
  return found.slice(0, 5);
}
"""

_WORDS = """
() => {
  const found = new Set();
  const seen = (node) => node.checkVisibility({ visibilityProperty: true }) &&
    !node.closest('[translate=no], code, pre, kbd, [lang]:not(html), script, style, bdi, [dir=auto]');
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    if (text && seen(walker.currentNode.parentElement)) found.add(text);
  }
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description'])
    for (const node of document.querySelectorAll(`[${name}]`)) {
      const text = node.getAttribute(name).trim();
      if (text && seen(node)) found.add(text);
    }
  return [...found];
}
"""


@dataclass
class Walk:
    """What was found: lines that begin with the name of a screen."""

    unreachable: list[str] = field(default_factory=list[str])
    findings: list[str] = field(default_factory=list[str])
    cut_off: list[str] = field(default_factory=list[str])
    english: list[str] = field(default_factory=list[str])
    trouble: list[str] = field(default_factory=list[str])
    seen: int = 0

    @property
    def problems(self) -> list[str]:
        """All of it."""
        return [*self.unreachable, *self.findings, *self.english, *self.cut_off, *self.trouble]


@dataclass
class Visitors:
    """Three people in one language: one who has everything, one who has nothing yet, and one without a session."""

    full: Page
    empty: Page
    stranger: Page
    scene: Scene

    def page(self, screen: Screen) -> Page:
        """Who sees a screen."""
        return self.stranger if screen.stranger else self.empty if screen.empty else self.full


@asynccontextmanager
async def visitors(browser: Browser, site: Site, language: Language, **options: Any) -> AsyncGenerator[Visitors]:
    """Open a page for each of them."""
    contexts = [
        await browser.new_context(locale=LOCALES[language], reduced_motion="reduce", **options) for _ in range(3)
    ]
    try:
        for context in contexts:
            context.set_default_timeout(15_000)
        session = await site.sign_in(contexts[0], await site.administrator())
        await site.sign_in(contexts[1], await site.add_person())
        scene = await full_scene(site, session)
        full, empty, stranger = [await context.new_page() for context in contexts]
        yield Visitors(full, empty, stranger, scene)
    finally:
        for context in contexts:
            await context.close()


async def walk(browser: Browser, site: Site, language: Language, only: str = "") -> Walk:
    """Go to every screen, and look at it with axe, at two narrow widths, and for words of another language."""
    found = Walk()
    async with visitors(browser, site, language, viewport={"width": 1280, "height": 800}) as people:
        trouble = Trouble(expected=("ERR_INTERNET_DISCONNECTED", "status of 4", "status of 500"))
        for page in (people.full, people.empty, people.stranger):
            trouble.watch(page, site.url)
        for screen in SCREENS:
            if re.fullmatch(only or ".*", screen.name):
                await _look(people.page(screen), screen, people.scene, language, found)
    found.trouble = trouble.unexpected
    return found


async def _look(page: Page, screen: Screen, scene: Scene, language: Language, found: Walk) -> None:
    try:
        await screen.bring(page, scene)
    except PlaywrightError as error:
        found.unreachable.append(f"{screen.name}: {error.message.splitlines()[0]} at {page.url}")
        await page.goto(scene.at("/"))
        await page.locator("#root > *").first.wait_for()
        return
    await inspect(page, screen.name, language, found)


async def inspect(page: Page, name: str, language: Language, found: Walk) -> None:
    """Look at what is on a page now."""
    found.seen += 1
    findings = grave(await violations(page))
    if language == "en":
        await page.emulate_media(color_scheme="dark")
        await settled(page)
        findings += [f"dark: {each}" for each in grave(await violations(page, only=("color-contrast",)))]
        await page.emulate_media(color_scheme="light")
    else:
        texts = cast("list[str]", await page.evaluate(_WORDS))
        found.english += [f"{name}: {text!r}" for text in texts if text in untranslated(language)]
    found.findings += [f"{name}: {each}" for each in findings]
    for size in NARROW:
        await page.set_viewport_size(cast("Any", size))
        await page.wait_for_function("(width) => innerWidth === width", arg=size["width"])
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        cut = cast("list[str]", await page.evaluate(_CUT_OFF))
        found.cut_off += [f"{name} at {size['width']}: {each}" for each in cut]
    await page.set_viewport_size({"width": 1280, "height": 800})


@cache
def untranslated(language: Language) -> frozenset[str]:
    """English messages that must not be seen in a language: those that it says otherwise."""
    features = Path(__file__).parents[2] / "web" / "src" / "features"
    english: set[str] = set()
    its_own: set[str] = set()
    for catalogue in features.rglob("messages/en.json"):
        other = _texts(catalogue.with_name(f"{language}.json"))
        its_own |= set(other.values())
        english |= {text for key, text in _texts(catalogue).items() if other.get(key) != text and _telling(text)}
    return frozenset(english - its_own)


def _telling(text: str) -> bool:
    """Whether a text, seen on a page, can only be English."""
    return "{{" not in text and (" " in text or len(re.sub(r"\\W", "", text)) >= 5)


def _texts(path: Path) -> dict[str, str]:
    return cast("dict[str, str]", json.loads(path.read_text()))
