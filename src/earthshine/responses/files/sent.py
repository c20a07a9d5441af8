"""Files in the messages of a request: looked up, or kept where their bytes were sent; their reading begins at once."""

from __future__ import annotations

import base64
import binascii
import hashlib
from functools import partial

from earthshine.accounts.authorization.caller import Caller
from earthshine.accounts.authorization.ownership import Owner
from earthshine.conversations.items import Item
from earthshine.conversations.items.store_form import KeepFile
from earthshine.database import Database
from earthshine.documents.documents import Documents
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.schemas import ExpiresAfter
from earthshine.files.store import Files
from earthshine.services import Services
from earthshine.settings import Settings
from earthshine.wire import aside

KEPT_SECONDS = 30 * 86_400
"""For how long bytes that were sent in a message are kept; what is to stay longer is uploaded."""


class SentFiles:
    """Takes in the files of messages."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def keeper(self, caller: Caller, seconds: int = KEPT_SECONDS) -> KeepFile:
        """Return what takes in a file of this caller's, and keeps its bytes so long where they were sent."""
        return partial(self._settled, caller, seconds)

    async def _settled(self, caller: Caller, seconds: int, part: Item, param: str) -> Item:
        files, documents = self._services.get(Files), self._services.get(Documents)
        try:
            file_id = part.get("file_id") or await self._keep(part, param, caller, seconds)
            await files.privacy.check(file_id, caller)
            file = await files.get(file_id, caller.project)
            if part["type"] == "input_image":
                return part
            if await documents.find(file_id) is None:
                await documents.begin(file_id)
        except NotFound as error:
            error.param = f"{param}.file_id"
            raise
        return {"type": "input_file", "file_id": file_id, "filename": file["filename"]}

    async def _keep(self, part: Item, param: str, caller: Caller, seconds: int) -> str:
        """Store bytes that came in base64, alone or in a `data:` URL, as a file, once. Returns its id."""
        text: str = part["file_data"]
        if text.startswith("data:"):
            head, _, text = text.partition(",")
            if not head.endswith(";base64"):
                raise InvalidRequest("A `data:` URL of a file must be in base64.", param=f"{param}.file_data")
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidRequest("The file is not in base64.", param=f"{param}.file_data") from None
        files, owner, name = self._services.get(Files), Owner.of(caller), part.get("filename") or "file"
        # A conversation is sent whole each time: what it has was read when it came first.
        sha256 = await aside(len(content), lambda: hashlib.sha256(content).hexdigest())
        if (known := await files.sent_before(owner, name, sha256, seconds)) is not None:
            return known
        await files.blobs.check_room(caller.project, len(content))
        expires = ExpiresAfter(anchor="created_at", seconds=seconds)
        async with files.blobs.incoming(self._services.get(Settings).max_file) as incoming:
            await incoming.write(content)
            await files.blobs.keep(incoming)
            async with self._services.get(Database).write() as connection:
                return (await files.add(connection, incoming, owner, name, "user_data", expires))["id"]
