"""Sessions in browsers: a cookie that scripts cannot read, and a token against forged requests that they can."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

from earthshine.errors import PermissionDenied
from earthshine.services import service
from earthshine.settings import Settings

COOKIE = "earthshine_session"

CSRF_HEADER = "x-csrf-token"

_SAFE = ("GET", "HEAD", "OPTIONS")


def session_cookie(connection: HTTPConnection) -> str | None:
    """Return the session's token from the cookie. Raises `PermissionDenied` when another site may have sent it."""
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    if connection.scope["type"] == "websocket":
        # Scripts cannot set headers of a WebSocket, but browsers say truly where they come from.
        origin = connection.headers.get("origin", "").lower()
        settings = service(connection, Settings)
        known = {each.strip().rstrip("/") for each in settings.cors_origins.lower().split(",")} - {"", "*"}
        if origin not in known and urlsplit(origin).netloc != connection.headers.get("host", "").lower():
            raise PermissionDenied("Another site's page may not use this session.", code="wrong_origin")
    elif connection.scope["method"] not in _SAFE and not csrf_matches(token, connection.headers.get(CSRF_HEADER, "")):
        raise PermissionDenied(
            f"With the session's cookie, send the header `{CSRF_HEADER}` too; `GET /earthshine/v1/sessions/current` "
            "tells its value.",
            code="wrong_csrf_token",
        )
    return token


def csrf_token(token: str) -> str:
    """Return what a page must send as `x-csrf-token` to change things with the cookie of this session.

    Another site's page can send the cookie, but can read neither this nor the cookie.
    """
    digest = hmac.digest(token.encode("utf-8", "surrogatepass"), b"earthshine csrf", "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def csrf_matches(token: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(csrf_token(token).encode(), given.encode("utf-8", "surrogatepass"))


def set_cookie(reply: Response, connection: HTTPConnection, token: str, *, max_age: float) -> None:
    """Let the browser keep the session's token where no script can read it."""
    reply.set_cookie(
        COOKIE,
        token,
        max_age=round(max_age),
        path=_path(connection),
        secure=is_secure(connection),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(reply: Response, connection: HTTPConnection) -> None:
    """Let the browser forget the session."""
    reply.delete_cookie(COOKIE, path=_path(connection), secure=is_secure(connection), httponly=True, samesite="lax")


def _path(connection: HTTPConnection) -> str:
    return service(connection, Settings).base_path or "/"


def is_secure(connection: HTTPConnection) -> bool:
    """Return whether people reach this server by https."""
    public = service(connection, Settings).public_url
    return connection.url.scheme == "https" or public.startswith("https:")
