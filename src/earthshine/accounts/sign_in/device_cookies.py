"""Browsers that an account was signed in with before: they are not kept waiting by strangers who guess at it.

The idea is OWASP's "device cookies". What the browser keeps is a random name and a proof that the account's stored
password hash was known to whoever made it, so nothing is stored here, and a new password makes all of them worthless.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from starlette.requests import HTTPConnection
from starlette.responses import Response

from earthshine.accounts.sign_in.cookies import is_secure
from earthshine.services import service
from earthshine.settings import Settings

_LASTS = 365 * 86_400
_PATH = "/earthshine/v1/sessions"


def new(user: str, password: str) -> str:
    """Return what a browser keeps that has just signed in; `password` is the stored hash."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_proof(name, user, password)}"


def proves(kept: str, user: str, password: str) -> bool:
    """Return whether a browser kept this of an earlier sign-in to this account."""
    name, _, proof = kept.partition(".")
    return hmac.compare_digest(proof.encode("utf-8", "surrogatepass"), _proof(name, user, password).encode())


def cookie_name(organization: str, account: str) -> str:
    """Return the cookie's name: one for each account, for a browser may be several people's."""
    digest = hashlib.sha256(f"{organization}:{account}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"earthshine_device_{digest[:16]}"


def set_cookie(reply: Response, connection: HTTPConnection, name: str, value: str) -> None:
    """Let the browser keep it, where no script can read it."""
    secure = is_secure(connection)
    path = service(connection, Settings).base_path + _PATH
    reply.set_cookie(name, value, max_age=_LASTS, path=path, secure=secure, httponly=True, samesite="lax")


def _proof(name: str, user: str, password: str) -> str:
    text = f"earthshine device\0{user}\0{name}".encode("utf-8", "surrogatepass")
    return hmac.digest(password.encode(), text, "sha256").hex()
