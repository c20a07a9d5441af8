"""One browser with its tabs: what happens in it while a model acts, and what the model is shown of that."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earthshine.browser.downloads import Downloads
from earthshine.browser.snapshot import Snapshot, clean, take
from earthshine.errors import InvalidRequest

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Dialog, ElementHandle, Page

Json = dict[str, Any]

_MOST_TABS = 12
_SETTLE = 3.0
"""Seconds that a page may load after an action before it is read as it is."""
_QUIET = 0.15
"""Seconds that scripts have to answer an action."""
_QUALITY = 60
PERSON = (
    "This page asks for a password or a code. Only a person fills that in: ask for it to be done, and do not type into "
    "that field."
)


class Session:
    """The tabs of a browser, and the page that was last read."""

    def __init__(self, context: BrowserContext, options: Json) -> None:
        """`options`: those of `BrowserOptions`, as they are told to the child."""
        self.context, self.options = context, options
        self.downloads = Downloads(options["downloads"])
        self.snapshot = Snapshot()
        self.tabs: list[Page] = []
        self.current = 0
        self.notes: list[str] = []
        """What happened since the model was last told."""
        self.answer: tuple[bool, str] | None = None
        """How the next question of a page is answered: whether with yes, and the text."""
        context.on("page", self._opened)
        for page in context.pages:
            self._opened(page)
        self.notes.clear()

    @property
    def page(self) -> Page:
        """The tab that is acted on. Raises `InvalidRequest` where there is none."""
        if not self.tabs:
            raise InvalidRequest("No tab is open. Open an address first.")
        return self.tabs[self.current]

    def element(self, number: Any) -> ElementHandle:
        """Return an element by its number. Raises `InvalidRequest` for a number that the page does not have."""
        elements = self.snapshot.elements
        if type(number) is not int or not 1 <= number <= len(elements):
            there = f"They go from 1 to {len(elements)}" if elements else "It has none"
            raise InvalidRequest(f"The page has no element with the number {number!r}. {there}; look at it again.")
        return elements[number - 1]

    async def settle(self) -> None:
        """Wait until the page has done what an action makes it do, or for some seconds."""
        await asyncio.sleep(_QUIET)
        if self.tabs:
            # A page that never ends loading is read as it is.
            with suppress(Exception):
                await self.page.wait_for_load_state("domcontentloaded", timeout=_SETTLE * 1000)

    async def observe(self, *, screen: bool = True, view: int = 1) -> Json:
        """Return what the model is shown; numbers of elements are those of this moment from now on."""
        await self.downloads.settle()
        notes, self.notes = [*self.notes, *self.downloads.told()], []
        kept = self.downloads.kept()
        if not self.tabs:
            return {"text": "\n".join([*notes, "No tab is open."]), "url": "", "person": False, "kept": kept}
        try:
            self.snapshot = await take(self.page, screen=screen)
        except Exception:
            # It went on to another page just then, or a script of it broke the reading.
            await self.settle()
            self.snapshot = await take(self.page, screen=screen)
        made, views = self.snapshot, self.snapshot.views
        if not 1 <= view <= len(views):
            raise InvalidRequest(f"There is no view {view}: they go from 1 to {len(views)}.")
        if made.secret:
            notes.append(PERSON)
        text = "\n".join([*notes, await self._head(screen=screen), views[view - 1].rstrip("\n")])
        if len(views) > 1:
            text += f"\n(View {view} of {len(views)}.)"
        if made.cut:
            text += "\n(The page has more than is read. Look at what is on the screen, and scroll.)"
        return {"text": text, "url": self.page.url, "person": made.secret, "kept": kept}

    async def picture(self, *, small: bool = False) -> Json:
        """Return a picture of the screen in base64: as PNG, or `small`, as JPEG."""
        seconds = self.options["seconds"] * 1000
        if small:
            data = await self.page.screenshot(type="jpeg", quality=_QUALITY, timeout=seconds)
        else:
            data = await self.page.screenshot(type="png", timeout=seconds)
        return {"picture": base64.b64encode(data).decode()}

    async def _head(self, *, screen: bool) -> str:
        made = self.snapshot
        head = f"Page: {clean(await self.page.title())[:200]} ({clean(self.page.url)[:500]})"
        if len(self.tabs) > 1:
            head += f", tab {self.current + 1} of {len(self.tabs)}"
        if screen and made.height > made.screen + 1:
            left = max(0, made.height - made.top - made.screen)
            head += f", {made.top} pixels above and {left} below the screen"
        return head

    def _opened(self, page: Page) -> None:
        if len(self.tabs) >= _MOST_TABS:
            self.notes.append("A tab was not opened: there are too many. Close some.")
            self._later(page.close())
            return
        self.tabs.append(page)
        self.current = len(self.tabs) - 1
        self.notes.append(f"A new tab was opened, number {len(self.tabs)}; it is the one that you see.")
        page.on("dialog", lambda dialog: self._later(self._asked(dialog)))
        page.on("close", self._closed)
        page.on("download", self.downloads.begin)
        page.on("crash", lambda page: self.notes.append("The page crashed. Open it again."))

    def _closed(self, page: Page) -> None:
        place = self.tabs.index(page)
        self.tabs.remove(page)
        self.current = max(0, min(self.current - (place < self.current), len(self.tabs) - 1))
        self.snapshot = Snapshot()
        self.notes.append(f"Tab {place + 1} was closed.")

    async def _asked(self, dialog: Dialog) -> None:
        """Answer a page that asks: nothing goes on before."""
        (yes, text), self.answer = self.answer or (dialog.type in ("alert", "beforeunload"), ""), None
        said = f'The page said: "{clean(dialog.message)[:500]}"'
        if dialog.type in ("confirm", "prompt"):
            said += f", and was answered with {'yes' if yes else 'no'}."
            if not yes:
                said += " To answer otherwise, use `dialog`, then do the same again."
        self.notes.append(said)
        with suppress(Exception):
            await (dialog.accept(text) if yes else dialog.dismiss())

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        _RUNNING.add(task)
        task.add_done_callback(_RUNNING.discard)


_RUNNING: set[asyncio.Future[Any]] = set()


def inside(folder: str | None, name: Any) -> Path:
    """Return the path of a file in a folder. Raises `InvalidRequest` for what is not in it."""
    if folder is None:
        raise InvalidRequest("No files may be uploaded here.")
    root = Path(folder).resolve()
    path = (root / str(name)).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise InvalidRequest(f"There is no file {str(name)[:200]!r} to upload.")
    return path
