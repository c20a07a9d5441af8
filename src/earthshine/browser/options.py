"""How a browser is started."""

from __future__ import annotations

import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from earthshine.errors import Unavailable

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
"""Names under which Chromium, or a browser of its family, is looked for."""


@dataclass(frozen=True, slots=True)
class BrowserOptions:
    """Chosen by whoever starts it, never by the model."""

    program: str
    """The path of Chromium."""
    proxy: str | None = None
    """Through which everything goes, this machine's own addresses included; None for none."""
    profile: Path | None = None
    """Where cookies and what else a browser keeps is kept; None to throw it away at the end."""
    downloads: Path | None = None
    """Where downloads are put; None refuses them."""
    uploads: Path | None = None
    """The only folder of which files may be uploaded; None refuses uploads."""
    width: int = 1024
    height: int = 768
    """Of the page, in pixels."""
    seconds: float = 15.0
    """For one action; a page has twice as many to load."""
    boxed: bool = False
    """Whether it runs in one of our sandboxes, in which Chromium cannot build its own walls."""

    def told(self) -> dict[str, Any]:
        """Return them as the child process is told them."""
        named = asdict(self)
        return {key: str(value) if isinstance(value, Path) else value for key, value in named.items()}


def find_program(given: str = "") -> str:
    """Return the path of Chromium: the given one, or one that is installed. Raises `Unavailable`."""
    names = (given,) if given else (os.environ.get("EARTHSHINE_CHROMIUM", ""), *PROGRAMS)
    for name in filter(None, names):
        if path := shutil.which(name):
            return path
    raise Unavailable(
        f"There is no program {given!r}."
        if given
        else "There is no Chromium on this machine. Install your system's "
        "package `chromium`, or name a browser of its family in EARTHSHINE_CHROMIUM."
    )
