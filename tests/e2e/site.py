"""One installation with people in it, and Chromium to look at it with; shared by the tests and the benches."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

from tests.server_process import ServerProcess

PASSWORD = "correct horse battery"

_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass
class Person:
    """Somebody with an account."""

    email: str
    name: str
    role: str


@dataclass
class Site:
    """A running installation."""

    server: ServerProcess
    _people: int = field(default=0)
    _administrator: Person | None = None

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return self.server.url

    async def administrator(self) -> Person:
        """Who runs the installation: its first person, so this must be asked for before anybody else is added."""
        if self._administrator is None:
            assert self._people == 0, "somebody else was first"
            self._administrator = await self.add_person()
        return self._administrator

    async def add_person(self, role: str = "owner", name: str = "Amira") -> Person:
        """Make somebody who can sign in; each has chats of their own."""
        self._people += 1
        person = Person(f"person{self._people}@example.org", name, role)
        await self.api(
            "POST",
            "/v1/organization/users",
            {"email": person.email, "name": person.name, "role": role, "password": PASSWORD},
        )
        return person

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server as its first administrator."""
        async with httpx.AsyncClient(timeout=60) as client:
            reply = await client.request(
                method, f"{self.url}{path}", json=body, headers={"authorization": f"Bearer {self.server.key}"}
            )
        assert reply.status_code < 300, f"{method} {path}: {reply.status_code} {reply.text[:500]}"
        return reply.json()

    async def sign_in(self, context: BrowserContext, person: Person) -> Session:
        """Give a browser the session of a person."""
        reply = await context.request.post(
            f"{self.url}/earthshine/v1/sessions", data={"email": person.email, "password": PASSWORD}
        )
        assert reply.ok, await reply.text()
        return Session(self, context, (await reply.json())["csrf_token"])


@dataclass
class Session:
    """A person's session in a browser, to ask the API as the page would."""

    site: Site
    context: BrowserContext
    csrf: str

    async def api(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the server as this person."""
        reply = await self.context.request.fetch(
            f"{self.site.url}{path}", method=method, data=body, headers={"x-csrf-token": self.csrf}
        )
        assert reply.ok, f"{method} {path}: {reply.status} {(await reply.text())[:500]}"
        return await reply.json()


@dataclass
class Trouble:
    """What went wrong on a page without anybody seeing it."""

    lines: list[str] = field(default_factory=list[str])
    expected: tuple[str, ...] = ()
    """Parts of messages that a test causes on purpose."""

    def watch(self, page: Page, origin: str) -> None:
        """Note errors of scripts, what the page's policy refused, and requests that leave the site."""
        page.on("pageerror", lambda error: self.lines.append(f"script error: {error}"))
        page.on("console", self._console)
        page.on("request", lambda request: self._request(request.url, origin))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.lines.append(f"console: {message.text}")

    def _request(self, url: str, origin: str) -> None:
        if not url.startswith((origin, "data:", "blob:")):
            self.lines.append(f"left the site: {url}")

    @property
    def unexpected(self) -> list[str]:
        """All but what was caused on purpose."""
        return [line for line in self.lines if not any(part in line for part in self.expected)]


def chromium_path() -> str:
    """Where Chromium is. Raises `RuntimeError` that says how to get it."""
    path = os.environ.get("EARTHSHINE_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError(
            "Chromium is not here. As root on Debian, `scripts/get-chromium` installs it; or let EARTHSHINE_CHROMIUM "
            "name the program of a browser of its family."
        )
    return path


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        # Root has no user namespaces for Chromium's own sandbox here.
        flags = [*_FLAGS, "--no-sandbox"] if os.geteuid() == 0 else [*_FLAGS]
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        try:
            yield browser
        finally:
            await browser.close()
