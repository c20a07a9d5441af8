"""A browser in a sandbox: what it reaches, what it keeps, and what it may take."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from earthshine.browser.boxed import boxed
from earthshine.browser.browser import ActionRefused, Browser
from earthshine.browser.options import BrowserOptions, find_program
from earthshine.egress import Policy, Record
from earthshine.errors import Unavailable
from earthshine.sandboxes.launch import confined_user
from earthshine.sandboxes.registry import Sandboxes
from earthshine.sandboxes.workspace import Workspace
from earthshine.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Box:
    """Opens browsers whose profile is in one folder, and hears of their connections."""

    def __init__(self, folder: Path) -> None:
        self.sandboxes = Sandboxes(Settings(data=folder / "data"))
        self.workspace = Workspace(folder / "workspace", confined_user())
        self.workspace.make()
        self.told: list[Record] = []

    @asynccontextmanager
    async def open(self, *, private: bool = True) -> AsyncGenerator[Browser]:
        """Open one."""
        options, policy = BrowserOptions(find_program()), Policy.all_but([], private=private)
        async with boxed(self.sandboxes, self.workspace.root, options, policy, self.told.append) as browser:
            yield browser


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path)


async def test_the_machine_and_its_network_are_out_of_reach(box: Box, pages: str) -> None:
    async with box.open(private=False) as browser:
        seen = await browser.act({"action": "open", "url": f"{pages}/form"})
        assert "leads to an address of this machine" in seen.text
        for address in ("https://127.0.0.1/", "http://[::1]:631/", "http://localhost:22/", "http://169.254.169.254/"):
            try:
                text = (await browser.act({"action": "open", "url": address})).text
            except ActionRefused as refusal:
                text = refusal.message
            assert any(each in text for each in ("refused", "address of this machine", "not among", "did not work")), (
                address,
                text,
            )
    assert box.told
    assert not [each for each in box.told if each.address]


async def test_what_was_signed_in_to_is_kept(box: Box, pages: str) -> None:
    for visit in (1, 2):
        async with box.open() as browser:
            seen = await browser.act({"action": "open", "url": f"{pages}/visits"})
            assert f"visit {visit}" in seen.text


async def test_a_page_does_not_take_all_memory(box: Box, pages: str) -> None:
    async with box.open() as browser:
        await browser.act({"action": "open", "url": f"{pages}/greedy"})
        text, until = "", time.monotonic() + 60
        while not re.search("crashed|no more|all of it", text) and time.monotonic() < until:
            try:
                text = (await browser.act({"action": "wait", "seconds": 1})).text
            except (ActionRefused, Unavailable) as error:
                text = f"crashed: {error.message}"
        assert re.search("crashed|no more after", text), text


async def test_the_first_download_of_a_browser_is_told(box: Box, pages: str) -> None:
    async with box.open() as browser:
        await browser.act({"action": "open", "url": f"{pages}/downloads"})
        seen = await browser.act({"action": "click", "number": 1})
        if not seen.kept:
            seen = await browser.act({"action": "wait", "seconds": 1})
        assert seen.kept == ("_.._moon report.bin",), seen.text
