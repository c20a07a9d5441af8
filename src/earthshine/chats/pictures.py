"""The pictures in messages of a chat, for those who read it elsewhere: by a link, or from an export."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast

from earthshine.accounts.authorization.ownership import Owner
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.store import Files
from earthshine.pictures.addresses import bytes_of
from earthshine.pictures.picture import MOST_BYTES, kind_of

Json = dict[str, Any]

_MOST_IN_TURN = 50 * 2**20
"""Bytes of the pictures of one turn that an export holds: as many as one prompt may show of uploads."""


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture as a browser is given it."""

    data: bytes
    media: str
    """Its media type, by its first bytes."""


def pictures_of(items: Iterable[Json]) -> list[Json]:
    """Return the parts of a person's messages that are pictures, but for those that lie on other servers."""
    return [part for item in items if item.get("role") == "user" for part in _parts(item) if _is_here(part)]


class ChatPictures:
    """Finds the bytes of pictures, which stand in the message or in a file of the chat's owner."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def shown(self, part: Json, owner: Owner) -> ShownPicture:
        """Return one of `pictures_of`. Raises `NotFound` where its file is gone, or another's."""
        if part.get("file_id"):
            data = await self._read(part["file_id"], owner, MOST_BYTES)
        else:
            try:
                data = await bytes_of(part["image_url"], "picture")
            except InvalidRequest as error:
                raise NotFound(f"This picture cannot be read: {error.message}", param="picture") from error
        return ShownPicture(data, f"image/{kind_of(data)}")

    async def written_out(self, items: Sequence[Json], owner: Owner) -> list[Json]:
        """Return items in which pictures that are files stand as `data:` URLs, to be read where those files are not.

        What is gone, another's, or too much stays named by its id.
        """
        room = _MOST_IN_TURN
        written: list[Json] = []
        for item in items:
            parts: list[Json] = []
            for part in _parts(item):
                if part.get("type") == "input_image" and part.get("file_id"):
                    try:
                        data = await self._read(part["file_id"], owner, min(room, MOST_BYTES))
                    except NotFound:
                        pass
                    else:
                        room -= len(data)
                        url = f"data:image/{kind_of(data)};base64,{base64.b64encode(data).decode()}"
                        part = {name: value for name, value in part.items() if name != "file_id"} | {"image_url": url}
                parts.append(part)
            written.append({**item, "content": parts} if parts else item)
        return written

    async def _read(self, file_id: str, owner: Owner, most: int) -> bytes:
        file = await self._files.get_own(file_id, owner)
        if file["bytes"] > most:
            raise NotFound(f"The picture {file_id} is too large to be shown.", param="picture")
        return b"".join([piece async for piece in self._files.blobs.read(await self._files.blobs.find(file_id))])


def _parts(item: Json) -> Sequence[Json]:
    content: Any = item.get("content")
    return cast("list[Json]", content) if isinstance(content, list) else ()


def _is_here(part: Json) -> bool:
    return part.get("type") == "input_image" and bool(
        part.get("file_id") or (part.get("image_url") or "").startswith("data:")
    )
