"""A browser in a sandbox: Chromium and what drives it are inside, and their only way out is a proxy of ours.

In there Chromium runs without walls of its own, which need namespaces that the sandbox forbids. So a page that breaks
out of its renderer has this one browser, with its profile: nothing of the host, of the server, or of anybody else's.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
import tempfile
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

import earthshine
from earthshine.browser.browser import START_SECONDS, Browser
from earthshine.browser.options import BrowserOptions
from earthshine.egress import EgressProxy, Policy, Record
from earthshine.errors import Unavailable
from earthshine.processes.runtime_folder import RuntimeFolder
from earthshine.sandboxes.base import PROXY_PORT, Command, Limits, Process, SandboxEnded, Spec
from earthshine.sandboxes.registry import Sandboxes

MEMORY = 2 * 2**30
"""Bytes of a browser with all its processes."""
_LIMITS = Limits(
    memory=MEMORY,
    processor=24 * 3600,
    processes=512,
    open_files=8192,
    disk=2**30,
    file=256 * 2**20,
    scratch=512 * 2**20,
)
_SETTINGS = (Path("/etc/chromium"), Path("/etc/chromium.d"))
"""Of the system's package, without which its starter ends."""
_DAY = 86_400.0
_LEAVE_SECONDS = 10.0
_PIECE = 2**20
_LINE = 32 * 2**20
"""Bytes of its longest answer, a picture."""


@asynccontextmanager
async def boxed(
    sandboxes: Sandboxes, folder: Path, options: BrowserOptions, policy: Policy, tell: Callable[[Record], None]
) -> AsyncGenerator[Browser]:
    """Start a browser whose profile and downloads are in `folder`, a workspace, and end it.

    `policy`: where it may connect to; `tell` hears of each connection. Raises `Unavailable`, `SandboxRefused`.
    """
    if missing := packages_missing():
        raise Unavailable(missing)
    # A socket's path may have a hundred bytes.
    place = await asyncio.to_thread(RuntimeFolder, "egress")
    try:
        async with EgressProxy(policy, tell).serve(place.path / "proxy"):
            show = [Path(sys.prefix), Path(sys.base_prefix), *_packages(), _folder_of(options.program)]
            show += [each for each in _SETTINGS if each.is_dir()]
            spec = Spec(folder, _LIMITS, place.path / "proxy", show, local_sockets=True)
            sandbox = await sandboxes.start(spec)
            try:
                inside = Path(sandbox.inside)
                told = replace(
                    options,
                    proxy=f"http://127.0.0.1:{PROXY_PORT}",
                    profile=inside / "profile",
                    downloads=inside / "downloads",
                    boxed=True,
                )
                path = ":".join(map(str, _packages()))
                argv = [sys.executable, "-P", "-m", "earthshine.browser.worker"]
                driver = _Boxed(await sandbox.spawn(Command(argv, env={"PYTHONPATH": path}, timeout=_DAY)))
                try:
                    await driver.greet(told.told())
                    yield Browser(driver, told)
                    await driver.leave()
                finally:
                    driver.close()
            finally:
                await sandbox.stop()
    finally:
        await asyncio.to_thread(place.remove)


def packages_missing() -> str:
    """Say what is to be installed before a browser can be driven; empty where nothing is."""
    if importlib.util.find_spec("playwright") is None:
        return "Browsers are driven by Playwright, which is missing: `pip install 'earthshine[browser]'`."
    return ""


class _Boxed:
    """What drives a browser, in its sandbox. Nothing that it says is believed to be more than a page's words."""

    def __init__(self, process: Process) -> None:
        self._process = process
        # A browser works between two actions, too, and a closer look at so many processes takes a core.
        process.resting = True
        self._rest = b""
        self._words = b""
        self._listening = asyncio.create_task(self._listen())

    async def greet(self, options: Mapping[str, Any]) -> None:
        """Send the options, and wait until the browser is ready. Raises `Unavailable`."""
        self.tell({"parent": 0, **options})
        try:
            async with asyncio.timeout(START_SECONDS):
                line = await self.line()
            first: Any = orjson.loads(line or b"{}")
        except (TimeoutError, ValueError):
            first = {}
        if "ready" in first:
            return
        said = self._words.decode(errors="replace").strip().splitlines()
        words = str(first.get("words", "")) or (said[-1] if said else "it said nothing")
        raise Unavailable(f"Chromium could not be started in a sandbox: {words[:300]}", retry_after=10)

    def tell(self, options: Mapping[str, Any]) -> None:
        self._process.stdin.write(json.dumps(options).encode() + b"\n")

    async def line(self) -> bytes:
        pieces, size = [self._rest], len(self._rest)
        while b"\n" not in pieces[-1]:
            piece = await self._process.stdout.read(_PIECE)
            size += len(piece)
            if not piece or size > _LINE:
                return b""
            pieces.append(piece)
        line, end, self._rest = b"".join(pieces).partition(b"\n")
        return line + end

    def kill(self) -> None:
        self._process.kill()

    async def leave(self) -> None:
        """Ask it to end, so that Chromium writes down what it keeps; wait for that, some seconds at most."""
        self._process.stdin.close()
        with suppress(TimeoutError, SandboxEnded):
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._process.wait()

    def close(self) -> None:
        """Let go of it; whoever stops the sandbox ends it."""
        self._listening.cancel()
        self._process.close()

    async def _listen(self) -> None:
        with suppress(OSError, SandboxEnded):
            while piece := await self._process.stderr.read(_PIECE):
                self._words = (self._words + piece)[-2000:]


def _packages() -> list[Path]:
    """Return the folders in which our own code and Playwright are."""
    found = [Path(earthshine.__file__).parent.parent]
    playwright = importlib.util.find_spec("playwright")
    if playwright is not None and playwright.origin is not None:
        found.append(Path(playwright.origin).parent.parent)
    return list(dict.fromkeys(found))


def _folder_of(program: str) -> Path:
    """Return the folder in which Chromium is. Raises `Unavailable` for one that has much else in it."""
    folder = Path(program).resolve().parent
    if folder in (Path("/"), Path.home(), *Path.home().parents) or folder == Path(tempfile.gettempdir()):
        raise Unavailable(f"Chromium is in {folder}, all of which its sandbox would see. Give it a folder of its own.")
    return folder
