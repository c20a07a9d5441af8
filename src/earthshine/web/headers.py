"""What browsers are told about the website: what a page may load, and how long a copy is good for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
"""Of the app: nothing from other places, no inline script or style, never inside another site's frame."""

_DIAGRAM_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data: blob:; "
    "font-src 'self' data:; connect-src 'none'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; "
    "sandbox allow-scripts"
)
"""Of the page that draws what a model wrote: it has no origin, cannot send anything anywhere, and sees no cookie."""

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
ASSET: Final[Mapping[str, str]] = {
    **_ALL,
    "cache-control": "public, max-age=31536000, immutable",
    # The page without an origin loads its scripts from here, too.
    "access-control-allow-origin": "*",
}
OTHER: Final[Mapping[str, str]] = {**_ALL, "cache-control": "no-cache"}
"""Of files whose name stays when their contents change: icons, the manifest, the service worker."""
