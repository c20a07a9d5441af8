"""The built web app: a fixed table of its files, read once, so that no address can reach anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent.parent / "web_assets"
"""Where `scripts/build-web` leaves the web app, inside the package."""

TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
"""Not the machine's own table, which differs from one to the next."""

_SIBLINGS: Final = {".br": "br", ".gz": "gzip"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of the build, in every form in which it can be sent."""

    kind: str
    """Its media type."""
    tag: str
    """Differs when the contents do."""
    forms: Mapping[str, bytes]
    """Content coding to bytes; `identity` is always there."""


class Build:
    """The files of one build by their addresses, such as `/assets/index-3f9a.js`."""

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Build:
        """Read a whole build; one that is not there has no files. Links are left out. Raises `OSError`."""
        contents = {
            f"/{path.relative_to(folder).as_posix()}": path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }
        files: dict[str, File] = {}
        for address, body in contents.items():
            stem, suffix = _split(address)
            if suffix in _SIBLINGS and stem in contents:
                continue
            forms = {"identity": body}
            for sibling, coding in _SIBLINGS.items():
                compressed = contents.get(address + sibling)
                if compressed is not None:
                    forms[coding] = compressed
            tag = hashlib.sha256(body).hexdigest()[:20]
            files[address] = File(TYPES.get(suffix, "application/octet-stream"), tag, forms)
        return cls(files)

    def get(self, address: str) -> File | None:
        """Return the file at exactly this address."""
        return self._files.get(address)

    def __len__(self) -> int:
        return len(self._files)


def _split(address: str) -> tuple[str, str]:
    stem, dot, suffix = address.rpartition(".")
    return stem, dot + suffix
