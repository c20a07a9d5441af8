"""Where browsers reach this server, for those who send them back."""

from __future__ import annotations

from fastapi import Request

from earthshine.errors import InvalidRequest
from earthshine.services import service
from earthshine.settings import Settings

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def public_address(request: Request) -> str:
    """Return where the browser reaches this server. Raises `InvalidRequest` when only the request itself says so."""
    public = service(request, Settings).public_url.rstrip("/")
    if not public and request.url.hostname not in _LOOPBACK:
        # Whoever sends a request writes its Host header, and codes of sign-ins must not go where that points.
        raise InvalidRequest(
            "Sign-in through a provider needs the setting `public_url`, which says where this server is.",
            code="public_url_missing",
        )
    return public or str(request.base_url).rstrip("/")
