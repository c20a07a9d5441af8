"""The pictures of a request, by their addresses; what was decoded a moment ago is at hand.

A conversation sends its pictures anew with each turn, and a request is read more than once on its way to a model.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from earthshine.errors import InvalidRequest
from earthshine.pictures.addresses import bytes_of
from earthshine.pictures.decoder import Decoder, Decoding
from earthshine.pictures.picture import MOST_AT_ONCE, Detail, Picture

_KEPT = 64 * 2**20
"""Bytes of decoded pictures that are kept."""
_FETCHED = 300.0
"""Seconds for which what was behind an address is taken for what is behind it now."""

Key = tuple[bytes, Detail]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One picture that a request names."""

    url: str
    """A `data:` URL, or an http(s) address."""
    detail: Detail
    param: str
    """Where the request names it."""


class Pictures:
    """Brings and decodes pictures, and keeps the last ones."""

    def __init__(self, *, private: bool = False) -> None:
        """`private`: addresses of this machine and its network are fetched, too; for tests."""
        self._private = private
        self._decoder = Decoder()
        self._kept: OrderedDict[Key, tuple[Picture, float]] = OrderedDict()
        self._size = 0

    async def all(self, wanted: Sequence[Wanted]) -> list[Picture]:
        """Return the pictures of a request, in their order.

        Raises:
            InvalidRequest: at its `param`, for one that cannot be fetched or is no picture; for too many.
            Unavailable: this server has no decoder, or no process could be started.
        """
        if len(wanted) > MOST_AT_ONCE:
            raise InvalidRequest(
                f"A request may show {MOST_AT_ONCE} pictures, and this one has {len(wanted)}.",
                param=wanted[MOST_AT_ONCE].param,
            )
        found: list[Picture] = []
        async with AsyncExitStack() as stack:
            decoding: Decoding | None = None
            for each in wanted:
                key = await asyncio.to_thread(_key, each)
                picture = self._at_hand(key)
                if picture is None:
                    data = await bytes_of(each.url, each.param, private=self._private)
                    if decoding is None:
                        decoding = await stack.enter_async_context(self._decoder.opened())
                    picture = await decoding.decode(data, each.detail, each.param)
                    self._keep(key, picture, written=each.url[:5].lower() == "data:")
                found.append(picture)
        return found

    def _at_hand(self, key: Key) -> Picture | None:
        if key not in self._kept:
            return None
        picture, until = self._kept[key]
        if until < time.monotonic():
            return None
        self._kept.move_to_end(key)
        return picture

    def _keep(self, key: Key, picture: Picture, *, written: bool) -> None:
        if key in self._kept:
            self._size -= len(self._kept.pop(key)[0].data)
        self._kept[key] = picture, float("inf") if written else time.monotonic() + _FETCHED
        self._size += len(picture.data)
        while self._size > _KEPT:
            self._size -= len(self._kept.popitem(last=False)[1][0].data)


def _key(wanted: Wanted) -> Key:
    return hashlib.sha256(wanted.url.encode("utf-8", "surrogatepass")).digest(), wanted.detail
