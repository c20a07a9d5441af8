"""Links whose address is the right to read: found by a hash, kept encrypted, ended with their maker's rights."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress
from typing import Any, Literal

from earthshine.accounts.authorization.grants import may_write
from earthshine.database import Connection
from earthshine.errors import ModelBroken, NotFound
from earthshine.ids import new_id
from earthshine.sealing import SecretCipher

State = Literal["open", "expired", "archived", "owner_gone"]

LONGEST = 10 * 366 * 86_400
"""Seconds that a link may be made for; without an end it lasts until it is revoked."""
SECRET_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}
"""Headers of a reply to a link, also of a refusal. The address is the secret: nothing may keep it, pass it on or list
it."""


def new_link(cipher: SecretCipher, now: int, expires_in: int | None) -> tuple[str, dict[str, Any]]:
    """Return a link's token, and its row but for what it leads to. `now` in Unix seconds."""
    token = secrets.token_urlsafe(32)
    return token, {
        "id": new_id("share"),
        "token_hash": token_hash(token),
        "sealed_token": cipher.encrypt(token),
        "created_at": now,
        "expires_at": None if expires_in is None else now + expires_in,
    }


def leads_nowhere() -> NotFound:
    """Return the one error for every link that cannot be opened: nobody learns why."""
    return NotFound("This link leads nowhere: it is not whole, was revoked, or has expired.", param="token")


def token_hash(token: str) -> str:
    """Return by what a link is found."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def revealed(cipher: SecretCipher, sealed: str | None) -> str | None:
    """Return a link's token; None for a link of before, and where the secret key is another one by now."""
    with suppress(ModelBroken):
        return cipher.decrypt(sealed) if sealed else None


async def link_state(connection: Connection, link: Any, now: int) -> State:
    """Return whether a link leads somewhere, and if not, why: also its owner must still be able to make it."""
    if link.expires_at is not None and link.expires_at <= now:
        return "expired"
    if link.archived:
        return "archived"
    return "open" if await may_write(connection, link.user, link.organization, link.project) else "owner_gone"
