"""`earthshine browse`: a page as a model sees it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from earthshine.cli.console import Failure

if TYPE_CHECKING:
    from earthshine.browser.options import BrowserOptions


@click.command()
@click.argument("url")
@click.option("--all", "whole", is_flag=True, help="Show all of the page, not only what is on the screen.")
@click.option("--view", default=1, show_default=True, help="Which piece of a long page.")
@click.option("--do", "actions", multiple=True, metavar="JSON", help="Do this first; may be given several times.")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Write what is on the screen as PNG.")
@click.option("--downloads", type=click.Path(file_okay=False, path_type=Path), help="Keep downloads in this folder.")
@click.option("--profile", type=click.Path(file_okay=False, path_type=Path), help="Keep cookies in this folder.")
@click.option("--proxy", help="Go through this proxy: http://HOST:PORT.")
@click.option("--program", default="", help="Chromium, where it is not found by itself.")
def browse(
    url: str,
    whole: bool,
    view: int,
    actions: tuple[str, ...],
    picture: Path | None,
    downloads: Path | None,
    profile: Path | None,
    proxy: str | None,
    program: str,
) -> None:
    """Show a page of the web as a model sees it: short text, with numbered elements.

    \b
    An action is a JSON object that names elements by their numbers:
      earthshine browse example.org --do '{"action": "click", "number": 1}'
    """
    from earthshine.browser.options import BrowserOptions, find_program
    from earthshine.errors import EarthshineError

    try:
        asked = [json.loads(each) for each in actions]
        if not all(isinstance(each, dict) for each in asked):
            raise Failure('An action is an object, such as {"action": "click", "number": 1}.')
        for folder in (downloads, profile):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
        options = BrowserOptions(find_program(program), proxy=proxy, profile=profile, downloads=downloads)
        text, drawn = asyncio.run(_look(options, url, asked, whole, view, picture is not None))
        if picture is not None:
            picture.write_bytes(drawn)
    except json.JSONDecodeError as error:
        raise Failure(f"An action is no JSON: {error}") from None
    except (EarthshineError, OSError) as error:
        raise Failure(str(error)) from None
    click.echo(text)


async def _look(
    options: BrowserOptions, url: str, asked: list[dict[str, object]], whole: bool, view: int, pictured: bool
) -> tuple[str, bytes]:
    """Open a page, do what is asked, and return what it shows, and its picture if that is wanted."""
    from earthshine.browser.browser import Browser

    async with Browser.opened(options) as browser:
        seen = await browser.act({"action": "open", "url": url})
        for action in asked:
            seen = await browser.act(action)
        if whole or view != 1:
            seen = await browser.act({"action": "look", "all": whole, "view": view})
        return seen.text, await browser.picture() if pictured else b""
