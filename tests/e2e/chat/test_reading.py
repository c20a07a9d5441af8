"""How texts look: formulas that are right, tables that scroll, words in their order; measured, not compared."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Browser, BrowserContext, FloatRect, Page

from tests.e2e.shared_text import open_shared
from tests.e2e.site import Site

PHONE = {"width": 390, "height": 844}

FORMULAS = r"""
$$\sqrt{\pi}$$

$$\left(x\right) \left(\begin{matrix} a \\ b \\ c \end{matrix}\right)$$

$$A \xrightarrow{\text{a long label}} B$$

$$\begin{cases} 1 & x \\ -22222 & y \end{cases}$$
"""

TABLE = """| Chloroplast membranes | Thylakoid membrane | Efficiency of photosystems |
|---|:--|--:|
| Chlorophyll | Phycobiliproteins | 0.018 |
"""

ARABIC_TABLE = """| الدالة | الوصف | العدد |
|:--|---|--:|
| `read_excel()` | تقرأ الملفات الإلكترونية | 12 |
"""

_BOX = "element => element.getBoundingClientRect().toJSON()"


async def test_formulas_are_drawn_with_a_font_for_mathematics(site: Site, context: BrowserContext) -> None:
    page = await open_shared(context, site.url, [("Formulas", FORMULAS)])
    await page.wait_for_function("document.fonts.check('16px \"Earthshine Math\"')")
    root = await page.locator("msqrt").evaluate(_BOX)
    under = await page.locator("msqrt > *").first.evaluate(_BOX)
    assert root["width"] - under["width"] > 0.4 * under["width"], "the sign of the root takes no room"
    brackets = page.locator("math").nth(1).locator("mo", has_text="(")
    small, large = [await brackets.nth(at).evaluate(_BOX) for at in range(2)]
    assert large["height"] > 2 * small["height"], "brackets do not grow with what they hold"
    over = await page.locator("mover").first.evaluate(_BOX)
    arrow = await page.locator("mover > mo").first.evaluate(_BOX)
    label = await page.locator("mover mtext").first.evaluate(_BOX)
    assert label["width"] > 40, "the label is cut"
    # The box of an arrow is that of the letter, however long it is drawn.
    row = {"x": over["left"], "y": arrow["top"], "width": over["width"], "height": arrow["height"]}
    assert await ink(page, row) >= label["width"], "the arrow is shorter than its label"
    assert label["bottom"] <= arrow["bottom"], "the label lies on the arrow"
    first, sign, second = [
        await page.locator("math").nth(3).locator(part).evaluate(_BOX)
        for part in ("mn >> nth=0", "mtd mo", "mn >> nth=1")
    ]
    assert abs(first["left"] - sign["left"]) < 1, "the column is not aligned at its left"
    letter = await page.locator("math").nth(3).locator("mi").nth(1).evaluate(_BOX)
    assert letter["left"] - second["right"] > 8, "columns touch each other"


async def ink(page: Page, clip: FloatRect) -> float:
    """Measure from the first to the last dark column in a part of a page, in CSS pixels."""
    picture = base64.b64encode(await page.screenshot(clip=clip)).decode()
    return await page.evaluate(
        """async (picture) => {
          const image = new Image();
          image.src = `data:image/png;base64,${picture}`;
          await image.decode();
          const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
          canvas.drawImage(image, 0, 0);
          const { data } = canvas.getImageData(0, 0, image.width, image.height);
          const dark = [];
          for (let at = 0; at < data.length; at += 4) if (data[at] < 160) dark.push((at / 4) % image.width);
          return dark.length ? (Math.max(...dark) - Math.min(...dark) + 1) / devicePixelRatio : 0;
        }""",
        picture,
    )


async def test_the_font_for_mathematics_comes_with_the_first_formula(site: Site, context: BrowserContext) -> None:
    page = await open_shared(context, site.url, [("No formula", "Plain words.")])
    assert not [name for name in await fonts(page) if "math" in name]
    page = await open_shared(context, site.url, [("A formula", "$$x^2$$")])
    assert [name for name in await fonts(page) if "math" in name]


@pytest.mark.parametrize(("text", "arabic"), [("Only words: déjà vu — “quoted”.", False), ("كلمات", True)])
async def test_arabic_letters_load_only_where_there_are_some(
    site: Site, context: BrowserContext, text: str, arabic: bool
) -> None:
    page = await open_shared(context, site.url, [(text, text)], title=text)
    assert any("arabic" in name for name in await fonts(page)) == arabic


async def fonts(page: Page) -> list[str]:
    """Return the addresses of the fonts that a page has loaded."""
    return await page.evaluate(
        "performance.getEntriesByType('resource').map(entry => entry.name).filter(name => name.endsWith('.woff2'))"
    )


@pytest.mark.parametrize(("table", "language"), [(TABLE, "en"), (ARABIC_TABLE, "ar")])
async def test_tables_scroll_on_a_phone_and_break_no_word(
    site: Site, browser: Browser, table: str, language: str
) -> None:
    context = await browser.new_context(viewport=PHONE)
    page = await open_shared(context, site.url, [("A table", table)], language=language)
    broken = await page.evaluate("""() => {
      // A word that stands on two lines has two boxes.
      const broken = [];
      for (const cell of document.querySelectorAll("th, td")) {
        const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          for (const word of walker.currentNode.data.matchAll(/\\S+/g)) {
            const range = document.createRange();
            range.setStart(walker.currentNode, word.index);
            range.setEnd(walker.currentNode, word.index + word[0].length);
            const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom / 8)));
            if (tops.size > 1) broken.push(word[0]);
          }
        }
      }
      return broken;
    }""")
    assert broken == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await context.close()


async def test_columns_begin_where_an_arabic_table_begins(site: Site, context: BrowserContext) -> None:
    page = await open_shared(context, site.url, [("جدول", ARABIC_TABLE)], language="ar")
    cells = page.locator("tbody td")
    assert [await cells.nth(at).evaluate(_SIDE) for at in range(3)] == ["right", "right", "left"]


_SIDE = """cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const [words, box] = [range.getBoundingClientRect(), cell.getBoundingClientRect()];
  return words.left - box.left < box.right - words.right ? "left" : "right";
}"""


async def test_the_bar_of_a_quotation_stands_where_its_words_begin(site: Site, context: BrowserContext) -> None:
    page = await open_shared(context, site.url, [("x", "> عربي\n>\n> ثانٍ\n\n---\n\n> English")], language="en")
    quotes = page.locator("blockquote")
    directions = [await quotes.nth(at).evaluate("each => getComputedStyle(each).direction") for at in range(2)]
    assert directions == ["rtl", "ltr"]


async def test_code_and_dates_in_arabic_read_from_left_to_right(site: Site, context: BrowserContext) -> None:
    text = "استخدم read_csv() في 2026-11-29 وبلغة C++"
    page = await open_shared(context, site.url, [(text, text)], language="ar")
    order = """(place) => {
      const root = document.querySelector(place);
      const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      const seen = [];
      while (walker.nextNode()) {
        [...walker.currentNode.data].forEach((character, at) => {
          const range = document.createRange();
          range.setStart(walker.currentNode, at);
          range.setEnd(walker.currentNode, at + 1);
          const { left, width } = range.getBoundingClientRect();
          if (width && /[!-~]/.test(character)) seen.push([left, character]);
        });
      }
      return seen.sort((one, other) => one[0] - other[0]).map(([, character]) => character).join("");
    }"""
    for place in (".said", "[data-markdown]"):
        assert await page.evaluate(order, place) == "C++2026-11-29read_csv()"


async def test_footnotes_of_another_direction_keep_their_numbers(site: Site, context: BrowserContext) -> None:
    page = await open_shared(context, site.url, [("x", "Light[^a].\n\n[^a]: Peak absorption.")], language="ar")
    number = await page.locator("[data-note] > span").evaluate(_BOX)
    whole = await page.locator("[data-markdown]").evaluate(_BOX)
    words = await page.locator("[data-note] p").evaluate(_BOX)
    assert whole["left"] <= number["left"] < number["right"] <= words["left"]
    back = await page.locator("[data-note] button").evaluate(_BOX)
    assert back["top"] < words["bottom"], "the way back stands on a line of its own"


async def test_text_is_set_to_be_read_and_code_may_be_wider(site: Site, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    long_line = "x = " + " + ".join(["value"] * 30)
    page = await open_shared(
        context, site.url, [("x", f"# One\n\n## Two\n\n### Three\n\n{'Words. ' * 60}\n\n```\n{long_line}\n```")]
    )
    sizes = await page.evaluate(
        "[...document.querySelectorAll('[data-markdown] :is(h3, h4, h5, p)')]"
        ".map(each => getComputedStyle(each).fontSize)"
    )
    assert sizes == ["24px", "20px", "17px", "16px"]
    text = await page.locator("[data-markdown] p").evaluate(_BOX)
    code = await page.locator("[data-markdown] figure").evaluate(_BOX)
    assert 700 <= text["width"] <= 720
    assert 900 <= code["width"] <= 960
    await context.close()


async def test_in_arabic_empty_fields_begin_at_the_right_and_dialogs_over_code_too(
    site: Site, context: BrowserContext, page: Page
) -> None:
    await page.add_init_script("localStorage.setItem('earthshine.language', 'ar')")
    await page.goto(site.url)
    direction = "element => getComputedStyle(element).direction"
    field = page.locator("main textarea")
    assert await field.evaluate(direction) == "rtl"
    await field.fill("English")
    assert await field.evaluate(direction) == "ltr"
    await page.keyboard.press("Control+k")
    assert await page.get_by_role("combobox").last.evaluate(direction) == "rtl"
    shared = await open_shared(context, site.url, [("x", "```mermaid\ngraph LR; A-->B\n```")], language="ar")
    await shared.get_by_role("button", name="عرض مكبّر").click()
    assert await shared.get_by_role("dialog").evaluate(direction) == "rtl"
