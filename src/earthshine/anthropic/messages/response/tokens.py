"""What clients carry for searches and send back: signed, so that only what this installation found is cited again."""

from __future__ import annotations

from typing import Any

import orjson

from earthshine.conversations.signing import TextSigner, read_signed


class SearchTokens:
    """Writes and reads `encrypted_content` and `encrypted_index`."""

    def __init__(self, signer: TextSigner) -> None:
        self._signer = signer

    def write(self, value: Any) -> str:
        """Return something as a token."""
        return self._signer.sign("search", orjson.dumps(value).decode())

    def read(self, token: str, where: str) -> Any:
        """Return what a token holds. Raises `InvalidRequest` for one that was not made here, or was changed."""
        self._signer.verify("search", token, param=where)
        return orjson.loads(read_signed(token))
