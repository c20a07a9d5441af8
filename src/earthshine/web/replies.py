"""Which form of a file a client gets (RFC 9110), and which headers: what a page may load, how long a copy is good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from earthshine.web.build import File

_PREFERRED = ("br", "gzip")

_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; frame-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Of the app: nothing from other places, no inline script or style, never inside another site's frame."""

_DIAGRAM_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
    "font-src 'self' data:; connect-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-scripts"
)
"""Of the page that draws what a model wrote: it has no origin, cannot send anything anywhere, and sees no cookie."""

_PREVIEW_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; media-src data: blob:; connect-src 'none'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox allow-scripts"
)
"""Of the page that shows HTML which an agent made: what is in it may look as it wants, and reaches nothing."""

_PERMISSIONS: Final = (
    "camera=(), display-capture=(), geolocation=(), hid=(), microphone=(), midi=(), payment=(), serial=(), usb=()"
)

_ALL: Final = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}

PAGE: Final[Mapping[str, str]] = {
    **_ALL,
    "cache-control": "no-cache",
    "content-security-policy": _PAGE_POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": _PERMISSIONS,
}
DIAGRAM: Final[Mapping[str, str]] = {
    **_ALL,
    "cache-control": "no-cache",
    "content-security-policy": _DIAGRAM_POLICY,
    "permissions-policy": _PERMISSIONS,
}
PREVIEW: Final[Mapping[str, str]] = {**DIAGRAM, "content-security-policy": _PREVIEW_POLICY}
ASSET: Final[Mapping[str, str]] = {
    **_ALL,
    "cache-control": "public, max-age=31536000, immutable",
    # The page without an origin loads its scripts from here, too.
    "access-control-allow-origin": "*",
}
OTHER: Final[Mapping[str, str]] = {**_ALL, "cache-control": "no-cache"}
"""Of files whose name stays when their contents change: icons, the manifest, the service worker."""


_APIS: Final = ("v1", "earthshine", "anthropic")
"""First steps of addresses that are no pages."""


def asks_for_page(scope: Scope) -> bool:
    """Return whether a request is a browser's for a page, as by an address that somebody typed; never of the API."""
    if scope.get("method") not in ("GET", "HEAD") or scope["path"].split("/", 2)[1] in _APIS:
        return False
    return "text/html" in Headers(scope=scope).get("accept", "").lower()


def file_reply(
    file: File, asked: Headers, headers: Mapping[str, str], *, body: bool = True, status: int = 200
) -> Response:
    """Reply with a file; `asked` are the request's headers. Without `body` only the headers of the reply are sent."""
    coding = choose(asked.get("accept-encoding", ""), file.forms)
    tag = f'"{file.tag}"' if coding == "identity" else f'"{file.tag}-{coding}"'
    reply = {**headers, "etag": tag}
    if len(file.forms) > 1:
        reply["vary"] = "accept-encoding"
    if status == 200 and same(asked.get("if-none-match", ""), tag):
        return Response(None, 304, reply)
    if coding != "identity":
        reply["content-encoding"] = coding
    contents = file.forms[coding]
    # Not `media_type`, which would add a character set of its own.
    reply |= {"content-type": file.kind, "content-length": str(len(contents))}
    return Response(contents if body else None, status, reply)


def choose(accepted: str, forms: Mapping[str, bytes]) -> str:
    """Return the content coding to send, by the client's `Accept-Encoding`; a weight of zero refuses one."""
    weights: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = not _is_zero(parameters)
    every = weights.get("*", False)
    return next((name for name in _PREFERRED if name in forms and weights.get(name, every)), "identity")


def _is_zero(parameters: str) -> bool:
    name, _, value = parameters.partition("=")
    try:
        return name.strip() == "q" and float(value) == 0
    except ValueError:
        return False


def same(known: str, tag: str) -> bool:
    """Return whether one of the tags in `If-None-Match` is this one."""
    return any(each.strip().removeprefix("W/") in (tag, "*") for each in known.split(","))
