"""The child process that drives a browser: `python -m earthshine.browser.worker`.

It reads lines of JSON from standard input: its options, then one action each, and answers each with what the page
shows, or with `{"refused": what to do instead}`. Chromium ends with it.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from typing import Any

from earthshine.browser.actions import perform
from earthshine.browser.session import Session
from earthshine.errors import EarthshineError
from earthshine.processes.guard import die_with_parent, leave_signals_to_parent

Json = dict[str, Any]

_FLAGS: tuple[str, ...] = (
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
)


def main() -> None:
    """Answer until the parent goes away."""
    leave_signals_to_parent()
    options = json.loads(sys.stdin.readline())
    if not options["boxed"]:
        # A sandbox ends what is in it by itself, and its processes do not know ours.
        die_with_parent(options["parent"])
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        _say({"error": "no_playwright"})
        return
    asyncio.run(_serve(async_playwright, options))


async def _serve(playwright: Any, options: Json) -> None:
    async with playwright() as driver:
        try:
            context = await driver.chromium.launch_persistent_context(options["profile"], **_launch(options))
        except Exception as error:
            _say({"error": "no_browser", "words": _first_line(error)})
            return
        session = Session(context, options)
        _say({"ready": True})
        while line := await asyncio.to_thread(sys.stdin.readline):
            _say(await _answer(session, json.loads(line)))
        with suppress(Exception):
            await context.close()


def _launch(options: Json) -> Json:
    flags: list[str] = list(_FLAGS)
    launch: Json = {
        "executable_path": options["program"],
        "headless": True,
        "viewport": {"width": options["width"], "height": options["height"]},
        "accept_downloads": True,
        # Chromium's own walls do not work for the superuser.
        "chromium_sandbox": os.geteuid() != 0 and not options["boxed"],
        "args": flags,
        "timeout": 60_000,
    }
    if options["downloads"] is not None:
        launch["downloads_path"] = os.path.join(options["downloads"], ".parts")
    if options["proxy"]:
        launch["proxy"] = {"server": options["proxy"]}
        flags.append("--proxy-bypass-list=<-loopback>")
    return launch


async def _answer(session: Session, asked: Json) -> Json:
    try:
        return await perform(session, asked)
    except EarthshineError as error:
        return {"refused": error.message}
    except Exception as error:
        return {"refused": _in_words(_first_line(error), str(error))}


def _in_words(first: str, whole: str) -> str:
    """Return what to do where Playwright could not do something."""
    for sign, words in _SIGNS.items():
        if sign in whole:
            return words
    return f"It did not work: {first}. Look at the page again."


_SIGNS = {
    "intercepts pointer events": "Something else covers that element. Close what is in front, or scroll; look again.",
    "element is not enabled": "That element is disabled. Something else has to be filled in or chosen first.",
    "element is not editable": "That field cannot be typed into. Click it and choose from what opens.",
    "is not an <input>": "That element takes no text. Give the number of a field.",
    "not a file input": "That element takes no files. Give the number of one that does.",
    "Non-multiple file input": "That element takes one file.",
    "element is not visible": "That element is not visible any more. Look at the page again.",
    "element is outside of the viewport": "That element cannot be scrolled into view. Look at the page again.",
    "not attached to the DOM": "That element is gone: the page has changed. Look at it again.",
    "Unknown key": "There is no such key. Use names such as Enter, Tab, Escape, ArrowDown, a, Control+a.",
    "net::ERR_NAME_NOT_RESOLVED": "No such host is known. Check the address.",
    "net::ERR_CONNECTION_REFUSED": "Nobody answers at that address.",
    "net::ERR_PROXY": "The way out refused that address, or does not answer.",
    "net::ERR_TUNNEL": "The way out refused that address.",
    "net::ERR_ABORTED": "That is no page: it may be a file that was downloaded. Look again.",
    "Timeout": "It took too long. Wait, then look at the page again.",
    "has been closed": "That tab was closed. Look again.",
}
"""Signs in Playwright's errors, the more special ones first."""


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]


def _say(answer: Json) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
    os._exit(0)
