"""The built web app: a fixed table of its files, read once, so that no address can reach anything else."""

from __future__ import annotations

import gzip
import hashlib
import re
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

_ATTRIBUTES: Final = re.compile(rb'(\b(?:href|src|content)=")/(?!/)')
_NAMING: Final = {
    "/index.html": _ATTRIBUTES,
    "/diagram.html": _ATTRIBUTES,
    "/manifest.webmanifest": re.compile(rb'("(?:start_url|scope|src)":\s*")/(?!/)'),
}
"""The files that name others from the root, and how; all that is under `assets` is found from where it is."""

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
    def read(cls, folder: Path = FOLDER, base: str = "") -> Build:
        """Read a whole build; one that is not there has no files. Links are left out. Raises `OSError`.

        `base` is the path under which people reach the server, such as `/ai`: pages name their files below it.
        """
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
            if base and address in _NAMING:
                # What was compressed at the build are other bytes.
                body = _below(base, address, body)
                forms = {"identity": body, "gzip": gzip.compress(body, mtime=0)}
            else:
                forms = {"identity": body}
                packed = {coding: contents.get(address + sibling) for sibling, coding in _SIBLINGS.items()}
                forms |= {coding: form for coding, form in packed.items() if form is not None}
            tag = hashlib.sha256(body).hexdigest()[:20]
            files[address] = File(TYPES.get(suffix, "application/octet-stream"), tag, forms)
        return cls(files)

    def get(self, address: str) -> File | None:
        """Return the file at exactly this address."""
        return self._files.get(address)

    def __len__(self) -> int:
        return len(self._files)


def _below(base: str, address: str, body: bytes) -> bytes:
    """Return a file with the addresses in it below a path; the app itself finds the path in `data-base`."""
    moved = _NAMING[address].sub(lambda found: found[1] + base.encode() + b"/", body)
    return moved.replace(b"<html ", b'<html data-base="%s" ' % base.encode(), 1)


def _split(address: str) -> tuple[str, str]:
    stem, dot, suffix = address.rpartition(".")
    return stem, dot + suffix
