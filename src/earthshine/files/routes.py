"""The routes of `/v1/files`. Source: https://platform.openai.com/docs/api-reference/files"""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING, Owner
from earthshine.blobs import Blobs
from earthshine.database import Database
from earthshine.files.forms import check_room, receive_form
from earthshine.files.objects import DeletedFile, File
from earthshine.files.schemas import EXTRACT, FileCreate, FileListQuery, FileUpdate
from earthshine.files.store import Files
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, check, json_reply, list_page, parse, peek, while_connected
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query
from earthshine.wire.ranges import asked_range

router = Routes(prefix="/v1/files", tags=["Files"])
own_router = Routes(prefix="/earthshine/v1/files", tags=["Files"])
"""What OpenAI's files cannot do."""


@router.post("")
@needs("project.write")
@takes(FileCreate, file="file")
async def create_file(request: Request) -> Reply[File]:
    """Store a file, sent as a form."""
    blobs, files, who = service(request, Blobs), service(request, Files), caller(request)
    limit = service(request, Settings).max_file
    await check_room(request, blobs, who.project)
    async with blobs.incoming(limit) as incoming:
        fields, filename = await receive_form(request, incoming, file="file", limit=limit)
        body = check(FileCreate, fields)
        await blobs.keep(incoming)
        async with service(request, Database).write() as connection:
            made = await files.add(connection, incoming, Owner.of(who), filename, body.purpose, body.expires_after)
    return json_reply(made)


@router.get("")
@needs("project.read")
@asks(FileListQuery)
async def list_files(request: Request) -> Reply[Page[File]]:
    """List files, newest first unless asked otherwise."""
    files, who = service(request, Files), caller(request)
    found, more = await files.page(Owner.of(who), read_query(FileListQuery, request))
    return json_reply(list_page(found, has_more=more))


@router.get("/{file_id}")
@needs("project.read")
async def retrieve_file(file_id: str, request: Request) -> Reply[File]:
    """Return what is known of a file."""
    files, who = service(request, Files), caller(request)
    await files.privacy.check(file_id, who)
    return json_reply(await files.get(file_id, who.project))


@own_router.patch("/{file_id}")
@needs("project.write")
@takes(FileUpdate)
async def rename_file(file_id: str, request: Request) -> Reply[File]:
    """Give a file another name."""
    files, who = service(request, Files), caller(request)
    body = await parse(FileUpdate, request)
    await files.privacy.check(file_id, who, WRITING)
    return json_reply(await files.rename(file_id, who.project, body.filename))


@router.delete("/{file_id}")
@needs("project.write")
async def delete_file(file_id: str, request: Request) -> Reply[DeletedFile]:
    """Remove a file."""
    files, who = service(request, Files), caller(request)
    await files.privacy.check(file_id, who, "resource.deleted")
    await files.delete(file_id, who.project)
    return json_reply({"id": file_id, "object": "file", "deleted": True})


@router.get("/{file_id}/content")
@needs("project.read")
@gives(bytes, media="application/octet-stream")
async def retrieve_file_content(file_id: str, request: Request) -> Response:
    """Return a file's bytes, or the range of them that `Range` names; of one for `file-extract`, what it says."""
    files, who = service(request, Files), caller(request)
    await files.privacy.check(file_id, who)
    file = await files.get(file_id, who.project)
    if file["purpose"] == EXTRACT and files.extracted is not None:
        return json_reply(await while_connected(request, files.extracted(file)))
    blob = await files.blobs.find(file_id)
    tag = f'"{blob.sha256}"'
    headers = {
        "etag": tag,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        # It is a stranger's: no browser is to show it as a page of ours.
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file['filename'], safe='')}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    unchanged = request.headers.get("if-range", tag) == tag
    found = asked_range(request.headers.get("range") if unchanged else None, blob.size)
    start, end = found or (0, blob.size)
    headers["content-length"] = str(end - start)
    if found is not None:
        headers["content-range"] = f"bytes {start}-{end - 1}/{blob.size}"
    # The first bytes are read before the status is sent, so that damage still is an error.
    pieces = await peek(files.blobs.read(blob, start, end))
    return StreamingResponse(pieces, 200 if found is None else 206, headers, media_type="application/octet-stream")
