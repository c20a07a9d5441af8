"""What people type for an address, and the base addresses that it may mean."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from earthshine.errors import InvalidRequest
from earthshine.outbound import is_public_name
from earthshine.servers.vendors import hosted_at

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_VERSION = re.compile(r"/v[0-9]+[a-z0-9]*$")
_ENDPOINT = re.compile(
    r"/(chat/completions|completions|responses|embeddings|models|api/(tags|chat|generate|show|ps|version)|"
    r"api/v0(/.*)?|props|health)$"
)
"""What stands behind the base in addresses that are copied from examples."""


def base_urls(given: str) -> list[str]:
    """Return the addresses to ask, the likeliest first. Raises a 400 for what is none.

    With or without a scheme, `/v1`, a slash or an endpoint at the end. Without a scheme, plain `http` is tried only
    where the name is none of the internet's: a key must not go unencrypted where nobody asked for that.
    """
    text = given.strip().strip("<>\"'").strip().rstrip("/")
    if not text:
        raise InvalidRequest("Give the server's address, such as `http://localhost:11434`.", param="base_url")
    if _SCHEME.match(text):
        starts = [text]
    else:
        text = text.lstrip("/")
        schemes = ["https://"] if is_public_name(_host(text)) else ["http://", "https://"]
        starts = [scheme + text for scheme in schemes]
    found = [each for start in starts for each in _bases(_ENDPOINT.sub("", start).rstrip("/"))]
    return list(dict.fromkeys(found))


def root(base_url: str) -> str:
    """Return a base address without its version: where servers have what is their own."""
    return _VERSION.sub("", base_url)


def _host(text: str) -> str:
    try:
        return urlsplit("//" + text).hostname or ""
    except ValueError:
        raise InvalidRequest(f"{text[:200]!r} is no address.", param="base_url") from None


def _bases(start: str) -> list[str]:
    try:
        parts = urlsplit(start)
        known = hosted_at(start)
    except ValueError:
        raise InvalidRequest(f"{start[:200]!r} is no address.", param="base_url") from None
    if _VERSION.search(parts.path):
        return [start, root(start)]
    if not parts.path:
        return [known.base_url, start + "/v1", start] if known else [start + "/v1", start]
    return [start, start + "/v1", f"{parts.scheme}://{parts.netloc}/v1"]
