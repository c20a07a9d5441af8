"""Joining the parts of an upload to a file: all of it, or nothing, and asked twice it is done once."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import Row

from earthshine.accounts.authorization.ownership import Owner
from earthshine.database import Database
from earthshine.errors import InvalidRequest, NotFound
from earthshine.files.objects import File
from earthshine.files.schemas import ExpiresAfter
from earthshine.files.store import Files
from earthshine.uploads.objects import Upload
from earthshine.uploads.schemas import UploadComplete
from earthshine.uploads.store import Uploads, require_open, serialize


async def complete(
    database: Database, files: Files, uploads: Uploads, upload_id: str, project: str, body: UploadComplete
) -> Upload:
    """Make the file of an upload's parts, and return the upload with it.

    When it was completed with the same parts already, as when a reply was lost, that is returned. Raises `NotFound`,
    and `InvalidRequest` for parts that do not make up the file; the upload stays open then.
    """
    blobs = files.blobs
    upload = await uploads.get(upload_id, project)
    if upload.status == "completed":
        return await _completed(files, upload, body)
    require_open(upload)
    size = await uploads.parts(upload_id, body.part_ids)
    if size != upload.bytes:
        raise InvalidRequest(
            f"The parts have {size} bytes together, and the file was to have {upload.bytes}.", param="part_ids"
        )
    md5 = hashlib.md5(usedforsecurity=False)
    async with blobs.incoming(size) as incoming:
        for part_id in body.part_ids:
            async for piece in blobs.read(await blobs.find(part_id)):
                md5.update(piece)
                await incoming.write(piece)
        if body.md5 is not None and md5.hexdigest() != body.md5.lower():
            raise InvalidRequest(
                f"The parts joined have the MD5 {md5.hexdigest()}, not {body.md5}. Send the parts again that differ.",
                param="md5",
            )
        await blobs.keep(incoming)
        file: File | None = None
        async with database.write() as connection:
            # The parts go first, so that the project's room is counted once.
            ended = await uploads.end(connection, upload_id, "completed", body.part_ids)
            if ended:
                lasts = ExpiresAfter.model_validate(upload.expires_after) if upload.expires_after else None
                owner = Owner(project, upload.user)
                file = await files.add(connection, incoming, owner, upload.filename, upload.purpose, lasts)
                await uploads.name_file(connection, upload_id, file["id"])
    blobs.tidy()
    if file is None:
        # Somebody else was faster.
        upload = await uploads.get(upload_id, project)
        return await _completed(files, upload, body)
    return serialize(upload, file, status="completed")


async def _completed(files: Files, upload: Row[Any], body: UploadComplete) -> Upload:
    if upload.status != "completed" or upload.part_ids != body.part_ids:
        require_open(upload)
    try:
        file = await files.get(upload.file_id, upload.project)
    except NotFound:
        file = None
    return serialize(upload, file)
