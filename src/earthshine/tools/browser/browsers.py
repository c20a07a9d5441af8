"""The browsers of one server: one a conversation, started when it is needed, and closed when nobody uses it.

A browser is named after the first call that was made of it, and its owner: so its conversation finds it again, and
nobody else does. Its profile, with the cookies of what was signed in to, outlives it by some days.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import shutil
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from earthshine.accounts.authorization.ownership import Owner, is_person
from earthshine.browser.boxed import MEMORY, boxed, packages_missing
from earthshine.browser.browser import Browser
from earthshine.browser.options import BrowserOptions, find_program
from earthshine.egress import Policy, Record
from earthshine.errors import EarthshineError, NotFound, Unavailable
from earthshine.periodic import Periodic
from earthshine.sandboxes.launch import confined_user
from earthshine.sandboxes.registry import OFF, Sandboxes
from earthshine.sandboxes.workspace import Workspace
from earthshine.settings import Settings
from earthshine.webpages.domains import domain_of

log = logging.getLogger(__name__)

_REST_SECONDS = 600.0
"""After which a browser that nobody uses is closed; its profile stays."""
_KEPT_SECONDS = 7 * 86_400.0
"""After which a profile that nobody uses is removed."""
_LOOK_SECONDS = 30.0
_TELLTALES = ("update.googleapis.com", "content-autofill.googleapis.com", "optimizationguide-pa.googleapis.com")
"""Where Chromium reports to by itself."""
_NAME = re.compile("brw_[0-9a-f]{32}")
Size = tuple[int, int]
SIZE: Size = 1024, 768
"""Of the screen, in pixels, unless a request says otherwise."""


@dataclass(slots=True)
class Living:
    """One browser that is open."""

    id: str
    owner: Owner
    browser: Browser
    workspace: Workspace
    closing: AsyncExitStack
    size: Size
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by whoever acts: an action and the look at what came of it are one."""
    used_at: float = field(default_factory=time.monotonic)
    users: int = 0
    opened: bool = False
    """Whether a page was opened in it."""
    url: str = ""
    needs_person: bool = False
    """Whether its page asks for a password or a code."""


class Browsers:
    """Of one server."""

    def __init__(self, settings: Settings, sandboxes: Sandboxes) -> None:
        self._settings, self._sandboxes = settings, sandboxes
        self.folder = settings.data / "browsers"
        self._living: dict[str, Living] = {}
        self._starting: dict[str, asyncio.Lock] = {}
        self._most = max(1, min(16, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (4 * MEMORY)))
        self._sweeping = Periodic("looking after browsers", self.sweep, _LOOK_SECONDS)

    def start(self) -> None:
        """Begin to look after browsers."""
        self._sweeping.start()

    async def close(self) -> None:
        """Close all browsers; profiles stay."""
        await self._sweeping.close()
        await asyncio.gather(*(self.stop(each) for each in list(self._living)))

    def lacks(self) -> str:
        """Say what is missing before a browser can be run here; empty where nothing is."""
        if self._settings.web_fetch == "off":
            return 'this server fetches nothing from the web. Its operator can set `web_fetch` to "public".'
        if self._settings.sandbox == OFF:
            return "nothing is run in sandboxes on this server. Its operator can change the setting `sandbox`."
        try:
            find_program()
        except EarthshineError as error:
            return error.message
        return packages_missing() or self._sandboxes.no_network

    @asynccontextmanager
    async def use(self, owner: Owner, calls: Sequence[str], size: Size | None = None) -> AsyncGenerator[Living]:
        """Have the browser of a conversation to oneself, started if it is not there.

        `calls`: the ids of the calls of a browser in it, in order, the one that is to be done included. `size`: of the
        screen, which is the one that it was started with otherwise. Raises `Unavailable`, `SandboxRefused`.
        """
        named = [_name(owner, each) for each in calls]
        name = next((each for each in named if each in self._living or self._folder(owner, each).is_dir()), named[0])
        async with self._starting.setdefault(name, asyncio.Lock()):
            living = self._living.get(name)
            if living is not None and (living.browser.ended or (size or living.size) != living.size):
                await self.stop(name)
                living = None
            if living is None:
                await self._make_room()
                living = self._living[name] = await self._open(owner, name, size or SIZE)
            living.users += 1
        async with self._held(living):
            yield living

    @asynccontextmanager
    async def take(self, owner: Owner, name: str) -> AsyncGenerator[Living]:
        """Have a browser that is open to oneself, as a person who takes it over. Raises `NotFound`."""
        living = self._living.get(name)
        if living is None or living.owner != owner:
            raise not_found(name)
        living.users += 1
        async with self._held(living):
            yield living

    async def remove(self, owner: Owner, name: str) -> None:
        """Close a browser and remove its profile, which signs out of everything. Raises `NotFound`."""
        folder = self._folder(owner, name)
        if not _NAME.fullmatch(name) or not await asyncio.to_thread(folder.is_dir):
            raise not_found(name)
        await self.stop(name)
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    @asynccontextmanager
    async def _held(self, living: Living) -> AsyncGenerator[None]:
        """Hold a browser that was counted as used."""
        try:
            async with living.turn:
                yield
        finally:
            living.users -= 1
            living.used_at = time.monotonic()

    def of(self, owner: Owner) -> list[Living]:
        """Return the browsers of this owner that are open."""
        return [each for each in self._living.values() if each.owner == owner and not each.browser.ended]

    async def stop(self, name: str) -> None:
        """Close a browser; its profile stays. Nothing happens where there is none."""
        living = self._living.pop(name, None)
        if living is not None:
            with suppress(OSError):
                os.utime(living.workspace.root)
            await living.closing.aclose()

    async def erase(self, user: str) -> None:
        """Close and remove the browsers of a person who was removed."""
        if is_person(user):
            for each in [name for name, living in self._living.items() if living.owner.user == user]:
                await self.stop(each)
            await asyncio.to_thread(shutil.rmtree, self._of_user(user), ignore_errors=True)

    async def sweep(self) -> None:
        """Close what nobody uses, and what ended by itself; remove profiles that are old."""
        late = time.monotonic() - _REST_SECONDS
        for name, living in list(self._living.items()):
            if not living.users and (living.used_at < late or living.browser.ended):
                await self.stop(name)
        for each in await asyncio.to_thread(self._old):
            if each.name not in self._living:
                self._starting.pop(each.name, None)
                await asyncio.to_thread(shutil.rmtree, each, ignore_errors=True)

    async def _open(self, owner: Owner, name: str, size: Size) -> Living:
        workspace = Workspace(self._folder(owner, name), confined_user())
        if workspace.root.is_dir():
            os.utime(workspace.root)
        else:
            await asyncio.to_thread(workspace.make)
        blocked = [domain_of(each) for each in self._settings.web_blocked_domains.split(",") if each.strip()]
        policy = Policy.all_but([*_TELLTALES, *blocked], private=self._settings.web_fetch == "private")
        options = BrowserOptions(find_program(), width=size[0], height=size[1])
        closing = AsyncExitStack()

        def tell(record: Record) -> None:
            log.info("browser %s: %s", name, record.form())

        browser = await closing.enter_async_context(boxed(self._sandboxes, workspace.root, options, policy, tell))
        return Living(name, owner, browser, workspace, closing, size)

    async def _make_room(self) -> None:
        resting = sorted((living.used_at, name) for name, living in self._living.items() if not living.users)
        for _, name in resting[: max(0, len(self._living) - self._most + 1)]:
            await self.stop(name)
        if len(self._living) >= self._most:
            raise Unavailable(f"All {self._most} browsers of this server are in use. Try again later.", retry_after=30)

    def _old(self) -> list[Path]:
        late = time.time() - _KEPT_SECONDS
        return [each for each in self.folder.glob("*/*/*") if each.stat().st_mtime < late]

    def _of_user(self, user: str) -> Path:
        return self.folder / _hashed(user)

    def _folder(self, owner: Owner, name: str) -> Path:
        return self._of_user(owner.user) / _hashed(owner.project) / name


def not_found(name: str) -> NotFound:
    """The error for a browser that is closed, or another's."""
    return NotFound(f"No browser with id {name[:100]!r} is open.", param="browser_id")


def _name(owner: Owner, call_id: str) -> str:
    return f"brw_{_hashed(chr(0).join((owner.project, owner.user, call_id)))}"


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
