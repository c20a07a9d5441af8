"""Picture every screen: four languages, desktop and phone, light and dark; one sheet of sixteen pictures per screen.

python -m bench.web.screens --out /tmp/screens [--only chat.*] [--language ar]
"""

from __future__ import annotations

import argparse
import asyncio
import re
import tempfile
import time
from pathlib import Path
from typing import Any, get_args

from playwright.async_api import Browser
from playwright.async_api import TimeoutError as TimedOut
from tests.e2e.screens import SCREENS, settled
from tests.e2e.site import Site, chromium
from tests.e2e.walk import Language, visitors

from bench.web._browser import open_site

SIZES = {"desktop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")


async def picture_all(browser: Browser, site: Site, language: Language, size: str, out: Path, only: str) -> list[str]:
    """Go past every screen in one language and size; returns what could not be reached."""
    missed: list[str] = []
    phone: dict[str, Any] = {"has_touch": True, "is_mobile": True} if size == "phone" else {}
    async with visitors(browser, site, language, viewport=SIZES[size], **phone) as people:
        for screen in SCREENS:
            if not re.fullmatch(only or ".*", screen.name):
                continue
            page = people.page(screen)
            try:
                await screen.bring(page, people.scene)
            except TimedOut as error:
                missed.append(f"{screen.name} {language} {size}: {error.message.splitlines()[0]}")
                await page.goto(people.scene.at("/"))
                continue
            for theme in THEMES:
                await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await settled(page)
                await page.screenshot(path=out / f"{screen.name}.{language}.{size}.{theme}.png")
            await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    return missed


async def sheets(browser: Browser, out: Path) -> int:
    """Put the pictures of each screen on one sheet, by the browser itself; returns how many sheets there are."""
    page = await browser.new_page(viewport={"width": 2400, "height": 1200})
    names = sorted({path.name.split(".")[0] for path in out.glob("*.*.*.*.png")})
    for name in names:
        rows = "".join(
            "<tr>" + "".join(_picture(path) for path in sorted(out.glob(f"{name}.*.{size}.{theme}.png"))) + "</tr>"
            for size in SIZES
            for theme in THEMES
        )
        sheet = out / f"{name}.html"
        sheet.write_text(f"<title>{name}</title><body style='margin:8px'><h1>{name}</h1><table>{rows}</table>")
        await page.goto(sheet.as_uri())
        await page.screenshot(path=out / f"{name}.png", full_page=True)
        sheet.unlink()
    await page.close()
    return len(names)


def _picture(path: Path) -> str:
    width = 560 if ".desktop." in path.name else 260
    return f"<td align=center><img width={width} src='{path.name}'><br><small>{path.stem}</small></td>"


async def main(out: Path, only: str, language: str, size: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    missed: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        async with open_site(Path(folder)) as site, chromium() as browser:
            for each in get_args(Language):
                for shape in SIZES:
                    if language in ("", each) and size in ("", shape):
                        missed += await picture_all(browser, site, each, shape, out, only)
            count = await sheets(browser, out)
    pictures = len(list(out.glob("*.*.*.*.png")))
    print(f"{pictures} pictures of {count} screens in {(time.monotonic() - started) / 60:.1f} minutes: {out}")
    print(f"not reached: {len(missed)}")
    for line in missed:
        print(f"    {line}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--only", default="", help="a regular expression that names screens")
    parser.add_argument("--language", default="", choices=("", *get_args(Language)))
    parser.add_argument("--size", default="", choices=("", *SIZES))
    asyncio.run(main(**vars(parser.parse_args())))
