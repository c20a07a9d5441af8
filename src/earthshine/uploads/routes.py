"""The routes of `/v1/uploads`. Source: https://platform.openai.com/docs/api-reference/uploads"""

from __future__ import annotations

from fastapi import Request

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.errors import InvalidRequest
from earthshine.files.forms import check_room, receive_form
from earthshine.files.store import Files
from earthshine.openapi import Routes, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.uploads.completion import complete
from earthshine.uploads.objects import Upload, UploadPart
from earthshine.uploads.schemas import PartCreate, UploadComplete, UploadCreate
from earthshine.uploads.store import PART_BYTES, Uploads, require_open
from earthshine.wire import Reply, check, json_reply, parse

router = Routes(prefix="/v1/uploads", tags=["Uploads"])

_TIMES = 16
"""How many times as large as a file of one request a file in parts may be."""


@router.post("")
@needs("project.write")
@takes(UploadCreate)
async def create_upload(request: Request) -> Reply[Upload]:
    """Begin to send a large file in parts; it is open for an hour."""
    who = caller(request)
    body = await parse(UploadCreate, request)
    most = service(request, Settings).max_file * _TIMES
    if body.bytes > most:
        raise InvalidRequest(
            f"A file may have {most} bytes, not {body.bytes}. The server's operator can raise `max_file`.",
            param="bytes",
        )
    return json_reply(await service(request, Uploads).create(body, Owner.of(who)))


@router.post("/{upload_id}/parts")
@needs("project.write")
@takes(PartCreate, file="data")
async def create_part(upload_id: str, request: Request) -> Reply[UploadPart]:
    """Send one part, of 64 MiB at most; several may be sent at once, in any order, and again."""
    blobs, uploads, who = service(request, Blobs), service(request, Uploads), caller(request)
    await uploads.privacy.check(upload_id, who, WRITING)
    require_open(await uploads.get(upload_id, who.project))
    await check_room(request, blobs, who.project)
    async with blobs.incoming(PART_BYTES) as incoming:
        fields, _ = await receive_form(request, incoming, file="data", limit=PART_BYTES)
        check(PartCreate, fields)
        await blobs.keep(incoming)
        made = await uploads.add_part(upload_id, who.project, incoming)
    return json_reply(made)


@router.post("/{upload_id}/complete")
@needs("project.write")
@takes(UploadComplete)
async def complete_upload(upload_id: str, request: Request) -> Reply[Upload]:
    """Join the parts, in the order of the list, to a file."""
    uploads, who = service(request, Uploads), caller(request)
    await uploads.privacy.check(upload_id, who, WRITING)
    body = await parse(UploadComplete, request)
    files = service(request, Files)
    return json_reply(await complete(service(request, Database), files, uploads, upload_id, who.project, body))


@router.post("/{upload_id}/cancel")
@needs("project.write")
async def cancel_upload(upload_id: str, request: Request) -> Reply[Upload]:
    """Give an upload up; its parts are removed."""
    uploads, who = service(request, Uploads), caller(request)
    await uploads.privacy.check(upload_id, who, WRITING)
    return json_reply(await uploads.cancel(upload_id, who.project))
