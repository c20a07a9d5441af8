"""`earthshine browse`, with real Chromium."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from earthshine.cli import main

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def browse(*arguments: str) -> Result:
    # In a thread: the pages are served by this one's loop.
    return await asyncio.to_thread(CliRunner().invoke, main, ["browse", *arguments])


async def test_a_page_is_shown_acted_on_and_drawn(pages: str, tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    typed = '{"action": "type", "number": 1, "text": "Noor"}'
    made = await browse(f"{pages}/form", "--do", typed, "--picture", str(picture))
    assert made.exit_code == 0, made.output
    assert '[1 textbox "Name" = "Noor" focused]' in made.stdout
    assert picture.read_bytes().startswith(b"\x89PNG")


async def test_a_second_view_and_what_is_refused(pages: str) -> None:
    made = await browse(f"{pages}/long", "--all", "--view", "2")
    assert "(View 2 of " in made.stdout
    wrong = await browse(f"{pages}/form", "--do", '{"action": "click", "number": 70}')
    assert wrong.exit_code != 0
    assert "look at it again" in wrong.stderr
    for given in ("click 1", "[1]"):
        refused = await browse(f"{pages}/form", "--do", given)
        assert refused.exit_code != 0
        assert "An action is" in refused.stderr
    missing = await browse(f"{pages}/form", "--program", "no-such-browser")
    assert "There is no program 'no-such-browser'" in missing.stderr
