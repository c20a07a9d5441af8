"""The pages in saved files, and the address of each: where the file says it, or its path as mirrors lay it out."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath

from earthshine.web_searches.archive import warc
from earthshine.webpages.fetcher import MOST_BYTES, Fetched

_HTML, _MHTML = (".html", ".htm", ".xhtml"), (".mhtml", ".mht")
_WARC = (".warc", ".warc.gz")
_SAVED_FROM = re.compile(rb"<!--\s*saved from url=\(\d+\)(\S+)", re.I)
_SINGLE_FILE = re.compile(rb"Page saved with SingleFile\s+url:\s*(\S+)")
_CANONICAL = re.compile(rb"<link\b[^>]{0,300}?\brel\s*=\s*[\"']?canonical\b[^>]{0,2000}>", re.I)
_HREF = re.compile(rb"\bhref\s*=\s*[\"']?([^\"'\s>]+)", re.I)
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,24}")
_HEAD = 65_536
_MOST_FILES = 500_000


def saved_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that may have pages, in order; no link is followed."""
    count = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(place, name)
            if name.lower().endswith((*_HTML, *_MHTML, *_WARC)) and path.is_file() and not path.is_symlink():
                count += 1
                if count > _MOST_FILES:
                    return
                yield path


def pages_in(folder: Path, path: Path, start: int = 0) -> Iterator[tuple[int, Fetched]]:
    """Yield the pages of a file, each with its place in it; from a place on, where `start` is one. Raises `OSError`."""
    name = path.name.lower()
    if name.endswith(_WARC):
        yield from warc.pages_of(path, start)
        return
    at = int(path.stat().st_mtime)
    with path.open("rb") as file:
        data = file.read(2 * MOST_BYTES)
    page = _mhtml(data, at) if name.endswith(_MHTML) else _html(data[:MOST_BYTES], path.relative_to(folder), at)
    if page is not None:
        yield 0, page


def _html(data: bytes, path: Path, at: int) -> Fetched | None:
    head = data[:_HEAD]
    found = _SAVED_FROM.search(head) or _SINGLE_FILE.search(head)
    said = found[1] if found else b""
    if not said and (link := _CANONICAL.search(head)) and (href := _HREF.search(link[0])):
        said = href[1]
    url = html.unescape(said.decode("utf-8", "replace"))
    if not url.startswith(("http://", "https://")):
        url = _mirrored(PurePosixPath(path.as_posix()))
    return Fetched(url, "text/html", "", data, at) if url else None


def _mirrored(path: PurePosixPath) -> str:
    """Return the address of a file of a mirror, whose first folder is the host; empty where it is none."""
    if len(path.parts) < 2 or not _HOST.fullmatch(path.parts[0].lower()):
        return ""
    rest = re.sub(r"(^|/)index[.]x?html?$", r"\1", "/".join(path.parts[1:]))
    return f"https://{path.parts[0].lower()}/{rest}"


def _mhtml(data: bytes, at: int) -> Fetched | None:
    message = BytesParser(policy=policy.compat32).parsebytes(data)
    for part in message.walk():
        if part.get_content_type() not in ("text/html", "application/xhtml+xml"):
            continue
        url = str(message.get("Snapshot-Content-Location") or part.get("Content-Location") or "").strip()
        body = part.get_payload(decode=True)
        if not url.startswith(("http://", "https://")) or not isinstance(body, bytes):
            return None
        with suppress(ValueError, TypeError):
            at = int(parsedate_to_datetime(str(message.get("Date"))).timestamp())
        charset = part.get_content_charset("") or ""
        return Fetched(url, "text/html", charset, body[:MOST_BYTES], at)
    return None
