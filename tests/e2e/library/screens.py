"""The library's screens, and those of files that are read and cited."""

from __future__ import annotations

from playwright.async_api import Page

from tests.e2e.scene import Scene
from tests.e2e.screen import Screen, at, clicking, settled


async def in_collection(page: Page, scene: Scene) -> None:
    """What a search of a collection finds."""
    await at(f"/library/collections?open={scene.collection}", "main ul li")(page, scene)
    await page.locator("main search input").fill("القمر")
    await page.locator("main search input").press("Enter")
    await page.locator("main ol li").first.wait_for()
    await settled(page)


async def citation(page: Page, scene: Scene) -> None:
    """What a citation shows when it is pointed at."""
    await at(f"/c/{scene.cited}", "[data-citation]")(page, scene)
    await page.locator("[data-citation]").first.hover()
    await page.locator("blockquote").first.wait_for()
    await settled(page)


async def reading(page: Page, scene: Scene) -> None:
    """A page of a PDF beside the reply that cites it."""
    await at(f"/c/{scene.cited}", "[data-citation]")(page, scene)
    await page.locator("[data-citation]").nth(1).click()
    await page.locator("[data-mark=cited]").first.wait_for()
    await page.locator("[role=document] canvas[data-drawn]").first.wait_for()
    await page.mouse.move(1, 1)
    await settled(page)


async def reading_search(page: Page, scene: Scene) -> None:
    """Words that were looked for in a document."""
    await reading(page, scene)
    await page.keyboard.press("/")
    await page.locator("aside search input, aside input[type=search]").first.fill("القمر")
    await page.locator("[data-mark=found]").first.wait_for()
    await settled(page)


async def reading_text(page: Page, scene: Scene) -> None:
    """The text of a document in place of its pages."""
    await reading(page, scene)
    await page.locator("[role=toolbar] button:has(.lucide-file-text)").click()
    await page.locator("mark[data-mark=cited]").first.wait_for()
    await settled(page)


async def reading_broken(page: Page, scene: Scene) -> None:
    """A document that cannot be read."""
    await at("/library/files", "main ul li")(page, scene)
    await page.locator("main ul li button:has-text('潮汐报告')").first.click()
    await page.locator("[role=document] [role=alert]").first.wait_for()
    await settled(page)


LIBRARY_SCREENS: tuple[Screen, ...] = (
    Screen("library-files", at("/library/files", "main ul li p")),
    Screen("library-files-empty", at("/library/files", "main p"), empty=True),
    Screen("library-space-editor", clicking("/library/spaces", "main .lucide-pencil", first="main article")),
    Screen("library-collection", at("/library/collections?open={scene.collection}", "main ul li")),
    Screen("library-collections-shared", at("/library/collections", "main article"), empty=True),
    Screen("library-collection-shared", at("/library/collections?open={scene.collection}", "main ul li"), empty=True),
    Screen("library-collection-search", in_collection),
    Screen("library-connector", at("/library/connectors?connector={scene.connector}", "main ul li article")),
    Screen(
        "library-connector-try",
        clicking("/library/connectors?connector={scene.connector}", "main ul li:last-child article button"),
    ),
    Screen("collection-chat", at("/?collection={scene.collection}", "main form ul li")),
    Screen("space-chat", at("/?space={scene.space}", "main form ul li")),
    Screen("cited", at("/c/{scene.cited}", "[data-citation]")),
    Screen("citation", citation),
    Screen("reading", reading),
    Screen("reading-search", reading_search),
    Screen("reading-text", reading_text),
    Screen("reading-broken", reading_broken),
    Screen("read", at("/read/{scene.book}?page=3", "main canvas[data-drawn], [role=document] canvas[data-drawn]")),
)
