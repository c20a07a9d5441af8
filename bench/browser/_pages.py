"""The pages of MiniWoB++, served on this machine, and one episode of a task as our own actions see it."""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from earthshine.browser.browser import Browser, Seen
from earthshine.browser.options import BrowserOptions, find_program

_ELEMENT = re.compile(r'\[(\d+) ([\w ]+?)(?: "((?:[^"\\]|\\.)*?)")?((?: [^\[\]]*?)?)\]')
_UNHURRIED = b"<script>core.EPISODE_MAX_TIME = 600000;</script>"
"""A busy machine is slow; rewards fall with time, and only whether there is one counts here."""


class _Pages(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a page, with more time for its task."""
        path = Path(self.translate_path(self.path))
        if path.suffix != ".html" or not path.is_file():
            super().do_GET()
            return
        page = path.read_bytes().replace(b"</head>", _UNHURRIED + b"</head>", 1)
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)


@contextmanager
def served(folder: Path) -> Generator[str]:
    """Serve a folder of pages; yields its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@dataclass(frozen=True)
class Element:
    """An element as the text of a page has it."""

    number: int
    role: str
    name: str
    rest: str


class Failed(Exception):
    """A policy does not know how to go on."""


class Episode:
    """One task: what it says, and what is done about it."""

    def __init__(self, browser: Browser, name: str) -> None:
        self.browser, self.name = browser, name
        self.text = ""
        self.steps = 0
        self.refusals: list[str] = []

    async def begin(self, address: str) -> None:
        """Open the task and start it."""
        self._show(await self.browser.act({"action": "open", "url": address}))
        await self.click(self.find("START"))

    def _show(self, seen: Seen) -> None:
        self.text = seen.text

    async def act(self, action: str, **more: Any) -> None:
        """Do one of our actions."""
        self.steps += 1
        self._show(await self.browser.act({"action": action, **more}))

    @property
    def said(self) -> str:
        """What the task asks for: the first words of the page."""
        lines = [
            line for line in self.text.splitlines() if not line.startswith(("Page:", "[", "The page", "This page"))
        ]
        return lines[0] if lines else ""

    @property
    def elements(self) -> list[Element]:
        """The numbered elements, without those of the frame that shows the reward."""
        found = [Element(int(n), r, k or "", e) for n, r, k, e in _ELEMENT.findall(self.text)]
        return [each for each in found if not each.name.startswith(("Last ", "Time left", "Episodes done"))]

    def all(self, *roles: str, name: str | None = None) -> list[Element]:
        """Return elements of these roles, and of this name."""
        return [e for e in self.elements if (not roles or e.role in roles) and (name is None or _same(e.name, name))]

    def find(self, name: str, *roles: str) -> Element:
        """Return the one of a name, or that has it in its own."""
        for match in (_same, _within):
            for each in self.elements:
                if (not roles or each.role in roles) and match(each.name, name):
                    return each
        raise Failed(f"no element {name!r} in:\n{self.text}")

    async def click(self, element: Element | int) -> None:
        """Click it."""
        await self.act("click", number=element if isinstance(element, int) else element.number)

    async def type(self, element: Element, text: str, **more: Any) -> None:
        """Type into it."""
        await self.act("type", number=element.number, text=text, **more)

    @property
    def reward(self) -> float | None:
        """What the page says the last episode was worth; None while it has none."""
        found = re.search(r"Last reward:\D*?(-?[\d.]+)", self.text)
        return float(found[1]) if found else None


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def _within(one: str, other: str) -> bool:
    return bool(one) and other.casefold() in one.casefold()


@asynccontextmanager
async def browser() -> AsyncGenerator[Browser]:
    """Open a browser for the pages."""
    async with Browser.opened(BrowserOptions(find_program(), width=800, height=600)) as opened:
        yield opened
