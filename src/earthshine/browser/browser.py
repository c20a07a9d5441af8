"""A browser, as its users have it: opened for a while, acted on, shown as text or as a picture."""

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

import orjson

from earthshine.browser.options import BrowserOptions
from earthshine.errors import InvalidRequest, Unavailable
from earthshine.processes.child import Child
from earthshine.processes.runtime_folder import RuntimeFolder

Json = dict[str, Any]

START_SECONDS = 90.0
"""Seconds that Chromium may take to start on a busy machine."""
_SLACK = 20.0
"""Seconds beyond an action's own after which the browser is taken to hang."""
_TRIES = 50
_LINE = 64 * 2**20
_KEPT = ("PATH", "PYTHONPATH", "LANG", "LD_LIBRARY_PATH", "TZ", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
"""Variables that the child is given: no secret that ours may hold."""


class ActionRefused(InvalidRequest):
    """An action could not be done; the words say what to do instead, to a model or a person."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page shows after an action."""

    text: str
    """Numbered, for a model; all but its first lines is by whoever made the page, so it is data."""
    url: str
    needs_person: bool
    """Whether it asks for a password or a code, which only a person fills in."""
    kept: tuple[str, ...] = ()
    """Names of files that were downloaded since the last action."""
    picture: bytes = b""
    """Of the screen, as JPEG, where it was asked for."""


class Driver(Protocol):
    """The process that drives it, here or in a sandbox: it is told and answers a line at a time."""

    def tell(self, options: Mapping[str, Any], /) -> None:
        """Send it an object of JSON."""
        ...

    async def line(self) -> bytes:
        """Return its next line; without its end when it has ended. Raises `ValueError` for one too long."""
        ...

    def kill(self) -> None:
        """End it, with all that it started."""
        ...


class Browser:
    """A browser that is open."""

    def __init__(self, driver: Driver, options: BrowserOptions) -> None:
        """Ask `driver`, which is ready."""
        self._driver, self._options = driver, options
        self._turn = asyncio.Lock()
        self.ended = False
        """Whether it hung or was cut, and has ended."""

    @classmethod
    @asynccontextmanager
    async def opened(cls, options: BrowserOptions) -> AsyncGenerator[Browser]:
        """Start a browser, and end it. Raises `Unavailable` with what to install."""
        folder = RuntimeFolder("browser", Path(tempfile.gettempdir()))
        home = folder.path
        profile = options.profile or home / "profile"
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | {"HOME": str(home)}
        try:
            command = (sys.executable, "-P", "-m", "earthshine.browser.worker")
            child = await Child.start(command, environment, inherit=False, line=_LINE)
            try:
                told = replace(options, profile=profile).told()
                first = await child.greet({"parent": os.getpid(), **told}, START_SECONDS)
                if "ready" not in first:
                    raise Unavailable(_why(first, child))
                yield cls(child, options)
            except TimeoutError:
                raise Unavailable("The browser did not start in time.", retry_after=10) from None
            finally:
                await child.end()
        except OSError as error:
            raise Unavailable(f"No browser could be started: {error}.", retry_after=10) from None
        finally:
            await asyncio.to_thread(_remove, home)
            folder.remove()

    async def act(self, action: Json, *, drawn: bool = False) -> Seen:
        """Do one action of `actions`, and return what the page shows then; `drawn`: with a picture.

        Raises `ActionRefused` for what cannot be done, `Unavailable` when the browser hangs or has ended.
        """
        answer = await self._asked(action)
        if "text" not in answer:
            raise ActionRefused("A picture is no text; ask for it by `picture`.")
        kept: Any = answer.get("kept")
        names = tuple(map(str, cast("list[Any]", kept))) if isinstance(kept, list) else ()
        picture = _picture(answer) if drawn else b""
        return Seen(str(answer["text"]), str(answer.get("url", "")), bool(answer.get("person")), names, picture)

    async def picture(self, *, small: bool = False) -> bytes:
        """Return what is on the screen, as PNG, or `small`, as JPEG. Raises what `act` raises."""
        return _picture(await self._asked({"action": "screenshot", "small": small}))

    async def _asked(self, action: Json) -> Json:
        async with self._turn:
            if self.ended:
                raise Unavailable("The browser has ended. Begin again, with another one.")
            try:
                self._driver.tell(action)
                async with asyncio.timeout(2 * self._options.seconds + _SLACK):
                    line = await self._driver.line()
            except (TimeoutError, OSError, ValueError):
                line = b""
            except BaseException:
                # Its answer would be taken for that of the next action.
                self.ended = True
                self._driver.kill()
                raise
            if not line.endswith(b"\n"):
                self.ended = True
                self._driver.kill()
                raise Unavailable("The browser hung, or ended. Begin again, with another one.")
        answer = _read(line)
        if "refused" in answer:
            raise ActionRefused(str(answer["refused"]))
        return answer


def _read(line: bytes) -> Json:
    """Read an answer: what a page has broken out of Chromium may have written it."""
    try:
        answer: Any = orjson.loads(line)
    except orjson.JSONDecodeError:
        answer = None
    if not isinstance(answer, dict):
        raise Unavailable("The browser answered in a way that nobody understands. Begin again, with another one.")
    return cast("Json", answer)


def _picture(answer: Json) -> bytes:
    try:
        return base64.b64decode(str(answer["picture"]), validate=True)
    except (KeyError, ValueError):
        raise Unavailable("The browser gave no picture.") from None


def _remove(folder: Path) -> None:
    """Remove a folder into which Chromium may write for a moment longer."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


def _why(first: Json, child: Child) -> str:
    if first.get("error") == "no_playwright":
        return "Browsers are driven by Playwright, which is missing: `pip install 'earthshine[browser]'`."
    if first.get("error") == "no_browser":
        return f"Chromium could not be started: {first.get('words')}"
    return f"The process that drives the browser ended: {child.last_words()}"
