"""Links whose address is the right to read: found by a hash, kept encrypted, ended with their maker's rights."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any, Literal

from earthshine.accounts.authorization.grants import may_write
from earthshine.database import Connection
from earthshine.errors import ModelBroken
from earthshine.sealing import SecretCipher

State = Literal["open", "expired", "archived", "owner_gone"]

LONGEST = 10 * 366 * 86_400
"""Seconds that a link may be made for; without an end it lasts until it is revoked."""
SECRET_HEADERS = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}
"""Headers of a reply to a link, also of a refusal. The address is the secret: nothing may keep it, pass it on or list
it."""


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
