"""Opaque texts that clients carry and send back: summaries in compaction items, thoughts in reasoning items, and
what searches found, in Anthropic's dialect.

A text is compressed, written in base64 and signed, so that only this installation can make one. It is not
encrypted: whoever holds it can read it. That tells them nothing new, for it is made only of what they sent or were
shown. The key is made at first use and kept in the database, so that all servers of one installation share it.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Literal

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from earthshine.conversations.tables import seal_keys
from earthshine.database import Database
from earthshine.errors import InvalidRequest

Kind = Literal["compaction", "reasoning", "search"]

_MAGIC = "es1"
_ROW = "default"


class TextSigner:
    """Signs texts with the key of one installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, kind: Kind, text: str) -> str:
        """Return `text` signed as `kind`."""
        body = f"{_MAGIC}.{kind}.{urlsafe_b64encode(zlib.compress(text.encode())).decode()}"
        return f"{body}.{self._signature(body)}"

    def verify(self, kind: Kind, signed: str, *, param: str) -> None:
        """Raise `InvalidRequest` at `param` unless this installation signed it as `kind`."""
        body, _, signature = signed.rpartition(".")
        mine = body.startswith(f"{_MAGIC}.{kind}.") and hmac.compare_digest(
            self._signature(body).encode(), signature.encode("utf-8", "surrogatepass")
        )
        if not mine:
            raise InvalidRequest(
                f"This encrypted_content is not one that this installation made for a {kind} item. "
                "Send it exactly as it was received, or leave the item out.",
                param=param,
            )

    def _signature(self, body: str) -> str:
        digest = hmac.new(self._key, body.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode()


def read_signed(signed: str) -> str:
    """Return the text that was verified when it came in. Raises `InvalidRequest` if what was stored is damaged."""
    try:
        return zlib.decompress(urlsafe_b64decode(signed.split(".")[2])).decode()
    except (IndexError, ValueError, binascii.Error, zlib.error):
        raise InvalidRequest("A stored encrypted_content is damaged; leave its item out.") from None


async def open_signer(database: Database) -> TextSigner:
    """Return the installation's signer, its key made at first use."""
    key = await _load(database)
    if key is None:
        try:
            async with database.write() as connection:
                await connection.execute(insert(seal_keys).values(id=_ROW, key=secrets.token_bytes(32)))
        except IntegrityError:
            pass  # another server was faster
        key = await _load(database)
        assert key is not None
    return TextSigner(key)


async def _load(database: Database) -> bytes | None:
    async with database.read() as connection:
        return (await connection.execute(select(seal_keys.c.key).where(seal_keys.c.id == _ROW))).scalar()
