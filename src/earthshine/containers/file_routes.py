"""The routes of `/v1/containers/{id}/files`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import IO
from urllib.parse import quote

from fastapi import Request
from starlette.responses import Response, StreamingResponse

from earthshine.accounts.authorization.caller import caller
from earthshine.accounts.authorization.needs import needs
from earthshine.accounts.authorization.ownership import WRITING
from earthshine.containers.containers import Containers
from earthshine.containers.objects import ContainerFile, DeletedContainerFile
from earthshine.containers.schemas import FileForm, FileFromFile, FileListQuery
from earthshine.files.forms import receive_form
from earthshine.openapi import Routes, asks, gives, takes
from earthshine.services import service
from earthshine.settings import Settings
from earthshine.wire import Reply, check, json_reply, list_page, parse
from earthshine.wire.objects import Page
from earthshine.wire.queries import read_query

router = Routes(prefix="/v1/containers/{container_id}/files", tags=["Containers"])
_PIECE = 2**18


@router.post("")
@needs("project.write")
@takes(FileFromFile, file="file")
async def create_container_file(container_id: str, request: Request) -> Reply[ContainerFile]:
    """Put a file into a container: sent as a form, or one of the project's by `file_id`."""
    service_, who = service(request, Containers), caller(request)
    row = await service_.alive(container_id, who, WRITING)
    if "multipart/form-data" not in request.headers.get("content-type", ""):
        body = await parse(FileFromFile, request)
        path = await service_.put(row, await service_.file(who, body.file_id, "file_id"))
        shown = next(each for each in await service_.contents.files(row) if each["path"].endswith(f"/{path}"))
        return json_reply(shown)
    limit = service(request, Settings).max_file
    async with service_.blobs.incoming(limit) as incoming:
        fields, filename = await receive_form(request, incoming, file="file", limit=limit)
        check(FileForm, fields)
        await incoming.finish()
        added = await service_.contents.add(row, filename, incoming.part, incoming.size)
    return json_reply(added.shown)


@router.get("")
@needs("project.read")
@asks(FileListQuery)
async def list_container_files(container_id: str, request: Request) -> Reply[Page[ContainerFile]]:
    """List the files of a container, what was last changed first unless asked otherwise."""
    service_, query = service(request, Containers), read_query(FileListQuery, request)
    row = await service_.alive(container_id, caller(request))
    found, more = await service_.contents.page(row, query)
    return json_reply(list_page(found, has_more=more))


@router.get("/{container_file_id}")
@needs("project.read")
async def retrieve_container_file(container_id: str, container_file_id: str, request: Request) -> Reply[ContainerFile]:
    """Return what is known of a file in a container."""
    service_ = service(request, Containers)
    row = await service_.alive(container_id, caller(request))
    return json_reply(await service_.contents.get(row, container_file_id))


@router.delete("/{container_file_id}")
@needs("project.write")
async def delete_container_file(
    container_id: str, container_file_id: str, request: Request
) -> Reply[DeletedContainerFile]:
    """Remove a file from a container."""
    service_ = service(request, Containers)
    row = await service_.alive(container_id, caller(request), WRITING)
    await service_.contents.delete(row, container_file_id)
    return json_reply({"id": container_file_id, "object": "container.file.deleted", "deleted": True})


@router.get("/{container_file_id}/content")
@needs("project.read")
@gives(bytes, media="application/octet-stream")
async def retrieve_container_file_content(container_id: str, container_file_id: str, request: Request) -> Response:
    """Return the bytes of a file in a container."""
    service_ = service(request, Containers)
    row = await service_.alive(container_id, caller(request))
    file, opened = await service_.contents.open(row, container_file_id)
    name = quote(file["path"].rpartition("/")[2], safe="")
    headers = {
        # It is a stranger's: no browser is to show it as a page of ours.
        "content-disposition": f"attachment; filename*=UTF-8''{name}",
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox; default-src 'none'",
        "cache-control": "private, no-cache",
    }
    return StreamingResponse(_read(opened), 200, headers, media_type="application/octet-stream")


async def _read(file: IO[bytes]) -> AsyncGenerator[bytes]:
    """Yield what is there now; code inside may be writing, so nobody can say how much before it is read."""
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        file.close()
