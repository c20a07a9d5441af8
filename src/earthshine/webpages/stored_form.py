"""How a page becomes a file: its bytes, and a name that says where it came from and what it is."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from earthshine.text.filenames import safe_filename
from earthshine.webpages.fetcher import Fetched

_ENDINGS: Mapping[str, str] = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/json": ".json",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
_SAYS = re.compile(rb"<(?:meta|\?xml)\s[^>]{0,300}?(?:charset|encoding)\s*=", re.I)
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def filename_of(page: Fetched) -> str:
    """Return a name such as `example.org - towers.html`."""
    parts = urlsplit(page.url)
    last = unquote(parts.path.rstrip("/").rpartition("/")[2]).replace("/", " ")[:80]
    ending = _ENDINGS.get(page.content_type, "")
    if ending and last.lower().endswith(ending):
        ending = ""
    return safe_filename(f"{parts.hostname or 'page'}{f' - {last}' if last else ''}{ending}")


def bytes_of(page: Fetched) -> bytes:
    """Return its bytes; in UTF-8 where only the site's header said in which encoding they are."""
    body = page.body
    if not page.charset or not (page.content_type.startswith("text/") or page.content_type.endswith("xml")):
        return body
    if body.startswith(_MARKS) or _SAYS.search(body[:4096]):
        return body
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return body.decode(page.charset, "replace").encode()
        except LookupError:
            pass
    return body
