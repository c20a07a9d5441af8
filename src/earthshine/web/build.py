"""The built web app: a fixed table of its files, read once, so that no address can reach anything else."""

from __future__ import annotations

import gzip
import hashlib
import html
import json
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
    "/preview.html": _ATTRIBUTES,
    "/manifest.webmanifest": re.compile(rb'("(?:start_url|scope|src)":\s*")/(?!/)'),
}
"""The files that name others from the root, and how; all that is under `assets` is found from where it is."""

_TITLE: Final = b"<title>Earthshine</title>"
_MANIFEST_NAMES: Final = re.compile(rb'("(?:name|short_name)":\s*)"Earthshine"')
"""What names the app in the files of `_NAMED`."""
_NAMED: Final = frozenset({"/index.html", "/manifest.webmanifest"})

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
        self._named: dict[str, tuple[str, File]] = {}
        """The files that were last made for another name, with that name."""

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
            kind = TYPES.get(suffix, "application/octet-stream")
            if base and address in _NAMING:
                files[address] = _packed(kind, _below(base, address, body))
                continue
            siblings = {coding: contents.get(address + sibling) for sibling, coding in _SIBLINGS.items()}
            forms = {coding: form for coding, form in siblings.items() if form is not None}
            files[address] = File(kind, _tag(body), {"identity": body, **forms})
        return cls(files)

    def get(self, address: str, name: str = "Earthshine") -> File | None:
        """Return the file at exactly this address; the page and the manifest call the app `name`."""
        found = self._files.get(address)
        if found is None or name == "Earthshine" or address not in _NAMED:
            return found
        if self._named.get(address, ("", found))[0] != name:
            self._named[address] = (name, _packed(found.kind, _naming(address, found.forms["identity"], name)))
        return self._named[address][1]

    def __len__(self) -> int:
        return len(self._files)


def _packed(kind: str, body: bytes) -> File:
    """Return a file of other bytes than those that were compressed at the build."""
    return File(kind, _tag(body), {"identity": body, "gzip": gzip.compress(body, mtime=0)})


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


def _naming(address: str, body: bytes, name: str) -> bytes:
    """Return a file that calls the app by another name; the app itself finds the name in `data-name`."""
    if address.endswith(".webmanifest"):
        quoted = json.dumps(name).encode()
        return _MANIFEST_NAMES.sub(lambda found: found[1] + quoted, body)
    escaped = html.escape(name).encode()
    named = body.replace(_TITLE, b"<title>%s</title>" % escaped, 1)
    return named.replace(b"<html ", b'<html data-name="%s" ' % escaped, 1)


def _below(base: str, address: str, body: bytes) -> bytes:
    """Return a file with the addresses in it below a path; the app itself finds the path in `data-base`."""
    moved = _NAMING[address].sub(lambda found: found[1] + base.encode() + b"/", body)
    return moved.replace(b"<html ", b'<html data-base="%s" ' % base.encode(), 1)


def _split(address: str) -> tuple[str, str]:
    stem, dot, suffix = address.rpartition(".")
    return stem, dot + suffix
